# SPDX-License-Identifier: Apache-2.0
"""A step of the chain: makes a folder of artefacts from its inputs, once.

A step works in `FOLDER.part` and takes the folder's place only when it is whole, so an interruption, an error
or a full disk leaves what was there before. The part folder stays for the step to resume from, as long as the
inputs are the same.
"""

import ast
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text

STAMP = "step.json"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class StepError(UserError):
    """A step that cannot run: what is missing and which command makes it."""


def fingerprint(inputs: Mapping) -> str:
    """Digest of a step's inputs.

    Parameters
    ----------
    inputs : mapping
        What JSON cannot say is taken by its text.

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def sources(package: Path, rooms: Iterable[str]) -> str:
    """Digest of the Python code in some rooms of a package: a step is out of date when its code is.

    Comments, docstrings and line breaks do not count: what they say changes no artefact.

    Parameters
    ----------
    package : Path
        Folder of the package.
    rooms : iterable of str
        Folders in it.

    Returns
    -------
    str
        Hex digest of the files' names and syntax trees. It may differ between versions of Python.
    """
    digest = hashlib.sha256()
    for path in sorted(path for room in rooms for path in (package / room).rglob("*.py")):
        tree = ast.parse(path.read_bytes(), path)
        for node in ast.walk(tree):
            if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                del node.body[0]
        digest.update(path.relative_to(package).as_posix().encode() + ast.dump(tree).encode())
    return digest.hexdigest()


def is_current(folder: Path, inputs: Mapping) -> bool:
    """Tell whether a folder was made from exactly these inputs.

    Parameters
    ----------
    folder : Path
    inputs : mapping

    Returns
    -------
    bool
    """
    stamp = folder / STAMP
    return stamp.exists() and json.loads(stamp.read_text())["fingerprint"] == fingerprint(inputs)


def make_step(folder: Path, inputs: Mapping, make: Callable[[Path], None], force: bool = False) -> bool:
    """Make a folder unless it is current.

    Parameters
    ----------
    folder : Path
    inputs : mapping
        What it depends on.
    make : callable
        Gets the part folder to write to. It may find there what an interrupted call with the same inputs
        left.
    force : bool
        Make it anew.

    Returns
    -------
    bool
        Whether it was made.
    """
    if not force and is_current(folder, inputs):
        return False
    part = folder.with_name(folder.name + ".part")
    if not is_current(part, inputs) or force:
        shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, exist_ok=True)
    write_text(
        part / STAMP,
        json.dumps({"fingerprint": fingerprint(inputs), "inputs": inputs}, default=str, indent=1),
    )
    make(part)
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return True


def stamp(folder: Path) -> str:
    """Read the fingerprint of what a step's folder was made from.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    str
    """
    return json.loads((folder / STAMP).read_text())["fingerprint"]


def require(path: Path, made_by: str) -> Path:
    """Check that an earlier step's result exists.

    Parameters
    ----------
    path : Path
    made_by : str
        The command that makes it.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    StepError
        It does not exist; the error names the command.
    """
    if not path.exists():
        raise StepError(f"{path}: expected the result of `{made_by}`, found nothing; run it first")
    return path
