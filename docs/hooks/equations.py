# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: equations ($$...$$, $...$) as MathML, which browsers show without any script."""

import html
import re

from latex2mathml.converter import convert

EQUATION = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)


def as_mathml(match: re.Match) -> str:
    """One equation of pymdownx.arithmatex as MathML."""
    display = "block" if match[2] == "[" else "inline"
    return convert(html.unescape(match[3].strip()), display=display)


def on_page_content(content, **_):
    """All equations of a page."""
    return EQUATION.sub(as_mathml, content)
