# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: the page of Kconfig options, made from the Kconfig files of zephyr_app/."""

import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
PAGE = "reference/kconfig.md"
OPTION = re.compile(r"^config (PULSE_\w+|APP_LINK_WITH_PULSE)\n((?:[ \t].*\n|\n(?=[ \t]))*)", re.M)
PROMPT = re.compile(r'^\t(bool|int|string|hex) "(.*)"', re.M)
WHAT = {
    "zephyr/Kconfig": "The module: what another application can use",
    "drivers/sensor/ppg/Kconfig": "Optical front ends",
    "drivers/sensor/max3010x/Kconfig": "MAX30101 and MAX30102",
    "drivers/sensor/max86141/Kconfig": "MAX86141",
    "src/sensing/Kconfig": "Sampling",
    "src/estimation/Kconfig": "Inference",
    "src/settings/Kconfig": "Settings",
    "src/health/Kconfig": "Watchdog, crashes, updates",
    "src/stream/Kconfig": "Raw data stream",
    "src/ble/Kconfig": "Bluetooth",
    "src/shell/Kconfig": "Shell",
    "replay/Kconfig": "Replay of recordings",
}

INTRO = """# Kconfig options

Set an option in a `.conf` file or on the command line (`-DCONFIG_PULSE_STALE_MS=8000`). A snippet
sets those that its feature needs ([firmware](../firmware.md)). This page is made from the Kconfig
files of `zephyr_app/`.
"""


def row(name: str, body: str) -> str:
    """One option as a row of a table."""
    kind, prompt = PROMPT.search(body).groups() if PROMPT.search(body) else ("", "")
    default = re.search(r"^\tdefault (.*)$", body, re.M)
    needs = [need.replace("|", "\\|") for need in re.findall(r"^\tdepends on (.*)$", body, re.M)]
    help_text = re.search(r"^\thelp\n((?:\t  .*\n?|\n)*)", body, re.M)
    text = " ".join(help_text[1].split()).replace("|", "\\|") if help_text else ""
    shown = default[1].replace("|", "\\|") if default else ("n" if kind == "bool" else "")
    title = prompt.replace("|", "\\|")
    return f"| `CONFIG_{name}` | {title} | {shown} | {', '.join(f'`{need}`' for need in needs)} | {text} |"


def page(app: Path = ROOT / "zephyr_app") -> str:
    """Markdown of all options, a table a Kconfig file."""
    parts = [INTRO.strip()]
    found = {path.relative_to(app).as_posix(): path for path in app.rglob("Kconfig")}
    order = list(WHAT)
    for file in sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name)):
        rows = [row(*option) for option in OPTION.findall(found[file].read_text())]
        if rows:
            head = "| option | what | default | depends on | help |\n|---|---|---|---|---|"
            title = WHAT.get(file, file)
            parts += [f"## {title}", f"`zephyr_app/{file}`", "\n".join([head, *rows])]
    return "\n\n".join(parts) + "\n"


def on_files(files, config):
    """Add the page to the site."""
    files.append(File.generated(config, PAGE, content=page()))
    return files
