# SPDX-License-Identifier: Apache-2.0
"""What a teacher passes on where simulated people teach: one teacher, students by relation and seed.

    invoke distillation [--relations none,rkd --seeds 1,2,3] --data DIR

All learn from simulated windows alone, students all from the same ones, so every real person is new to every
network. Students are compared person by person with those that learnt from the labels alone (`none`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd

from wristpulse.config.settings import Config, Relation
from wristpulse.core.sensor import to_counts
from wristpulse.core.window import Windows, stream_windows
from wristpulse.data import corpus
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import deviation
from wristpulse.evaluation.table import differences
from wristpulse.evaluation.unseen import labelled, sets_in
from wristpulse.learning.artefacts import TEACHER
from wristpulse.learning.line import line_of
from wristpulse.learning.pipeline import Pipeline
from wristpulse.recordings import Recording, by_subject
from wristpulse.student.card import Student, load_student
from wristpulse.support.errors import UserError
from wristpulse.support.markdown import table

NONE = "none"  # the relation of students that the labels alone teach
ALL = "all"
ESTIMATES = ("tracked", "single windows")


def train(
    config: Config,
    relations: Sequence[str],
    seeds: Sequence[int],
    folder: Path,
    progress: Callable[[str], None] = print,
) -> dict[tuple[str, int], Path]:
    """Train a teacher, and a student of it for each relation and seed; what is up to date stays.

    Parameters
    ----------
    config : Config
        Of simulated people alone (`data.dataset = ""`); its seed is the teacher's.
    relations : sequence of str
        As in `config.distillation`.
    seeds : sequence of int
        Of the students.
    folder : Path
        Gets teacher/ and a folder for each student.
    progress : callable
        Takes a line of text.

    Returns
    -------
    dict of (str, int) to Path
        Folders of student.tflite and student.json, by relation and seed.

    Raises
    ------
    UserError
        No such relation.
    """
    chosen = [_relation(name) for name in relations]
    if any(relation != NONE for relation in chosen):
        taught = replace(config, distillation=replace(config.distillation, relation="response"))
        Pipeline(
            taught, lambda: corpus.of_dataset(config.data, None), folder, progress=progress
        ).train_teacher()
    made: dict[tuple[str, int], Path] = {}
    for seed in seeds:
        for relation in chosen:
            distillation = replace(config.distillation, relation=relation)
            chain = Pipeline(
                replace(config, seed=seed, distillation=distillation),
                lambda: corpus.of_dataset(config.data, None),
                folder / f"{relation}-{seed}",
                teacher_folder=folder / TEACHER,
                progress=progress,
            )
            chain.distill()
            made[relation, seed] = chain.quantize()
    return made


def _relation(name: str) -> Relation:
    for known in get_args(Relation):
        if name == known:
            return known
    raise UserError("relations", "", ", ".join(get_args(Relation)), name)


def scores(config: Config, students: dict[tuple[str, int], Path], data: Path) -> pd.DataFrame:
    """Errors of students on every labelled recording of the sets of `invoke unseen`.

    Parameters
    ----------
    config : Config
        Says how a single window's logits are read.
    students : dict of (str, int) to Path
        Of `train`.
    data : Path
        Holds the data sets' folders.

    Returns
    -------
    DataFrame
        A row a student, person and estimate: relation, seed, tested_on, person, estimate, mae (BPM).

    Raises
    ------
    UserError
        No set is there.
    """
    loaded = {names: load_student(folder) for names, folder in students.items()}
    rows = []
    for which in sets_in(data):
        for subject, recordings in by_subject(labelled(which, data)).items():
            seen = [_seen(recording) for recording in recordings]
            for (relation, seed), student in loaded.items():
                for estimate, mae in _errors(config, student, seen):
                    rows.append((relation, seed, which.name, f"{which.name}/{subject}", estimate, mae))
    return pd.DataFrame(rows, columns=["relation", "seed", "tested_on", "person", "estimate", "mae"])


def _seen(recording: Recording) -> tuple[Windows, np.ndarray]:
    """Windows of the first LED, and the heart rate in each, labels aligned, BPM."""
    windows = stream_windows(to_counts(recording))
    return windows, window_labels(recording, windows.end_us, aligned=True)


def _errors(
    config: Config, student: Student, seen: Sequence[tuple[Windows, np.ndarray]]
) -> Iterator[tuple[str, float]]:
    """MAE of each of ESTIMATES over a person's windows."""
    scale, off = float(student.model.output.scale[0]), []
    for windows, label in seen:
        run = student.estimator().run_windows(windows)
        tracked = np.array([r.bpm_q8 / 256 for r in run.results])[windows.ends]
        single = line_of(config).single_windows(run.logits.astype(np.float64) * scale)
        off.append(np.abs([tracked, single] - label))
    return zip(ESTIMATES, np.nanmean(np.concatenate(off, axis=1), axis=1), strict=True)


def tables(found: pd.DataFrame) -> Iterator[str]:
    """Format the students' errors, and the differences to those of `none` person by person.

    Parameters
    ----------
    found : DataFrame
        Of `scores`.

    Yields
    ------
    str
        A Markdown table of errors, MAE +- deviation over seeds. If there is `none`, another of differences:
        mean, BCa interval, and the difference that so many people would show in four of five trials.
    """
    every = pd.concat([found, found.assign(tested_on=ALL)])
    groups = every.groupby(["relation", "estimate", "tested_on"], sort=False)
    mae = groups.apply(lambda of: _over_seeds(of.groupby("seed")["mae"].mean().to_numpy()))
    wide = mae.unstack("tested_on")[[ALL, *found["tested_on"].unique()]]
    yield table(("relation", "estimate", *wide.columns), [(*names, *of) for names, of in wide.iterrows()])
    if NONE not in found["relation"].unique():
        return
    named = every.rename(columns={"relation": "variant", "tested_on": "group"})
    rows = [
        (r.variant, estimate, r.group, r.people, f"{r.less:+.2f}", f"{r.low:+.2f} to {r.high:+.2f}",
         f"{r.detectable:.2f}")
        for estimate, of in named.groupby("estimate", sort=False)
        for r in differences(of, NONE).itertuples()
    ]  # fmt: skip
    head = ("relation", "estimate", "tested on", "people", "less than none", "95 % interval", "detectable")
    yield table(head, sorted(rows))


def _over_seeds(means: np.ndarray) -> str:
    return f"{means.mean():.2f}" + (f" +- {deviation(means):.2f}" if len(means) > 1 else "")
