# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: search from file:// without a script of another server.

The offline plugin lets browsers fetch a stand-in for web workers from a CDN, because browsers start no
worker from file://. This puts docs/hooks/file_worker.js into each page instead.
"""

import re
from pathlib import Path

WORKER = (Path(__file__).parent / "file_worker.js").read_text()
SHIM = re.compile(r'<script src="https://unpkg\.com/iframe-worker/shim"></script>')


def on_post_page(output, **_):
    """The page with the stand-in in place of its address."""
    return SHIM.sub(lambda _: f"<script>{WORKER}</script>", output)


def on_post_template(output_content, **_):
    """The same for pages that are no documents, such as 404.html."""
    return SHIM.sub(lambda _: f"<script>{WORKER}</script>", output_content)
