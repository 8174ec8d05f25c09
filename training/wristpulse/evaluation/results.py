# SPDX-License-Identifier: Apache-2.0
"""Results of an evaluation's jobs, read from their folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wristpulse.core.track import TrackerTables, calibrate
from wristpulse.evaluation.trace import Trace, load
from wristpulse.student.confidence import IDENTITY, ONE, WITHIN_BPM, confidence_map
from wristpulse.support.errors import UserError

EVALUATION = "evaluation"
METRICS, TRACES = "metrics.json", "traces.npz"


def map_of_traces(traces: Iterable[Trace]) -> tuple[int, ...]:
    """Confidence map from traces of people never seen, raw confidence in them: a spectral student's folds."""
    raw, correct = [], []
    for trace in traces:
        error = np.abs(trace.tracked - trace.aligned)
        known = np.isfinite(error)
        raw.append(np.rint(trace.confidence[known] * ONE).astype(int))
        correct.append(error[known] <= WITHIN_BPM)
    return confidence_map(np.concatenate(raw), np.concatenate(correct))


@dataclass(frozen=True)
class Result:
    """What one job gave: its metrics.json and its traces."""

    folder: Path
    metrics: dict
    traces: list[Trace]

    @property
    def variant(self) -> str:
        """What was compared: wristpulse.evaluation.jobs.Job.variant."""
        return self.metrics["variant"]

    @property
    def seed(self) -> int:
        """Of weights and draws."""
        return self.metrics["seed"]


def read_results(folders: Iterable[Path]) -> list[Result]:
    """Results of jobs' folders, or of all jobs below a folder; those that are not finished are left out."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob(f"{EVALUATION}/{METRICS}")):
            traces = load(path.with_name(TRACES))
            found.append(Result(path.parent.parent, json.loads(path.read_text()), traces))
    return found


def of_one_evaluation(results: Sequence[Result], folder: Path) -> None:
    """UserError if results are of several protocols or configurations: nobody is twice among the tested."""
    names = ("protocol", "name")
    found = {"-".join(str(r.metrics["configuration"].get(n)) for n in names) for r in results}
    if len(found) > 1:
        raise UserError(f"{folder}: expected one evaluation's results, found {', '.join(sorted(found))}")


def finished(folder: Path, variant: str) -> list[Result]:
    """Results of a variant's finished jobs below a folder of evaluations; UserError if there are none."""
    results = read_results([folder])
    of_one_evaluation(results, folder)
    chosen = [r for r in results if r.variant == variant]
    if not chosen:
        found = ", ".join(sorted({r.variant for r in results})) or "none"
        raise UserError(
            f"{folder}: expected finished folds of {variant} by wristpulse.evaluation.evaluate, found {found}"
        )
    return chosen


def traces_of_others(result: Result, results: Sequence[Result]) -> list[Trace]:
    """Traces of the other folds, by the same variant and seed: of people that say how sure to be of these."""
    same = [r for r in results if (r.variant, r.seed) == (result.variant, result.seed)]
    return [t for r in same if r.metrics["fold"] != result.metrics["fold"] for t in r.traces]


def tables_by_others(result: Result, results: Sequence[Result], tables: TrackerTables) -> TrackerTables:
    """A student's tables with the confidence map of the other folds' people; its own if anybody validated.

    The identity where there is no other fold.
    """
    if result.metrics["subjects"]["validation"]:
        return tables
    others = traces_of_others(result, results)
    return replace(tables, confidence_map=map_of_traces(others) if others else IDENTITY)


def by_other_folds(results: Sequence[Result]) -> list[Result]:
    """Results whose confidence, where nobody validated, is mapped by the other folds of variant and seed.

    So nobody's own errors tell how sure to be of them. As they are where there is no other fold.
    """
    found = []
    for r in results:
        others = traces_of_others(r, results)
        if r.metrics["subjects"]["validation"] or not others:
            found.append(r)
            continue
        known, valid = np.array(map_of_traces(others)), r.metrics["configuration"]["tracking"]["valid"]
        sure = [calibrate(known, np.rint(t.confidence * ONE).astype(np.int64)) / ONE for t in r.traces]
        traces = [
            replace(t, confidence=c, valid=(c >= valid) & np.isfinite(t.tracked))
            for t, c in zip(r.traces, sure, strict=True)
        ]
        found.append(replace(r, traces=traces))
    return found


def by_variant(results: Sequence[Result]) -> dict[str, dict[int, list[Trace]]]:
    """Traces of all folds together, by variant and seed."""
    found: dict[str, dict[int, list[Trace]]] = {}
    for r in results:
        found.setdefault(r.variant, {}).setdefault(r.seed, []).extend(r.traces)
    return found
