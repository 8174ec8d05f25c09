# SPDX-License-Identifier: Apache-2.0
"""Where the on-target tests find the repository and keep their builds."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "on_target"
