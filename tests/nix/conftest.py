# SPDX-License-Identifier: Apache-2.0
"""The nix command over a copy of the flake, in a store of its own that goes when the tests end."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from flake_lock import ROOT, source_trees

STUBS = Path(__file__).parent
CONFIG = (
    "experimental-features = nix-command flakes\nsubstituters =\nflake-registry =\ndownload-attempts = 1\n"
)


@dataclass(frozen=True)
class Nix:
    """Runs nix on the flake in `flake`; nothing is fetched, nothing is built."""

    flake: Path
    place: Path

    def edit(self, old: str, new: str, file: str = "flake.nix") -> None:
        """Replace `old`, which must be there, in the copy."""
        text = (self.flake / file).read_text()
        assert old in text, f"{file}: {old} is not in it"
        (self.flake / file).write_text(text.replace(old, new))

    def __call__(self, *words: str) -> subprocess.CompletedProcess:
        environment = os.environ | {
            "HOME": str(self.place),
            "XDG_CACHE_HOME": str(self.place / "cache"),
            "NIX_CONF_DIR": str(self.place),
            "NIX_CONFIG": CONFIG,
            "NIX_REMOTE": f"local?root={self.place / 'root'}",
        }
        return subprocess.run(["nix", *words], env=environment, capture_output=True, text=True, timeout=60)

    def with_stubs(self, command: str, *words: str, output: str = "") -> subprocess.CompletedProcess:
        """`nix COMMAND` on the flake, or one output of it, with the stubs for all its inputs."""
        stubs = {"nixpkgs": "nixpkgs", "zephyr-nix": "zephyr-nix"} | dict.fromkeys(source_trees(), "source")
        overrides = ["--no-write-lock-file"]
        for name, stub in stubs.items():
            overrides += ["--override-input", name, f"path:{STUBS / stub}"]
        return self(*command.split(), f"path:{self.flake}{output}", *overrides, *words)


@pytest.fixture(scope="session")
def store():
    """A folder for nix's store, cache and home."""
    place = Path(tempfile.mkdtemp(prefix="pulse-nix-"))
    yield place
    subprocess.run(["chmod", "-R", "u+w", place], check=True)  # store paths are read-only
    shutil.rmtree(place)


@pytest.fixture
def nix(store, tmp_path):
    """nix over a fresh copy of flake.nix, flake.lock and what they read."""
    for file in ("flake.nix", "flake.lock", "requirements.txt"):
        shutil.copy(ROOT / file, tmp_path / file)
    return Nix(tmp_path, store)
