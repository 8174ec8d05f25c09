# SPDX-License-Identifier: Apache-2.0
"""The command line that measures of a protocol's finished folds share: first_fix, fusion, no_pulse."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wristpulse.config.load import load
from wristpulse.data.folds import Fold
from wristpulse.evaluation import jobs
from wristpulse.evaluation.results import Result, finished, tables_by_others
from wristpulse.learning.artefacts import INT8
from wristpulse.student.card import Student, load_student
from wristpulse.support.errors import UserError


def parser(module: str, doc: str) -> argparse.ArgumentParser:
    """Options that all have; `doc`: the module's, whose first line describes the command."""
    found = argparse.ArgumentParser(prog=f"python -m {module}", description=doc.splitlines()[0])
    found.add_argument(
        "--folds", type=Path, required=True, help="folder that wristpulse.evaluation.evaluate wrote"
    )
    found.add_argument("--data", type=Path, help="folder that holds the data sets' folders")
    found.add_argument("--config", default="released", help="whose student, of those in the folder")
    found.add_argument("--valid", type=float, default=0.9, help="confidence from which a value is valid")
    return found


def students(results: Sequence[Result], data: Path | None) -> Iterator[tuple[Fold, Student]]:
    """Each fold and the student that never saw its test people, confidence mapped by the other folds'."""
    for result in results:
        student = load_student(result.folder / INT8)
        tables = tables_by_others(result, results, student.tables)
        yield jobs.fold_of(result.metrics, data), replace(student, tables=tables)


def run(
    command: argparse.ArgumentParser,
    arguments: Sequence[str] | None,
    measure: Callable[[list[Result], argparse.Namespace], Iterable[str]],
) -> None:
    """Print the lines that `measure` gives for the folds' results; exit with one line where it cannot."""
    options = command.parse_args(arguments)
    try:
        results = finished(options.folds, jobs.variant(load(options.config)))
        folds = sorted({r.metrics["fold"] for r in results})
        mapped = (
            "mapped by the other folds' people" if len(folds) > 1 else "not mapped: there is no other fold"
        )
        print(f"folds: {', '.join(folds)}; confidence {mapped}", flush=True)
        for line in measure(results, options):
            print(line, flush=True)
    except (ValueError, OSError, UserError) as error:
        command.exit(1, f"{error}\n")
