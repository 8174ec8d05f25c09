# SPDX-License-Identifier: Apache-2.0
"""C for a model of one's own."""

from __future__ import annotations

import importlib
from pathlib import Path

from wristpulse.api.extras import needs


def compile(model: Path | str, folder: Path | str, *, name: str = "pulse_model") -> list[Path]:
    """Turn a full-integer .tflite model into C99 for the kernels of `zephyr_app/core/nn`.

    Parameters
    ----------
    model : path
        A .tflite file with int8 input and output; docs/engine.md lists the operators.
    folder : path
        Where the C files go; made if missing.
    name : str
        Prefix of files, functions and macros.

    Returns
    -------
    list of Path
        NAME.c, NAME.h and golden vectors to test them by.

    Raises
    ------
    ImportError
        Without the package `wristpulse_tools`, which holds the code generator.
    ModelError
        For a model with an operator or a shape that the kernels do not have.

    Examples
    --------
    >>> import tempfile
    >>> import wristpulse as wp
    >>> student = wp.load_student()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in wp.compile(student.folder / "student.tflite", folder)][:2]
    ['pulse_model.h', 'pulse_model.c']
    """
    with needs("tools", "wristpulse.compile"):  # by name: this package does not depend on the tools
        generate = importlib.import_module("wristpulse_tools.codegen.generate").generate
    return generate(Path(model), Path(folder), name)
