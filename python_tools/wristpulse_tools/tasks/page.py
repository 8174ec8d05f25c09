# SPDX-License-Identifier: Apache-2.0
"""The page that runs the firmware in a browser."""

from pathlib import Path

from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import command, say


@command(
    output="folder for index.html; default: build/browser",
    student="folder of student.tflite and student.json; default: the one that ships",
)
def browser(_context, output: Path = BUILD / "browser", student: Path | None = None):
    """Make the page that runs the firmware in a browser: one file, no server needed (docs/browser.md)."""
    from wristpulse.student.card import SHIPPED
    from wristpulse_tools.browser.page import build_page

    made = build_page(output, student or SHIPPED)
    say(f"{made.page}: {made.size} bytes, WebAssembly {made.wasm}, example {made.example}; open it")
