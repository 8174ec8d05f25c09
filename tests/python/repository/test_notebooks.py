# SPDX-License-Identifier: Apache-2.0
"""Both notebooks run from top to bottom, and keep nothing of the machine that ran them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[3] / "docs" / "notebooks"
MACHINE = re.compile(r"(^|[\s'\"(=])(~|[A-Z]:\\|/)\w+[/\\]|Traceback", re.M)  # an absolute path, or an error


def outputs(path: Path) -> list[str]:
    """Texts that the code cells print and show, one a cell."""
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    return [
        "".join("".join(o.get("text", o.get("data", {}).get("text/plain", []))) for o in cell["outputs"])
        for cell in cells
    ]


def executed(name: str, folder: Path) -> list[str]:
    copy = folder / name
    copy.write_bytes((NOTEBOOKS / name).read_bytes())
    command = [sys.executable, NOTEBOOKS / "run.py", "--write", copy]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return outputs(copy)


def test_own_recording(tmp_path) -> None:
    texts = executed("own-recording.ipynb", tmp_path)
    assert "True" in texts  # the stream equals the whole
    assert texts[-1] == "acc: expected finite numbers, found 3 NaN, first at sample 77\n"
    mae = next(float(found[1]) for text in texts if (found := re.search(r"^MAE ([\d.]+) BPM", text)))
    assert mae < 3


@pytest.mark.slow
def test_train_your_own_student(tmp_path) -> None:
    pytest.importorskip("tensorflow")
    texts = executed("train-your-own-student.ipynb", tmp_path)
    rows = re.findall(r"^sim\d+ +mine +([\d.]+) +(\d+)%", "".join(texts), re.M)
    assert len(rows) == 3
    assert all(float(mae) < 5 and int(coverage) > 20 for mae, coverage in rows)
    assert "c/pulse_model.c" in texts[-1]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_whole_and_anonymous(path) -> None:
    notebook = json.loads(path.read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert all(cell["outputs"] for cell in notebook["cells"] if "plot()" in "".join(cell["source"]))
    assert not [text for text in outputs(path) if MACHINE.search(text)]
    assert path.stat().st_size < 200_000
