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
    """Results of the configuration's student below `folder`, which `invoke evaluate` wrote; says which.

    UserError if there are none.
    """
    results = finished(folder, line_of(config).variant(config, STUDENT))
    folds = sorted({r.metrics["fold"] for r in results})
    mapped = "mapped by the other folds' people" if len(folds) > 1 else "not mapped: there is no other fold"
    say(f"folds: {', '.join(folds)}; confidence {mapped}")
    return results


def students(results: Sequence[JobResult], data: Path | None) -> Iterator[tuple[Fold, Student]]:
    """Each fold and the student that never saw its test people, confidence mapped by the other folds'."""
    for result in results:
        student = load_student(result.folder / INT8)
        tables = tables_by_other_folds(result, results, student.tables)
        yield jobs.fold_of(result.metrics, data), replace(student, tables=tables)
