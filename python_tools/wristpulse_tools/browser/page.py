# SPDX-License-Identifier: Apache-2.0
"""The page as one file: styles, scripts, WebAssembly and example within, so that it works from anywhere.

Its Content-Security-Policy admits exactly these scripts and styles, by their hashes, and no connection.
"""

import base64
import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wristpulse.student.card import CARD, SHIPPED, load_student
from wristpulse.support.files import write_text
from wristpulse_tools.browser.bundle import bundle
from wristpulse_tools.browser.example import example
from wristpulse_tools.browser.wasm import compile_wasm
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.firmware.places import EMBEDDED, ROOT

SOURCE = ROOT / "docs" / "browser"
PAGE = "index.html"
UNBUILT = "<p>This is the source of the page: ./dev invoke browser makes it (docs/browser.md).</p>\n"
TITLES = {"bami1": "BAMI-1", "bami2": "BAMI-2", "troika": "the IEEE Signal Processing Cup 2015"}


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build made: the page, its size and that of the module and the example within it, in bytes."""

    page: Path
    size: int
    wasm: int
    example: int


def build_page(folder: Path, student: Path = SHIPPED, source: Path = SOURCE) -> Built:
    """Write `folder`/index.html, and nothing else, with the student in the folder `student`.

    The same sources, student and compiler give the same bytes. `UserError` where the compiler is missing or
    fails, ValueError for a script out of form.
    """
    with tempfile.TemporaryDirectory() as scratch:
        model = EMBEDDED
        if student != SHIPPED:
            model = Path(scratch)
            embed(load_student(student), model)
        wasm = compile_wasm(Path(scratch), model).read_bytes()
    recording = example()
    data = {
        "wasm": _base64(wasm),
        "example": _base64(recording),
        "worker": bundle(source / "worker.js"),
        "facts": _facts(json.loads((student / CARD).read_text())),
    }
    script = f"const PULSE = {_embedded(data)};\n{bundle(source / 'app.js')}"
    style = (source / "style.css").read_text()
    text = (source / PAGE).read_text().replace(UNBUILT, "")
    text = _insert(text, "style", style)
    text = _insert(text, "script", script)
    text = text.replace("SCRIPT-HASH", _hash(script)).replace("STYLE-HASH", _hash(style))
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / PAGE, text)
    return Built(page=folder / PAGE, size=len(text.encode()), wasm=len(wasm), example=len(recording))


def _facts(card: dict) -> dict[str, str]:
    """What the page's footer states."""
    sets = card["configuration"]["data"]["dataset"].split("+")
    trained = " and ".join(TITLES.get(name, name) for name in sets)
    return {"student": card["model_sha256"][:12], "version": _version(), "trained": trained}


def _insert(text: str, element: str, content: str) -> str:
    """The page with what its empty `element` is to hold."""
    pattern = rf"<{element}></{element}>"
    if len(re.findall(pattern, text)) != 1:
        raise ValueError(f"{PAGE}: expected one empty <{element}>, found another number")
    return re.sub(pattern, lambda _: f"<{element}>{content}</{element}>", text)


def _embedded(data: dict) -> str:
    """JSON that may stand in a script element: without `</`."""
    return json.dumps(data).replace("</", "<\\/")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _version() -> str:
    """VERSION's major, minor and patch level."""
    fields = dict(re.findall(r"(\w+) *= *(\d+)", (ROOT / "VERSION").read_text()))
    return ".".join(fields[name] for name in ("VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"))
