# SPDX-License-Identifier: Apache-2.0
"""Where things lie in a checkout: the tools build firmware from it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
APP = ROOT / "zephyr_app"
EMBEDDED = APP / "model"  # the released student as C
EMBEDDED_STUDENTS = {"released": EMBEDDED, "nobody": APP / "students" / "nobody"}  # by PULSE_STUDENT
