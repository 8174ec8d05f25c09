# SPDX-License-Identifier: Apache-2.0
"""Results of an evaluation's jobs, read from their folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wristpulse.core.numbers import ONE_Q15
from wristpulse.core.track import TrackerTables, calibrate
from wristpulse.evaluation.trace import Trace, load
from wristpulse.student.confidence import confidence_map
from wristpulse.student.tolerance import WITHIN_BPM
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text

EVALUATION = "evaluation"  # a job's folder of results
METRICS, TRACES = "metrics.json", "traces.npz"
PLAN = "plan.json"  # of an evaluation: the folds of its protocol


def map_of_traces(traces: Iterable[Trace]) -> tuple[int, ...]:
    """Confidence map fitted to traces of people that their networks never saw.

    Parameters
    ----------
    traces : iterable of Trace
        Hops with an estimate and an aligned reference count; within WITHIN_BPM is correct.

    Returns
    -------
    tuple of 17 int
        Q15, for `TrackerTables.confidence_map`.
    """
    raw, correct = [], []
    for trace in traces:
        error = np.abs(trace.tracked - trace.aligned)
        scored = np.isfinite(error)
        raw.append(np.rint(trace.raw_confidence[scored] * ONE_Q15).astype(int))
        correct.append(error[scored] <= WITHIN_BPM)
    return confidence_map(np.concatenate(raw), np.concatenate(correct))


@dataclass(frozen=True)
class JobResult:
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


def read_results(folders: Iterable[Path]) -> list[JobResult]:
    """Results of jobs.

    Parameters
    ----------
    folders : iterable of Path
        Of jobs, or folders around them, searched to any depth.

    Returns
    -------
    list of JobResult
        Of jobs that are finished, by path; others are left out.

    Raises
    ------
    UserError
        Traces of an earlier version.
    """
    return [
        JobResult(path.parent.parent, json.loads(path.read_text()), load(path.with_name(TRACES)))
        for folder in folders
        for path in sorted(folder.rglob(f"{EVALUATION}/{METRICS}"))
    ]


def write_plan(folder: Path, folds: Sequence[str]) -> None:
    """Note the folds of the protocol in an evaluation's folder, before the first job.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    folds : sequence of str
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / PLAN, json.dumps({"folds": list(folds)}, indent=1))


def planned(result: JobResult) -> list[str]:
    """List the folds of the protocol that a job belongs to, whether or not they are finished.

    Parameters
    ----------
    result : JobResult

    Returns
    -------
    list of str
        Empty where an earlier version noted none.
    """
    path = result.folder.parents[1] / PLAN
    return json.loads(path.read_text())["folds"] if path.exists() else []


def of_one_evaluation(results: Sequence[JobResult], folder: Path) -> None:
    """Check that results are of one protocol and configuration; of several, people would be tested twice.

    Parameters
    ----------
    results : sequence of JobResult
    folder : Path
        Named in the error.

    Raises
    ------
    UserError
        They are of several.
    """
    names = ("protocol", "name")
    evaluations = {"-".join(str(r.metrics["configuration"].get(n)) for n in names) for r in results}
    if len(evaluations) > 1:
        raise UserError(folder, "", "one evaluation's results", ", ".join(sorted(evaluations)))


def finished(folder: Path, variant: str) -> list[JobResult]:
    """Results of a variant's finished jobs.

    Parameters
    ----------
    folder : Path
        Around the jobs' folders.
    variant : str
        As of `Job.variant`.

    Returns
    -------
    list of JobResult

    Raises
    ------
    UserError
        There are none, or they are of several evaluations.
    """
    results = read_results([folder])
    of_one_evaluation(results, folder)
    chosen = [r for r in results if r.variant == variant]
    if not chosen:
        variants = ", ".join(sorted({r.variant for r in results})) or "none"
        raise UserError(folder, "", f"finished folds of {variant} by `invoke evaluate`", variants)
    return chosen


def traces_of_others(result: JobResult, results: Sequence[JobResult]) -> list[Trace]:
    """Collect the other folds' traces by the same variant and seed: of people that this fold did not test.

    Parameters
    ----------
    result : JobResult
    results : sequence of JobResult

    Returns
    -------
    list of Trace
    """
    same = [r for r in results if (r.variant, r.seed) == (result.variant, result.seed)]
    return [t for r in same if r.metrics["fold"] != result.metrics["fold"] for t in r.traces]


def map_by_other_folds(result: JobResult, results: Sequence[JobResult]) -> tuple[int, ...] | None:
    """Confidence map of the other folds' people, so that nobody's own errors set their confidence.

    Parameters
    ----------
    result : JobResult
        Of one fold.
    results : sequence of JobResult
        Of all; those of the same variant and seed count.

    Returns
    -------
    tuple of 17 int (Q15), or None
        None if the student's own map stands: it was fitted to people who validate, real or simulated, or
        there is no other fold.
    """
    others = traces_of_others(result, results)
    simulated = result.metrics["configuration"].get("world", {}).get("share", 0) > 0
    if simulated or result.metrics["subjects"]["validation"] or not others:
        return None
    return map_of_traces(others)


def tables_by_other_folds(
    result: JobResult, results: Sequence[JobResult], tables: TrackerTables
) -> TrackerTables:
    """Give a student's tables the confidence map of the other folds' people, unless its own map stands.

    Parameters
    ----------
    result : JobResult
    results : sequence of JobResult
    tables : TrackerTables
        The student's.

    Returns
    -------
    TrackerTables
    """
    return replace(tables, confidence_map=map_by_other_folds(result, results) or tables.confidence_map)


def by_other_folds(results: Sequence[JobResult]) -> list[JobResult]:
    """Give results confidence and validity by `map_by_other_folds`.

    Parameters
    ----------
    results : sequence of JobResult

    Returns
    -------
    list of JobResult
    """
    return [_mapped(r, map_by_other_folds(r, results)) for r in results]


def _mapped(result: JobResult, confidence_map: tuple[int, ...] | None) -> JobResult:
    if confidence_map is None:
        return result
    points, valid = np.array(confidence_map), result.metrics["configuration"]["tracking"]["valid"]
    traces = []
    for t in result.traces:
        raw = np.rint(t.raw_confidence * ONE_Q15).astype(np.int64)
        confidence = calibrate(points, raw) / ONE_Q15
        confident = (confidence >= valid) & np.isfinite(t.tracked)
        traces.append(replace(t, confidence=confidence, valid=confident))
    return replace(result, traces=traces)


def by_variant(results: Sequence[JobResult]) -> dict[str, dict[int, list[Trace]]]:
    """Collect the traces of all folds.

    Parameters
    ----------
    results : sequence of JobResult

    Returns
    -------
    dict of str to dict of int to list of Trace
        By variant, then by seed.
    """
    traces: dict[str, dict[int, list[Trace]]] = {}
    for r in results:
        traces.setdefault(r.variant, {}).setdefault(r.seed, []).extend(r.traces)
    return traces
