# SPDX-License-Identifier: Apache-2.0
"""./dev inside `nix develop`: it makes nothing and runs its command."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_dev_only_runs_its_command(tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    shutil.copy(ROOT / "dev", house)  # without requirements.txt: to make a .venv would fail
    environment = os.environ | {"PULSE_NIX_SHELL": "1"}
    command = [house / "dev", "sh", "-c", 'echo "$PYTHONPATH"; exit 7']
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 7, run.stderr
    assert run.stdout.split(":")[0].strip() == str(house)
    assert [file.name for file in house.iterdir()] == ["dev"]


def test_every_way_in_says_that_it_is_one():
    """The shell, the demo and the builds in a tree all run what ./dev would run without its environment."""
    flake = (ROOT / "flake.nix").read_text()
    assert len(re.findall(r"PULSE_NIX_SHELL = 1;", flake)) == 3
