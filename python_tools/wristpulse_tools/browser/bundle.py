# SPDX-License-Identifier: Apache-2.0
"""JavaScript modules as one classic script: browsers load no modules from a file:// page.

Each module becomes a function's scope of its own. The modules keep to a part of the language, which this
checks: imports are `import { a, b } from "./other.js";`, one line each; what is exported is a function, a
class or a constant, `export` standing before its declaration.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function\*?|class|const) (\w+))", re.MULTILINE)
_OTHER_FORM = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(entry: Path, expose: str | None = None) -> str:
    """The module `entry` and those that it imports, each after what it imports.

    expose: name of a constant that gets what `entry` exports. ValueError, with the file, for a module out of
    that form, an import that nobody exports, or a circle; OSError for one that cannot be read.
    """
    scopes: dict[Path, str] = {}
    exports: dict[Path, list[str]] = {}

    def add(path: Path, users: tuple[Path, ...]) -> None:
        if path in users:
            raise ValueError(f"{path}: expected no circle of imports, found one with {users[-1].name}")
        if path in scopes:
            return
        text = path.read_text()
        for names, name in _IMPORT.findall(text):
            used = path.with_name(f"{name}.js")
            add(used, (*users, path))
            for missing in set(names.split(", ")) - set(exports[used]):
                raise ValueError(
                    f"{path}: {missing}: expected {used.name} to export it, found no such export"
                )
        exports[path] = _EXPORT.findall(text)
        body = _EXPORT.sub("", _IMPORT.sub(lambda m: f"const {{ {m[1]} }} = {_scope(m[2])};\n", text))
        if other := _OTHER_FORM.search(body):
            raise ValueError(
                f'{path}: expected imports as `import {{ a }} from "./b.js";`, found {other[0]!r}'
            )
        given = ", ".join(exports[path])
        scopes[path] = f"const {_scope(path.stem)} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n"

    add(entry, ())
    body = '"use strict";\n' + "".join(scopes.values())
    if expose is None:
        return f"(() => {{\n{body}}})();\n"
    return f"const {expose} = (() => {{\n{body}return {_scope(entry.stem)};\n}})();\n"


def _scope(stem: str) -> str:
    return "module_" + stem.replace("-", "_")
