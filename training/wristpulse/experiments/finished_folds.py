# SPDX-License-Identifier: Apache-2.0
"""What first_fix, fusion and no_pulse share: the students of a protocol's finished folds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wristpulse.config.settings import Config
from wristpulse.data.folds import Fold
from wristpulse.evaluation import jobs
from wristpulse.evaluation.results import JobResult, finished, tables_by_other_folds
from wristpulse.learning.artefacts import INT8, STUDENT
from wristpulse.learning.line import line_of
from wristpulse.student.card import Student, load_student


def read_folds(folder: Path, config: Config, say: Callable[[str], None]) -> list[JobResult]:
    """Results of a configuration's student, and a line that says which folds they are.

    Parameters
    ----------
    folder : Path
        `invoke evaluate` wrote it.
    config : Config
        The evaluation's.
    say : callable
        Takes the line.

    Raises
    ------
    UserError
        No fold is finished.
    """
    results = finished(folder, line_of(config).variant(config, STUDENT))
    folds = sorted({r.metrics["fold"] for r in results})
    mapped = "mapped by the other folds' people" if len(folds) > 1 else "not mapped: there is no other fold"
    say(f"folds: {', '.join(folds)}; confidence {mapped}")
    return results


def students(results: Sequence[JobResult], data: Path | None) -> Iterator[tuple[Fold, Student]]:
    """Each fold with the student that never saw its test people.

    Parameters
    ----------
    results : sequence of JobResult
        Of `read_folds`.
    data : Path or None
        Holds the data sets' folders.

    Yields
    ------
    fold : Fold
    student : Student
        Its confidence is mapped by the other folds' people, if there are any.

    Raises
    ------
    UserError
        Recordings cannot be read, or are not those that the job had.
    """
    for result in results:
        student = load_student(result.folder / INT8)
        tables = tables_by_other_folds(result, results, student.tables)
        yield jobs.fold_of(result.metrics, data), replace(student, tables=tables)
