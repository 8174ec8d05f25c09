# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: the page of the C API, made from the comments of zephyr_app/core/include/pulse/*.h."""

import re
from pathlib import Path

from mkdocs.structure.files import File

HEADERS = Path(__file__).resolve().parents[2] / "zephyr_app" / "core" / "include" / "pulse"
PAGE = "reference/c_api.md"
ORDER = ("hop", "align", "estimator", "result", "window", "spectrum", "track", "policy", "replay", "text")

FILE_COMMENT = re.compile(r"/\*\n(.*?)\*/\s*#ifndef", re.S)
# A doc comment (/** ... */) and the declaration that follows it, up to its semicolon.
DECLARATION = re.compile(r"/\*\*(.*?)\*/\n(.*?;)", re.S)
# Types: an optional comment, then struct or enum with its braces.
TYPE = re.compile(r"^(?:/\*(?!\*)((?:(?!\*/).)*)\*/\n)?((?:struct|enum) \w+ \{.*?^\};)", re.S | re.M)
TAG = re.compile(r"@(param|return)\s*")

INTRO = """# C API

Include `<pulse/estimator.h>` and `<pulse/align.h>`, link the core, and call three functions for each
batch of samples: push, take, estimate ([own board](../howto/own_board.md) shows it). The core is
portable C99: no heap, no RTOS, no floating point. All state lies in structures of the caller.

This page is made from the headers in `zephyr_app/core/include/pulse/`. Numbers that C and Python
share stand in `numbers.h`, which `./dev invoke numbers` generates.
"""


def plain(comment: str) -> str:
    """A comment without its stars, as paragraphs."""
    lines = [re.sub(r"^[ \t]*\*? ?", "", line).rstrip() for line in comment.strip().splitlines()]
    return "\n".join(lines).strip()


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([*\[\]])", r"\\\1", text.replace("<", "&lt;"))


def prose(comment: str) -> str:
    """A comment as Markdown: indented code stays code, everything else is text."""
    lines = []
    for line in plain(comment).splitlines():
        if line.startswith("\t"):
            if lines and lines[-1] and not lines[-1].startswith("    "):
                lines.append("")
            lines.append("    " + line.removeprefix("\t").rstrip())
        else:
            lines.append(escaped(line))
    return "\n".join(lines)


def described(comment: str) -> str:
    """A doc comment as Markdown: text, then a list of parameters and of what is returned."""
    text, *tags = TAG.split(plain(comment))
    parts = [prose(text)] if text.strip() else []
    items = []
    for kind, body in zip(tags[::2], tags[1::2], strict=True):
        body = escaped(" ".join(body.split()))
        if kind == "param":
            name, _, rest = body.partition(" ")
            items.append(f"- `{name}`: {rest.strip()}")
        else:
            items.append(f"- returns: {body}")
    return "\n\n".join([*parts, *(["\n".join(items)] if items else [])])


def section(name: str, source: str) -> str:
    """Markdown of one header."""
    parts = [f"## pulse/{name}.h"]
    about = FILE_COMMENT.search(source)
    if about:
        parts.append(prose(about[1]))
    for comment, body in TYPE.findall(source):
        title = " ".join(body.split("{")[0].split())
        parts += [f"### {title}", *([prose(comment)] if comment else []), f"```c\n{body}\n```"]
    for comment, body in DECLARATION.findall(source):
        names = re.findall(r"(\w+)\s*\(", body)
        if not names:
            continue
        signature = re.sub(r"\s+", " ", body)
        parts += [f"### {names[0]}()", f"```c\n{signature}\n```", described(comment)]
    return "\n\n".join(parts)


def page(headers: Path = HEADERS) -> str:
    """Markdown of all headers, in the order in which a newcomer needs them."""
    found = {path.stem: path.read_text() for path in headers.glob("*.h") if path.stem != "numbers"}
    order = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return "\n\n".join([INTRO.strip(), *(section(name, found[name]) for name in order)]) + "\n"


def on_files(files, config):
    """Add the page to the site."""
    files.append(File.generated(config, PAGE, content=page()))
    return files
