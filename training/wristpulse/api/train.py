# SPDX-License-Identifier: Apache-2.0
"""A student of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wristpulse.api.estimate import WristStudent, load_student
from wristpulse.api.extras import needs


def train(
    config: Path | str,
    folder: Path | str,
    *,
    data: Path | str | None = None,
    progress: Callable[[str], None] = print,
) -> WristStudent:
    """Train a student, distil it where the configuration names a teacher, and quantise it to int8.

    Parameters
    ----------
    config : path or str
        A .toml file, or the name of a preset, as "spectral-demo": docs/training.md lists the fields.
    folder : path
        Where the artefacts go. What is there and up to date is kept, and an interrupted training resumes.
    data : path, optional
        Folder of real recordings: the data set's own or the one around it; none for the simulator.
    progress : function of a str
        Gets a line now and then.

    Returns
    -------
    WristStudent
        `student.folder` holds ``student.tflite`` and ``student.json``, which `load_student`, `compile`, and
        the firmware take.

    Raises
    ------
    ImportError
        Without TensorFlow.
    ConfigError
        For a configuration with a wrong field: names the file, the field, what was expected and found.
    RecordingError
        For recordings that cannot be read.

    Examples
    --------
    >>> import wristpulse as wp
    >>> wp.train("big", "build")
    Traceback (most recent call last):
    wristpulse...ConfigError: ...big.toml: file: expected one of ... or a path, found no such file
    """
    from wristpulse.config.load import load
    from wristpulse.learning.pipeline import dataset_pipeline

    pipeline = dataset_pipeline(load(config), Path(data) if data else None, Path(folder), progress)
    with needs("train", "wristpulse.train"):
        pipeline.train()
        pipeline.distill()
        return load_student(pipeline.quantize())
