# SPDX-License-Identifier: Apache-2.0
"""The page's modules by themselves."""

import base64
import json

from wristpulse_tools.browser.bundle import bundle
from wristpulse_tools.browser.page import SOURCE

# A body that reads files, [name, content] each, and tells the sensors' counts.
READ = """
const files = given[0].map(([name, content]) => ({ name, bytes: bytes(content) }));
const found = await it.readFiles(files);
return { name: found.name, notes: found.notes, parts: found.recordings.map((recording) => {
  const { ppg, acc, ppgPeriodNs, accPeriodNs } = it.toCounts(recording);
  return { ppg: [...ppg], acc: [...acc], ppgPeriodNs, accPeriodNs, startS: recording.startS,
    reference: recording.reference && [...recording.reference.bpm] };
}) };
"""


class ModuleError(Exception):
    """What a module threw: its sentence."""


class Modules:
    """The page's modules by themselves: each call runs one of them in an empty page."""

    def __init__(self, driver):
        self._driver = driver

    def run(self, modules: str, body: str, *arguments: object) -> object:
        """What `body` returns: statements that may await, see `it`, the modules' exports, and `given`.

        modules: file names with a space between. `ModuleError` for what they throw.
        """
        scopes = [bundle(SOURCE / name, f"scope{n}") for n, name in enumerate(modules.split())]
        exports = ", ".join(f"...scope{n}" for n in range(len(scopes)))
        script = (
            "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);\n"
            f"{''.join(scopes)}const it = {{ {exports} }};\n"
            "const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));\n"
            f"(async () => {{ {body} }})().then((value) => done(JSON.stringify({{ value }})),"
            " (error) => done(JSON.stringify({ error: String(error.message) })));"
        )
        self._driver.get("about:blank")
        answer = json.loads(self._driver.execute_async_script(script, *arguments))
        if "error" in answer:
            raise ModuleError(answer["error"])
        return answer.get("value")


def as_text(data: bytes) -> str:
    """Bytes for `bytes(...)` in a body."""
    return base64.b64encode(data).decode()
