# SPDX-License-Identifier: Apache-2.0
"""The flake: its lock matches it, every output evaluates on every system, and a slip anywhere is noticed."""

import json

import pytest

pytestmark = pytest.mark.nix

SYSTEMS = {"x86_64-linux", "aarch64-linux", "aarch64-darwin"}
OUTPUTS = {
    "packages": {"model-c", "firmware-nrf52840dk"},
    "apps": {"demo"},
    "devShells": {"default"},
    "checks": {"lint", "tests"},
}


# Each output's names by system, and with them all that its derivations are made of.
FORCE = "builtins.mapAttrs (_: builtins.mapAttrs (_: it: it.drvPath or it.program))"


def evaluate(nix, kind: str):
    return nix.with_stubs("eval", "--json", "--apply", FORCE, output=f"#{kind}")


def complaints(nix) -> str:
    """What nix says against the flake; empty if nothing."""
    runs = [nix.with_stubs("flake check", "--no-build"), *(evaluate(nix, kind) for kind in OUTPUTS)]
    return "".join(run.stderr for run in runs if run.returncode)


def test_the_lock_matches_the_flake(nix):
    run = nix("flake", "lock", f"path:{nix.flake}", "--no-update-lock-file")
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "slip",
    [
        ('"zephyr";', '"cmsis";'),
        ("hal_nordic/ab5c", "hal_nordic/ab5d"),
        ("nixpkgs.follows", "nixpkgs.url"),
    ],
)
def test_another_input_does_not_match_the_lock(nix, slip):
    nix.edit(*slip)
    assert nix("flake", "lock", f"path:{nix.flake}", "--no-update-lock-file").returncode


@pytest.mark.parametrize("kind", OUTPUTS)
def test_every_output_evaluates_on_every_system(nix, kind):
    run = evaluate(nix, kind)
    assert run.returncode == 0, run.stderr
    names = {system: set(outputs) for system, outputs in json.loads(run.stdout).items()}
    assert names == dict.fromkeys(SYSTEMS, OUTPUTS[kind])


def test_nix_has_nothing_against_it(nix):
    assert complaints(nix) == ""
    shown = nix.with_stubs("flake show")
    assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize(
    "slip, complaint",
    [
        ((" gperf ", " gprf "), "'gprf' missing"),
        (("pkgs.zlib", "pkgs.zlob"), "'zlob' missing"),
        (("pkgs.pyocd", "pkgs.pyodc"), "'pyodc' missing"),
        (("pkgs.autoPatchelfHook", "pkgs.autoPatchElfHook"), "'autoPatchElfHook' missing"),
        (("sdk-0_16", "sdk-0_61"), "'sdk-0_61' missing"),
        (('"arm-zephyr-eabi"', '"arm-zephyr-abi"'), "assertion"),
        (("lib.getExe", "lib.getExes"), "'getExes' missing"),
        (("runtimeInputs =", "runtimeInput ="), "runtimeInputs"),
        (('hash = "sha256-', 'hash = "sha256-A'), "hash"),
        (('requirements = "', 'requirements = "0'), "requirements.txt changed"),
        (("inherit cmsis", "inherit cmsys"), "cmsys"),
    ],
)
def test_a_slip_is_noticed(nix, slip, complaint):
    nix.edit(*slip)
    assert complaint in complaints(nix)


def test_changed_requirements_are_noticed(nix):
    nix.edit("tensorflow==", "tensorflow-cpu==", "requirements.txt")
    assert "requirements.txt changed" in complaints(nix)
