# SPDX-License-Identifier: Apache-2.0
"""The peers' Python environment: made once, apart from ours; commands run in it without our settings."""

from __future__ import annotations

import os
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from wristpulse.support.command import attempt
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ALONE = ("kid-ppg==0.0.4",)  # without their own requirements, which name other versions
OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")  # of this environment, nothing to the peers'


class PeerError(UserError):
    """The peers' environment cannot be made, or a package does not run."""


def environment(output: Path, say: Callable[[str], None]) -> Path:
    """Python of an environment of its own with the pinned packages, made once in `output`/venv."""
    folder = output / "venv"
    python, done = folder / "bin" / "python", folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text() + "\n".join(ALONE)
    if not (done.exists() and done.read_text() == wanted):
        say(f"making {folder}: {REQUIREMENTS.name}; some minutes")
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        run([*pip, "-r", REQUIREMENTS], "install its packages")
        run([*pip, "--no-deps", "--ignore-requires-python", *ALONE], "install its packages")
        write_text(done, wanted)
    return python


def run(words: Sequence[object], what: str, shown: bool = False) -> str:
    """Run a command of the peers' environment, without ours; what it prints, unless it is `shown`."""
    settings = {key: value for key, value in os.environ.items() if key not in OURS}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "WANDB_MODE": "disabled", "TF_USE_LEGACY_KERAS": "1"}
    done = attempt(words, env=settings, shown=shown, error=PeerError)
    if done.status:
        ended = f"exit status {done.status}: {_reason(done.stderr)}"
        if done.status < 0:
            ended = f"ended by signal {-done.status}; run it again to go on"
        raise PeerError(f"{words[0]}: could not {what}, {ended}")
    return done.stdout


def _reason(stderr: str) -> str:
    """The last line; of pip that found no package index, which does not say so there, what it met first."""
    lines = stderr.strip().splitlines() or ["no message"]
    if "(from versions: none)" not in stderr:
        return lines[-1]
    met = next((line for line in lines if "broken by" in line), "").partition("broken by ")[2]
    return f"no package index that has them was reached; is there a network? {met or lines[-1]}"
