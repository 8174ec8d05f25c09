# SPDX-License-Identifier: Apache-2.0
"""Train the student that ships, on all people of a protocol; its confidence is that of people never seen.

    invoke evaluate --protocol bami-spc-4fold --data DIR    fold by fold
    invoke everyone --folds FOLDER --data DIR               then this

The student's accuracy comes from the folds, which use the same settings: nobody is left to test it on. Its
confidence map is fitted to the folds' test people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wristpulse.config.settings import Config
from wristpulse.data import corpus
from wristpulse.data.folds import protocol_named
from wristpulse.evaluation.results import finished, map_of_traces
from wristpulse.learning.artefacts import STUDENT
from wristpulse.learning.line import line_of
from wristpulse.learning.pipeline import Pipeline
from wristpulse.support.errors import UserError


def train_on_everyone(
    config: Config,
    protocol: str,
    *,
    folds: Path,
    data: Path | None,
    out: Path,
    progress: Callable[[str], None] = print,
) -> Path:
    """Train and quantise with nobody held out.

    Parameters
    ----------
    config : Config
    protocol : str
        Its data sets are learnt from, all people of them.
    folds : Path
        Finished evaluation of the same configuration by this protocol; its test people fit the confidence
        map.
    data : Path or None
        Holds the data sets' folders.
    out : Path
        The student goes into a folder of its own below it.
    progress : callable
        Takes a line of text.

    Returns
    -------
    Path
        Folder of student.tflite and student.json.

    Raises
    ------
    FoldError
        No such protocol.
    UserError
        `folds` holds no finished fold, or another protocol's.
    """
    datasets = "+".join(protocol_named(protocol).datasets)
    config = replace(config, data=replace(config.data, dataset=datasets, test=(), validation=()))
    chain = Pipeline(
        config,
        lambda: corpus.of_everyone(config.data, data),
        out / f"{config.name}-{datasets}",
        confidence_map=map_of_folds(config, protocol, folds),
        progress=progress,
    )
    chain.train()
    chain.distill()
    return chain.quantize()


def map_of_folds(config: Config, protocol: str, folds: Path) -> tuple[int, ...]:
    """Fit the confidence map to the test people of a configuration's finished folds.

    Parameters
    ----------
    config : Config
    protocol : str
    folds : Path
        The evaluation's folder.

    Returns
    -------
    tuple of 17 int
        Q15.

    Raises
    ------
    UserError
        No finished folds, or of another protocol.
    """
    results = finished(folds, line_of(config).variant(config, STUDENT))
    protocols = {r.metrics["configuration"]["protocol"] for r in results}
    if protocols != {protocol}:
        raise UserError(folds, "protocol", protocol, ", ".join(sorted(protocols)))
    return map_of_traces(trace for result in results for trace in result.traces)
