# SPDX-License-Identifier: Apache-2.0
"""Where things lie in a checkout: the tools build firmware from it."""

from pathlib import Path

from wristpulse.student.card import SHIPPED, STUDENTS

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
APP = ROOT / "zephyr_app"
EMBEDDED_STUDENTS = {name: APP / "students" / name for name in STUDENTS}  # as C, by PULSE_STUDENT
EMBEDDED = EMBEDDED_STUDENTS[SHIPPED.name]
