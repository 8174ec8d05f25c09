# SPDX-License-Identifier: Apache-2.0
"""./dev inside `nix develop`: it makes nothing and runs its command."""

import os
import shutil
import subprocess

import pytest
from flake_lock import ROOT


def test_dev_only_runs_its_command(tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    shutil.copy(ROOT / "dev", house)  # without requirements.txt: to make a .venv would fail
    environment = os.environ | {"PULSE_NIX_SHELL": "1"}
    command = [house / "dev", "sh", "-c", 'echo "$PYTHONPATH"; exit 7']
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 7, run.stderr
    assert run.stdout.split(":")[0].strip() == str(house / "training")
    assert [file.name for file in house.iterdir()] == ["dev"]


@pytest.mark.nix
def test_the_shell_says_that_it_is_one(nix):
    run = nix.with_stubs("eval", output="#devShells.x86_64-linux.default.PULSE_NIX_SHELL")
    assert run.stdout.strip() == "1", run.stderr
