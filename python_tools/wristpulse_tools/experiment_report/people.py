# SPDX-License-Identifier: Apache-2.0
"""Errors person by person and over all of them, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wristpulse.evaluation.trace import Trace
from wristpulse.student.tolerance import WRONG_BPM
from wristpulse_tools.experiment_report import figures


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """A person's windows of all recordings and seeds: BPM and shares; NaN where there is nothing valid."""

    person: str
    name: str
    windows: int
    mae: float
    valid: float
    mae_valid: float
    wrong_valid: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Headline:
    """Means over people: BPM and shares."""

    people: int
    mae: float
    median: float
    valid: float
    mae_valid: float
    wrong_valid: float
    wrong_shown: float


def worst_first(traces: Sequence[Trace]) -> list[PersonRow]:
    """A row a person, by falling mean absolute error; without people who have no labelled window."""
    by_person: dict[str, list[Trace]] = {}
    for t in traces:
        if figures.labelled(t).any():
            by_person.setdefault(t.person, []).append(t)
    rows = [_row(person, members) for person, members in by_person.items()]
    return sorted(rows, key=lambda row: -row.mae)


def _row(person: str, traces: Sequence[Trace]) -> PersonRow:
    error = figures.absolute_errors(traces)
    valid = figures.joined(traces, "valid").astype(bool)
    reference = figures.joined(traces, "aligned")
    sure = error[valid]
    return PersonRow(
        person=person,
        name=figures.who(traces[0]),
        windows=len(error),
        mae=float(error.mean()),
        valid=float(valid.mean()),
        mae_valid=float(sure.mean()) if len(sure) else float("nan"),
        wrong_valid=float((sure > WRONG_BPM).mean()) if len(sure) else float("nan"),
        low=float(reference.min()),
        high=float(reference.max()),
    )


def headline(rows: Sequence[PersonRow]) -> Headline:
    """Means over people; of those who have a valid window where it is about valid ones."""
    sure = [row for row in rows if row.valid > 0]

    def mean(values: list[float]) -> float:
        return float(np.mean(values)) if values else float("nan")

    return Headline(
        people=len(rows),
        mae=mean([row.mae for row in rows]),
        median=float(np.median([row.mae for row in rows])) if rows else float("nan"),
        valid=mean([row.valid for row in rows]),
        mae_valid=mean([row.mae_valid for row in sure]),
        wrong_valid=mean([row.wrong_valid for row in sure]),
        wrong_shown=mean([row.wrong_valid * row.valid if row.valid else 0.0 for row in rows]),
    )
