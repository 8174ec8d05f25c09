# SPDX-License-Identifier: Apache-2.0
"""What others get: the browser page, the documentation as a site, and the files of a release."""

import os
import sys
from pathlib import Path

from wristpulse_tools.firmware.places import BUILD, ROOT
from wristpulse_tools.tasks.common import command, say


@command()
def docs(_context):
    """Build the documentation as a site into build/site; a broken link is an error."""
    from wristpulse.support.command import on_terminal

    site = BUILD / "site"
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    if status := on_terminal(words, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}):
        sys.exit(status)
    say(f"{site / 'index.html'}")


@command(
    output="folder for the files; default: build/dist",
    boards="boards whose images are built, comma-separated; default: those with a .hex; none: no images",
    key="PEM file of `imgtool keygen`: sign the images for MCUboot, and build it",
)
def dist(_context, output: Path = BUILD / "dist", boards: list[str] | None = None, key: Path | None = None):
    """Make the files of a release: wheel, sdist, images with sizes and SBOM, checksums."""
    from wristpulse_tools.firmware.dist import make

    make(output, boards or None, say, key)


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
