# SPDX-License-Identifier: Apache-2.0
"""./dev, west.yml and requirements.txt state versions and tools; the flake has the same."""

import json
import re
from pathlib import Path

import pytest
import yaml
from flake_lock import ROOT, source_trees
from wheels import fingerprint

from wristpulse_tools.firmware.zephyr_workspace import zephyr_base

# Debian's package: what the Nix shell has for it.
IN_NIX = {
    "python3-venv": "pulse-python",
    "gcc": "gcc-multi-cc",
    "libc6-dev": "gcc-multi-cc",
    "gcc-multilib": "gcc-multi-cc",
    "gcc-arm-none-eabi": "gcc-arm-embedded",
    "libnewlib-arm-none-eabi": "gcc-arm-embedded",
    "qemu-system-arm": "qemu",
    "cmake": "cmake",
    "ninja-build": "ninja",
    "device-tree-compiler": "dtc",
    "gperf": "gperf",
    "git": "git",
}
# Modules of west.yml that no image of the flake needs: other boards', the bootloader's.
OTHER_IMAGES = {"hal_st", "hal_stm32", "mcuboot", "zcbor"}


def debian_packages() -> set[str]:
    listed = re.search(r"^debian_packages=\((.*?)^\)", (ROOT / "dev").read_text(), re.M | re.S)[1]
    return set(re.sub(r"#.*", "", listed).split())


def west_manifest(folder: Path) -> dict[str, dict]:
    """The projects of a west.yml by name."""
    projects = yaml.safe_load((folder / "west.yml").read_text())["manifest"]["projects"]
    return {project["name"]: project for project in projects}


@pytest.mark.nix
def test_the_shell_has_every_tool_of_dev(nix):
    run = nix.with_stubs("eval", "--json", output="#devShells.x86_64-linux.default.packages")
    assert run.returncode == 0, run.stderr
    in_shell = {re.sub(r"^[^-]*-", "", path.rsplit("/", 1)[1]) for path in json.loads(run.stdout)}
    assert {IN_NIX[package] for package in debian_packages()} | {"zephyr-sdk", "pyocd"} == in_shell


def test_the_wheels_hashes_are_of_these_requirements():
    """Without it no output of the flake evaluates; where nix is missing, nothing else would say so."""
    assert f'requirements = "{fingerprint()}"' in (ROOT / "flake.nix").read_text(), (
        "requirements.txt changed: run tests/nix/wheels.py (docs/nix.md)"
    )


def test_zephyr_is_what_west_brings():
    zephyr = west_manifest(ROOT)["zephyr"]
    assert source_trees()["zephyr"]["ref"] == zephyr["revision"]
    assert set(source_trees()) - {"zephyr"} == set(zephyr["import"]["name-allowlist"]) - OTHER_IMAGES


@pytest.mark.zephyr
def test_modules_are_what_zephyr_states():
    stated = west_manifest(zephyr_base())
    modules = {name: asked["rev"] for name, asked in source_trees().items() if name != "zephyr"}
    assert modules == {name: stated[name]["revision"] for name in modules}


def test_the_flake_takes_a_python_that_the_project_supports():
    python = re.search(r"pkgs\.python3(\d+)", (ROOT / "flake.nix").read_text())[1]
    project = (ROOT / "pyproject.toml").read_text()
    low, high = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project).groups()
    assert int(low) <= int(python) < int(high)
