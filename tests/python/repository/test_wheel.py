# SPDX-License-Identifier: Apache-2.0
"""The wheel in an empty environment, with its declared base dependencies only and without a network."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import wristpulse as wp
from wristpulse.recordings import save_recording

ROOT = Path(__file__).resolve().parents[3]
DATA = (
    "wristpulse/student/nobody/student.tflite",
    "wristpulse/student/people/student.json",
    "wristpulse/config/presets/people.toml",
    "wristpulse/recordings/sources.toml",
    "wristpulse/py.typed",
    "wristpulse_tools/experiment_report/report.html.j2",
    "wristpulse_tools/experiment_report/report.css",
    "wristpulse_tools/experiment_report/report.js",
    "wristpulse_tools/peers/requirements.txt",
    "wristpulse_tools/codegen/frames/model.c.j2",
)
PROGRAM = """
import json, sys
import numpy as np
import wristpulse as wp
recording = wp.read_recording(sys.argv[1])
hr = wp.estimate(recording.ppg, recording.acc, fs_ppg=recording.fs_ppg, fs_acc=recording.fs_acc)
try:
    hr.to_frame()
except ImportError as error:
    missing = error.name
results = [str(result) for result in hr.results]
print(json.dumps([sys.path, wp.__file__, wp.__version__, results, missing]))
"""


def run(*words: object, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(target: str, source: Path, folder: Path) -> Path:
    """The wheel or sdist of a source tree, by the build backend itself: no isolation, no network."""
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=source)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def dependencies(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    return metadata.get_all("Requires-Dist")


def link(requirements: list[str], folder: Path) -> None:
    """Link what the requirements name, less extras, and what that needs, from this environment."""
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = distribution(requirement.name)
        for top in {file.parts[0] for file in found.files if file.parts[0] != ".."}:
            if not (folder / top).exists():
                (folder / top).symlink_to(found.locate_file(top))
                link(found.requires or [], folder)


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The interpreter of an environment that holds the wheel and its base dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    link(dependencies(wheel), packages)
    options = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=folder)
    return python


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "anna.npz"
    save_recording(path, wp.simulate(1, 60))
    return path


def test_the_installed_package_estimates_as_the_checkout(python, recording, tmp_path) -> None:
    output = run(python, "-I", "-c", PROGRAM, recording, cwd=tmp_path)
    path, file, version, results, missing = json.loads(output)
    assert not [entry for entry in [*path, file] if Path(entry).is_relative_to(ROOT)]
    assert Path(file).is_relative_to(python.parent.parent)
    numbers = dict(re.findall(r"^(\w+) = (\d+)$", (ROOT / "VERSION").read_text(), re.M))
    assert version == f"{numbers['VERSION_MAJOR']}.{numbers['VERSION_MINOR']}.{numbers['PATCHLEVEL']}"
    assert results == [str(result) for result in wp.estimate(wp.read_recording(recording)).results]
    assert missing == "pandas"  # an extra, not a base dependency


def test_the_installed_command_estimates(python, recording, tmp_path) -> None:
    out = tmp_path / "hr.csv"
    shown = run(python.parent / "wristpulse", "estimate", recording, "--out", out, cwd=tmp_path)
    assert shown.startswith("sim1: 29 hops") and len(out.read_text().splitlines()) == 30


def test_data_files_are_in_the_wheel(wheel) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert set(DATA) <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "docs"))]


def test_the_sdist_makes_the_same_wheel(wheel, tmp_path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    shutil.unpack_archive(sdist, tmp_path / "source")
    (source,) = (tmp_path / "source").iterdir()
    again = build("wheel", source, tmp_path / "again")
    assert wheel.name == again.name and wheel.read_bytes() == again.read_bytes()
