# SPDX-License-Identifier: Apache-2.0
"""Modules into one script: what is out of form is an error that names the file."""

from pathlib import Path

import pytest

from wristpulse_tools.browser.bundle import bundle
from wristpulse_tools.browser.page import SOURCE


def modules(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder / f"{next(iter(texts))}.js"


def test_each_module_stands_once_after_what_it_uses(tmp_path) -> None:
    text = bundle(
        modules(
            tmp_path,
            a='import { f } from "./b.js";\nimport { g } from "./c.js";\nf(g);\n',
            b='import { g } from "./c.js";\nexport function f(x) { return x(g); }\n',
            c="export const g = 1;\nconst own = 2;\n",
        )
    )
    assert text.count("const own = 2;") == 1
    assert text.index("const own") < text.index("function f") < text.index("f(g);")
    assert "import" not in text and "export" not in text


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"a": 'import x from "./b.js";\n'}, "a.js: expected imports as"),
        ({"a": 'import { x } from "https://x.org/b.js";\n'}, "a.js: expected imports as"),
        ({"a": "export default 1;\n"}, "a.js: expected imports as"),
        (
            {"a": 'import { x } from "./b.js";\n', "b": "const x = 1;\n"},
            "a.js: x: expected b.js to export it",
        ),
        (
            {
                "a": 'import { x } from "./b.js";\nexport const y = 1;\n',
                "b": 'import { y } from "./a.js";\nexport const x = 1;\n',
            },
            "a.js: expected no circle of imports, found one with b.js",
        ),
    ],
)
def test_what_is_out_of_form_is_refused(tmp_path, texts, message) -> None:
    with pytest.raises(ValueError, match=message):
        bundle(modules(tmp_path, **texts))


def test_every_module_of_the_page_is_used() -> None:
    used = bundle(SOURCE / "app.js") + bundle(SOURCE / "worker.js")
    assert [path.name for path in SOURCE.glob("*.js") if f"const module_{path.stem} =" not in used] == []
