# SPDX-License-Identifier: Apache-2.0
"""Run other programs: what they print is kept, and the end of it says why one failed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wristpulse.support.errors import UserError

TAIL = 2000  # characters of a program's output that an error shows
FULL = "No space left on device"
# Debian's package of a program, where its name is another one.
PACKAGES = {"arm-none-eabi-gcc": "gcc-arm-none-eabi", "ninja": "ninja-build"}
OTHERS = {"west": "pip install west", "pyocd": "pip install pyocd", "nrfjprog": "Nordic's nRF tools"}


class CommandError(UserError):
    """A program that is missing or failed; the message ends with what it printed last."""


@dataclass(frozen=True)
class Outcome:
    """What a program left: its exit status (None: it was stopped at a time-out), stdout and stderr."""

    status: int | None
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All that it printed, without white space around it."""
        return (self.stdout + self.stderr).strip()

    @property
    def last_line(self) -> str:
        """The last line that it printed."""
        return (self.output.splitlines() or ["no message"])[-1]


def require(*programs: str, error: type[UserError] = CommandError) -> None:
    """Check that programs are in PATH.

    Parameters
    ----------
    *programs : str
    error : type of UserError
        Raised for a missing one.

    Raises
    ------
    UserError
        A program is missing; the message says what brings it.
    """
    for program in programs:
        if shutil.which(program) is None:
            raise error(f"{program}: expected in PATH, found none ({_remedy(program)})")


def attempt(
    words: Sequence[object],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    error: type[UserError] = CommandError,
    shown: bool = False,
) -> Outcome:
    """Run a program to its end, whatever that is.

    Parameters
    ----------
    words : sequence
        The program and its arguments, each as `str` gives it.
    cwd : Path, optional
        Where it runs; the current folder.
    env : mapping, optional
        Its environment; this process's.
    timeout_s : float, optional
        Seconds after which it is stopped.
    error : type of UserError
        Raised if it cannot be started.
    shown : bool
        Its stdout goes to the user's terminal, not into the outcome.

    Returns
    -------
    Outcome
        Its status is None if it was stopped.

    Raises
    ------
    UserError
        It cannot be started.
    """
    command = [str(word) for word in words]
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=timeout_s,
        )
    except FileNotFoundError:
        raise error(f"{command[0]}: expected a program, found none ({_remedy(command[0])})") from None
    except OSError as refused:
        raise error(f"{command[0]}: expected a program, found: {refused}") from None
    except subprocess.TimeoutExpired as late:
        said = [
            part.decode(errors="replace") if isinstance(part, bytes) else part or ""
            for part in (late.stdout, late.stderr)
        ]
        return Outcome(None, *said)
    return Outcome(done.returncode, done.stdout or "", done.stderr)


def run(
    words: Sequence[object],
    *,
    where: object = "",
    error: type[UserError] = CommandError,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a program that must succeed.

    Parameters
    ----------
    words, cwd, env
        As `attempt` takes them.
    where : object
        What the program works on, for the error; the program.
    error : type of UserError
        Raised if it fails.

    Returns
    -------
    Outcome

    Raises
    ------
    UserError
        It failed or cannot be started. The message names `where` and holds the end of the output; a full disk
        is one line.
    """
    outcome = attempt(words, cwd=cwd, env=env, error=error)
    if outcome.status:
        what = " ".join(str(word) for word in words[:2])
        place = where or words[0]
        if FULL in outcome.output:
            raise error(f"{place}: expected room on the disk, found none left; {what} failed")
        raise error(f"{place}: {what} failed, status {outcome.status}:\n{outcome.output[-TAIL:]}")
    return outcome


def on_terminal(
    words: Sequence[object], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> int:
    """Run a program that prints to the user's terminal and may ask there.

    Parameters
    ----------
    words, cwd, env
        As `attempt` takes them.

    Returns
    -------
    int
        Its exit status.

    Raises
    ------
    CommandError
        It cannot be started.
    """
    command = [str(word) for word in words]
    try:
        return subprocess.run(command, cwd=cwd, env=env).returncode
    except FileNotFoundError:
        raise CommandError(f"{command[0]}: expected a program, found none ({_remedy(command[0])})") from None


def _remedy(program: str) -> str:
    return OTHERS.get(program, f"Debian: apt-get install {PACKAGES.get(program, program)}")
