# SPDX-License-Identifier: Apache-2.0
import json
import resource
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from wristpulse.learning.pipeline import PACKAGE, ROOMS
from wristpulse.support import steps

ROOT = Path(__file__).resolve().parents[3]


def writer(text: str):
    return lambda folder: (folder / "artefact").write_text(text)


def test_a_step_runs_once_for_the_same_inputs(tmp_path):
    folder = tmp_path / "step"
    assert steps.make_step(folder, {"seed": 1}, writer("first"))
    assert not steps.make_step(folder, {"seed": 1}, writer("second"))
    assert (folder / "artefact").read_text() == "first"


def test_other_inputs_or_force_make_it_anew(tmp_path):
    folder = tmp_path / "step"
    steps.make_step(folder, {"seed": 1}, writer("first"))
    assert steps.make_step(folder, {"seed": 2}, writer("second"))
    assert steps.make_step(folder, {"seed": 2}, writer("third"), force=True)
    assert (folder / "artefact").read_text() == "third"
    assert [path.name for path in tmp_path.iterdir()] == ["step"]


def test_a_failing_step_leaves_the_earlier_artefacts(tmp_path):
    folder = tmp_path / "step"
    steps.make_step(folder, {"seed": 1}, writer("first"))

    def fail(part):
        (part / "artefact").write_text("half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        steps.make_step(folder, {"seed": 2}, fail)
    assert (folder / "artefact").read_text() == "first"
    assert steps.is_current(folder, {"seed": 1})


def test_an_interrupted_step_resumes_from_its_part_only_with_the_same_inputs(tmp_path):
    folder = tmp_path / "step"
    seen = []

    def interrupted(part):
        (part / "checkpoint").write_text("epoch 3")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.make_step(folder, {"seed": 1}, interrupted)
    steps.make_step(folder, {"seed": 1}, lambda part: seen.append((part / "checkpoint").exists()))
    with pytest.raises(KeyboardInterrupt):
        steps.make_step(folder, {"seed": 2}, interrupted)
    steps.make_step(folder, {"seed": 3}, lambda part: seen.append((part / "checkpoint").exists()))
    assert seen == [True, False]


def test_require_names_the_command(tmp_path):
    with pytest.raises(steps.StepError, match="invoke train.*run it first"):
        steps.require(tmp_path / "teacher", "invoke train")


FULL_DISK = """
import resource, sys
from pathlib import Path
from wristpulse.support.files import write_text
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
write_text(Path(sys.argv[1]), "x" * 10_000)
"""


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path):
    """A file size limit makes write() fail as a full disk does, with an OSError in its midst."""
    path = tmp_path / "artefact.json"
    path.write_text(json.dumps("whole"))
    run = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True)
    assert run.returncode != 0 and "OSError" in run.stderr
    assert json.loads(path.read_text()) == "whole"
    assert [p.name for p in tmp_path.iterdir()] == ["artefact.json"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def copied(package: Path, folder: Path) -> Path:
    shutil.copytree(package, folder, ignore=lambda _, names: [n for n in names if n == "__pycache__"])
    return folder


@pytest.mark.parametrize(
    ("file", "stale"),
    [("experiments/leds/fusion.py", False), ("evaluation/table.py", False), ("core/track.py", True)],
)
def test_a_network_is_out_of_date_by_the_code_that_it_depends_on_alone(tmp_path, file, stale):
    package = copied(PACKAGE, tmp_path / "wristpulse")
    before = steps.sources(package, ROOMS)
    with (package / file).open("a") as source:
        source.write("ADDED = 1\n")
    assert (steps.sources(package, ROOMS) != before) == stale


def test_comments_and_docstrings_do_not_make_a_step_stale(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    code = room / "code.py"
    code.write_text("def rate():\n    return 64\n")
    before = steps.sources(tmp_path, ["room"])
    code.write_text('"""What it is."""\n\n\ndef rate():  # Hz\n    """Of the E4."""\n    return 64\n')
    assert steps.sources(tmp_path, ["room"]) == before
    code.write_text("def rate():\n    return 32\n")
    assert steps.sources(tmp_path, ["room"]) != before


def test_the_rooms_of_a_step_are_all_that_learning_may_import():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [name for layer in contracts[0]["layers"] for name in layer.split(" : ")]
    assert set(ROOMS) == set(layers[layers.index("learning") :])
    assert all((PACKAGE / room).is_dir() for room in ROOMS)
