# SPDX-License-Identifier: Apache-2.0
"""Execute notebooks: `python docs/notebooks/run.py [--write] NOTEBOOK...`, without Jupyter.

Cells run one after the other in an empty folder of their own; the first error ends the run. --write keeps
what they print, show and draw in the notebook.
"""

import argparse
import ast
import base64
import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "agg")
DPI = 72


def displayed(value: object) -> list[dict]:
    """What a cell's last expression shows."""
    if value is None:
        return []
    data = {"text/plain": lines(repr(value))}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = lines(value._repr_html_())
    return [{"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}]


def drawn() -> list[dict]:
    """The figures that a cell left open, as PNG."""
    if "matplotlib.pyplot" not in sys.modules:
        return []
    from matplotlib import pyplot

    found = []
    for number in pyplot.get_fignums():
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", dpi=DPI, metadata={"Software": None})
        png = base64.b64encode(file.getvalue()).decode()
        found.append({"output_type": "display_data", "metadata": {}, "data": {"image/png": png}})
    pyplot.close("all")
    return found


def lines(text: str) -> list[str]:
    """A text as notebooks keep it."""
    return text.splitlines(keepends=True)


def run_cell(source: str, names: dict, label: str) -> list[dict]:
    """Execute one cell; its outputs. An expression that ends in a semicolon shows nothing."""
    tree = ast.parse(source, label)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, label, "exec"), names)
        value = eval(compile(ast.Expression(last.value), label, "eval"), names) if last else None
    text = printed.getvalue()
    stream = [{"output_type": "stream", "name": "stdout", "text": lines(text)}] if text else []
    return stream + ([] if source.rstrip().endswith(";") else displayed(value)) + drawn()


def run(path: Path) -> dict:
    """The notebook with the outputs of a fresh run."""
    notebook = json.loads(path.read_text())
    names: dict = {"__name__": "__main__"}
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            cell["outputs"] = run_cell("".join(cell["source"]), names, f"{path.name}, cell {number}")
            cell["execution_count"] = None
    return notebook


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="keep the outputs in the notebook")
    options = parser.parse_args()
    for path in [path.resolve() for path in options.notebooks]:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            notebook = run(path)
        if options.write:
            path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
        print(path.name)


if __name__ == "__main__":
    main()
