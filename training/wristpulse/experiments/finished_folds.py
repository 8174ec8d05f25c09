# SPDX-License-Identifier: Apache-2.0
"""What first_fix, fusion and no_pulse share: students and people that they never saw.

Of a protocol's finished folds, or one student on whole data sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wristpulse.config.settings import Config
from wristpulse.core.numbers import ONE_Q15
from wristpulse.evaluation import jobs
from wristpulse.evaluation.results import JobResult, finished, tables_by_other_folds
from wristpulse.learning.artefacts import INT8, STUDENT
from wristpulse.learning.line import line_of
from wristpulse.recordings import Recording, iter_dataset
from wristpulse.student.card import Student, load_student


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A student and recordings of people that did not teach it. name: of the fold or data set."""

    name: str
    recordings: Sequence[Recording]
    student: Student


def of_student(student: Student, data: Path, datasets: Sequence[str]) -> Iterator[Trial]:
    """A student on all labelled recordings of some data sets, a trial a set.

    Parameters
    ----------
    student : Student
        Whether it learnt from these people is for its card to say.
    data : Path
        Holds the data sets' folders.
    datasets : sequence of str
        As the registry names them.

    Yields
    ------
    Trial

    Raises
    ------
    UserError
        A set cannot be read.
    """
    for name in datasets:
        yield Trial(name=name, recordings=list(iter_dataset(name, data)), student=student)


def with_threshold(trials: Iterable[Trial], valid: float) -> Iterator[Trial]:
    """The same trials with students whose values are valid from another confidence on.

    Parameters
    ----------
    trials : iterable of Trial
    valid : float
        0 to 1, to become valid and to stay so.

    Yields
    ------
    Trial
    """
    q15 = round(ONE_Q15 * valid)
    for trial in trials:
        tables = replace(trial.student.tables, valid=q15, stays_valid=q15)
        yield replace(trial, student=replace(trial.student, tables=tables))


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

    Returns
    -------
    list of JobResult
        Of the finished folds.

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


def of_folds(results: Sequence[JobResult], data: Path | None) -> Iterator[Trial]:
    """Each fold's student on its test people.

    Parameters
    ----------
    results : sequence of JobResult
        Of `read_folds`.
    data : Path or None
        Holds the data sets' folders.

    Yields
    ------
    Trial
        The student's confidence is mapped by the other folds' people, if there are any.

    Raises
    ------
    UserError
        Recordings cannot be read, or are not those that the job had.
    """
    for result in results:
        student = load_student(result.folder / INT8)
        tables = tables_by_other_folds(result, results, student.tables)
        fold = jobs.fold_of(result.metrics, data)
        yield Trial(name=fold.name, recordings=fold.test, student=replace(student, tables=tables))
