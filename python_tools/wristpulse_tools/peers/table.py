# SPDX-License-Identifier: Apache-2.0
"""The table: errors of each method, and how often it is wrong where it is as sure as ours shows values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import deviation
from wristpulse.evaluation.unseen import SETS
from wristpulse.recordings import HOP_S
from wristpulse.student.tolerance import WRONG_BPM
from wristpulse.support.markdown import table as markdown_table
from wristpulse_tools.peers.estimates import FIRST_END_S, Estimates


@dataclass(frozen=True, kw_only=True)
class MethodRow:
    """A method on a set of people; BPM and shares.

    Attributes
    ----------
    mae, spread, median, worst
        Mean absolute error over all hops of a person, then over people.
    raw
        The same with labels as published.
    coverage
        Share of hops that the first method calls valid; of every other, as many of the set's hops as
        that, its surest.
    mae_kept, wrong_kept
        Over these hops, people together: mean absolute error, and the share more than 10 BPM off.
    """

    tested_on: str
    method: str
    people: int
    learnt_from: int
    mae: float
    spread: float
    median: float
    worst: float
    raw: float
    coverage: float
    mae_kept: float
    wrong_kept: float


@dataclass(frozen=True)
class _Hops:
    """The labelled hops of a method on a set: |error| in BPM, inf without an estimate."""

    person: np.ndarray
    error: np.ndarray
    certainty: np.ndarray
    valid: np.ndarray | None


def table(runs: Sequence[Estimates]) -> list[MethodRow]:
    """Rows by set and method; the first run's method sets the share of hops that are kept."""
    rows = []
    for name, members in _by_set(runs).items():
        coverage = None
        for method in dict.fromkeys(run.method for run in members):
            chosen = [run for run in members if run.method == method]
            row = _row(name, method, chosen, coverage)
            coverage = row.coverage if coverage is None else coverage
            rows.append(row)
    return rows


def _by_set(runs: Sequence[Estimates]) -> dict[str, list[Estimates]]:
    """Runs by the name of the set, as `invoke unseen` has them; SPC also as a whole."""
    found = {}
    for which in SETS:
        found[which.name] = [
            run
            for run in runs
            if run.recording.dataset == which.dataset and run.recording.subject.startswith(which.subjects)
        ]
    if found.get("SPC S") and found.get("SPC T"):
        found["SPC"] = [run for run in runs if run.recording.dataset == "troika"]
    named = {which.dataset for which in SETS}
    for run in runs:
        if run.recording.dataset not in named:
            found.setdefault(run.recording.dataset, []).append(run)
    return {name: members for name, members in found.items() if members}


def _row(name: str, method: str, runs: Sequence[Estimates], coverage: float | None) -> MethodRow:
    hops, raw = _hops(runs, aligned=True), _hops(runs, aligned=False)
    mae = _by_person(hops)
    if coverage is None and hops.valid is not None:
        kept = hops.valid
    else:
        share = 1.0 if coverage is None else coverage
        kept = np.zeros(len(hops.error), bool)
        kept[np.argsort(-hops.certainty, kind="stable")[: round(share * len(kept))]] = True
    error = hops.error[kept]
    learnt_from = {run.recording.subject for run in runs if run.knows(run.recording)}
    return MethodRow(
        tested_on=name,
        method=method,
        people=len(mae),
        learnt_from=len(learnt_from),
        mae=float(np.mean(mae)),
        spread=deviation(mae),
        median=float(np.median(mae)),
        worst=float(np.max(mae)),
        raw=float(np.mean(_by_person(raw))),
        coverage=float(kept.mean()),
        mae_kept=float(error.mean()) if len(error) else float("nan"),
        wrong_kept=float((error > WRONG_BPM).mean()) if len(error) else float("nan"),
    )


def _hops(runs: Sequence[Estimates], aligned: bool) -> _Hops:
    """Hops from FIRST_END_S on that have a label and an estimate."""
    parts: list[tuple[np.ndarray, ...]] = []
    for run in runs:
        label = window_labels(run.recording, np.rint(run.end_s * 1e6), aligned)
        scored = (run.end_s > FIRST_END_S - HOP_S / 2) & np.isfinite(label) & np.isfinite(run.bpm)
        valid = np.zeros(len(scored), bool) if run.valid is None else run.valid
        person = np.full(len(scored), run.recording.subject)
        error = np.abs(run.bpm - label)
        parts.append((person[scored], error[scored], run.certainty[scored], valid[scored]))
    person, error, certainty, valid = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Hops(person, error, certainty, None if runs[0].valid is None else valid)


def _by_person(hops: _Hops) -> np.ndarray:
    return np.array([hops.error[hops.person == who].mean() for who in np.unique(hops.person)])


HEAD = ("tested on", "method", "people", "MAE", "spread", "median", "worst", "raw labels",
        "surest share", "their MAE", "their wrong")  # fmt: skip


def markdown(rows: Sequence[MethodRow]) -> str:
    """The rows as a Markdown table."""
    return markdown_table(
        HEAD,
        (
            (r.tested_on, _name(r), r.people, f"{r.mae:.2f}", _known(r.spread), f"{r.median:.2f}",
             f"{r.worst:.1f}", f"{r.raw:.2f}", f"{r.coverage:.1%}", _known(r.mae_kept),
             "-" if np.isnan(r.wrong_kept) else f"{r.wrong_kept:.2%}")
            for r in rows
        ),
    )  # fmt: skip


def _name(row: MethodRow) -> str:
    return f"{row.method} (learnt from {row.learnt_from} of them)" if row.learnt_from else row.method


def _known(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"
