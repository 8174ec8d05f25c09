# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: the page of the device's shell, made from zephyr_app/src/shell and zephyr_app/replay."""

import re
from pathlib import Path

from mkdocs.structure.files import File

APP = Path(__file__).resolve().parents[2] / "zephyr_app"
PAGE = "reference/shell.md"
COMMAND = re.compile(r'SHELL_SUBCMD_ADD\(\(pulse\),\s*(\w+),\s*[^,]+,\s*"([^"]*)"')
SUBCOMMAND = re.compile(r'SHELL_CMD_ARG\(\s*(\w+),\s*NULL,\s*"([^"]*)"')

INTRO = """# Shell

Type these commands on the device's console. The snippet `pulse-shell` adds them
([firmware](../firmware.md#shell) shows a session). This page is made from `zephyr_app/src/shell/` and
`zephyr_app/replay/`.
"""


def commands(source: str) -> list[tuple[str, str]]:
    """Commands of one C file with their help, subcommands after them."""
    found = []
    for name, text in COMMAND.findall(source):
        found.append((f"pulse {name}", text))
        found += [(f"pulse {name} {sub}", help_text) for sub, help_text in SUBCOMMAND.findall(source)]
    return found


def page(app: Path = APP) -> str:
    """Markdown of all commands."""
    files = sorted([*(app / "src").rglob("*.c"), *(app / "replay").rglob("*.c")])
    found = [command for file in files for command in commands(file.read_text())]
    rows = [f"| `{name}` | {text.replace('|', chr(92) + '|')} |" for name, text in found]
    return "\n".join([INTRO, "| command | what it does |", "|---|---|", *rows]) + "\n"


def on_files(files, config):
    """Add the page to the site."""
    files.append(File.generated(config, PAGE, content=page()))
    return files
