# SPDX-License-Identifier: Apache-2.0
"""Bring flake.nix up to requirements.txt: download the wheels of every system, write their hashes.

    python3.11 tests/nix/wheels.py

Needs the network, nix and the Python that the flake takes (environment markers are the running Python's).
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
FLAKE = ROOT / "flake.nix"
WHEELS = re.compile(r'platforms = "([^"]+)";\s+hash = "([^"]+)";')
FINGERPRINT = re.compile(r'(?<=requirements = ")[0-9a-f]{64}(?=")')


def fingerprint() -> str:
    """SHA-256 of requirements.txt, in hex."""
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def download(platforms: list[str], folder: Path) -> None:
    """Fill `folder` with what flake.nix's `wheels` downloads; CalledProcessError if pip fails."""
    tags = [word for tag in platforms for word in ("--platform", tag)]
    # As in the Nix build: without this user's settings.
    pip = [sys.executable, "-m", "pip", "--isolated", "download", "--quiet", "--no-cache-dir", "--no-deps"]
    command = [*pip, "--require-hashes", *tags, "-r", REQUIREMENTS, "-d", folder]
    subprocess.run(command, check=True)


def nar_hash(folder: Path) -> str:
    """The hash of a folder as Nix states it: sha256-..., of its serialisation."""
    command = ["nix", "--extra-experimental-features", "nix-command", "hash", "path", "--sri", folder]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Rewrite the fingerprint and the hashes in flake.nix; prints each hash."""
    text = FLAKE.read_text()
    python = re.search(r"pkgs\.python(\d)(\d+)", text)
    if sys.version_info[:2] != (int(python[1]), int(python[2])):
        sys.exit(f"wheels.py: expected Python {python[1]}.{python[2]}, found {sys.version.split()[0]}")
    for platforms, old in WHEELS.findall(text):
        with tempfile.TemporaryDirectory() as folder:
            download(platforms.split(), Path(folder))
            new = nar_hash(Path(folder))
        print(f"{new}  {platforms}", flush=True)
        text = text.replace(old, new)
    FLAKE.write_text(FINGERPRINT.sub(fingerprint(), text))


if __name__ == "__main__":
    main()
