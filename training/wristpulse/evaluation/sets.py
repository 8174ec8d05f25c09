# SPDX-License-Identifier: Apache-2.0
"""An evaluation set by set: how far off, how often silent, how often wrong and sure, over seeds.

    invoke evaluate --protocol leave-one-set-out --config both --seeds 1,2,3 --data DIR
    invoke sets --results build/evaluate/leave-one-set-out-both

Columns as of wristpulse.evaluation.unseen, means over seeds, but for the worst person of any seed. `+-`:
standard deviation (n - 1) of the seeds' means. lag: how much later than the labels the valid values are, s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from wristpulse.data.labels import between_labels
from wristpulse.evaluation.metrics import LAGS_S, calibration, deviation
from wristpulse.evaluation.results import (
    JobResult,
    by_other_folds,
    by_variant,
    of_one_evaluation,
    read_results,
)
from wristpulse.evaluation.summary import group_names, quiet_empty_means
from wristpulse.evaluation.trace import Trace
from wristpulse.evaluation.unseen import Person, Row, row
from wristpulse.student.tolerance import WITHIN_BPM
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text
from wristpulse.support.markdown import table as markdown_table


@dataclass(frozen=True, kw_only=True)
class SetRow:
    """A variant on a set; the fields in the order of the table."""

    variant: str
    tested_on: str
    seeds: int
    people: int
    hops: int
    mae: float
    mae_spread: float
    median_person: float
    coverage: float
    coverage_spread: float
    mae_valid: float
    wrong_valid: float
    wrong_valid_worst: float
    wrong_shown: float
    wrong_shown_spread: float
    lag_s: float


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How far a variant's confidence can be trusted on a set: `metrics.calibration`."""

    variant: str
    tested_on: str
    table: Float64[np.ndarray, "10 3"]  # (10, 3): mean confidence, share within WITHIN_BPM, hops
    error: float


def finished_sets(folder: Path) -> list[JobResult]:
    """All finished jobs of one evaluation, with confidence by the other folds' people.

    Parameters
    ----------
    folder : Path
        Of the evaluation.

    Returns
    -------
    list of JobResult

    Raises
    ------
    UserError
        None is finished, or the folder holds several evaluations.
    """
    results = read_results([folder])
    if not results:
        raise UserError(folder, "", "results of `invoke evaluate`", "none; run it first")
    of_one_evaluation(results, folder)
    return by_other_folds(results)


def set_rows(results: Sequence[JobResult]) -> list[SetRow]:
    """Score each variant on each set over the seeds that tested it.

    Means over people first, then over seeds; `wrong_valid_worst` is the worst person of any seed.

    Parameters
    ----------
    results : sequence of JobResult
        Of `finished_sets`.

    Returns
    -------
    list of SetRow
    """
    return [_set_row(variant, group, seeds) for variant, group, seeds in _by_set(results)]


def reliabilities(results: Sequence[JobResult]) -> list[Reliability]:
    """Compare confidence with the share of right values, for each variant and set over all seeds.

    Parameters
    ----------
    results : sequence of JobResult

    Returns
    -------
    list of Reliability
    """
    found = []
    for variant, group, seeds in _by_set(results):
        traces = [t for of_seed in seeds for t in of_seed]
        known = [_known(t) for t in traces]
        confidence = np.concatenate([t.confidence[k] for t, k in zip(traces, known, strict=True)])
        error = np.concatenate([np.abs(t.tracked - t.aligned)[k] for t, k in zip(traces, known, strict=True)])
        table, apart = calibration(confidence, error <= WITHIN_BPM)
        found.append(Reliability(variant=variant, tested_on=group, table=table, error=apart))
    return found


def lag_s(traces: Sequence[Trace]) -> float:
    """Find the delay of the labels by which the valid estimates are nearest to them.

    Parameters
    ----------
    traces : sequence of Trace

    Returns
    -------
    float
        Seconds, one of LAGS_S; NaN without any valid estimate that has a label at every lag.
    """
    off: list[np.ndarray] = [np.empty((len(LAGS_S), 0))]
    for t in traces:
        known = np.isfinite(t.aligned)
        if known.any():
            at = t.time_s[t.valid] - LAGS_S[:, None]
            labels = between_labels(t.time_s[known], t.aligned[known], at.ravel()).reshape(at.shape)
            off.append(np.abs(t.tracked[t.valid] - labels))
    errors = np.concatenate(off, axis=1)
    scored = errors[:, np.isfinite(errors).all(axis=0)]  # the same hops at every lag
    return float(LAGS_S[scored.mean(axis=1).argmin()]) if scored.size else float("nan")


def markdown(rows: Sequence[SetRow]) -> str:
    """Format the table as Markdown.

    Parameters
    ----------
    rows : sequence of SetRow

    Returns
    -------
    str
    """
    head = ("student", "tested on", "people", "hops", "seeds", "MAE", "median person", "valid",
            "MAE of valid", "wrong-valid", "worst person", "wrong-shown", "lag")  # fmt: skip
    cells = [
        (r.variant, r.tested_on, r.people, r.hops, r.seeds,
                 f"{r.mae:.2f}" + _spread(r.mae_spread, ".2f"), f"{r.median_person:.2f}",
                 f"{r.coverage:.1%}" + _spread(100 * r.coverage_spread, ".1f"), f"{r.mae_valid:.2f}",
                 f"{r.wrong_valid:.2%}", f"{r.wrong_valid_worst:.1%}",
                 f"{r.wrong_shown:.2%}" + _spread(100 * r.wrong_shown_spread, ".2f"),
                 f"{r.lag_s:.1f} s")
        for r in rows
    ]  # fmt: skip
    return markdown_table(head, cells)


def report(results: Sequence[JobResult], out: Path | None, say: Callable[[str], None] = print) -> None:
    """Print the table, and write its figures and the reliabilities to a file.

    Parameters
    ----------
    results : sequence of JobResult
    out : Path or None
        JSON.
    say : callable
        Gets the table.

    Raises
    ------
    OSError
        `out` cannot be written.
    """
    rows = set_rows(results)
    say(markdown(rows))
    if out:
        tables = [{**asdict(r), "table": _plain(r.table)} for r in reliabilities(results)]
        values = {"labels": "aligned", "table": [asdict(r) for r in rows], "reliability": tables}
        write_text(out, json.dumps(values, indent=1))


def _by_set(results: Sequence[JobResult]) -> list[tuple[str, str, list[list[Trace]]]]:
    """Variant, set and the traces of each seed that tested it."""
    found: dict[tuple[str, str], list[list[Trace]]] = {}
    for variant, seeds in by_variant(results).items():
        for traces in seeds.values():
            groups: dict[str, list[Trace]] = {}
            for t in traces:
                if _known(t).any():
                    groups.setdefault(group_names(t.person)[-1], []).append(t)
            for group, members in groups.items():
                found.setdefault((variant, group), []).append(members)
    return [(variant, group, seeds) for (variant, group), seeds in found.items()]


def _known(t: Trace) -> np.ndarray:
    """Hops with an estimate and a reference, bool (n,)."""
    return np.isfinite(t.tracked) & np.isfinite(t.aligned)


def _set_row(variant: str, group: str, seeds: Sequence[Sequence[Trace]]) -> SetRow:
    rows = [row(variant, group, _people(traces)) for traces in seeds]

    def mean(of: Callable[[Row], float]) -> float:
        return float(np.nanmean([of(r) for r in rows]))

    def spread(of: Callable[[Row], float]) -> float:
        return deviation([of(r) for r in rows])

    with quiet_empty_means():
        return SetRow(
            variant=variant,
            tested_on=group,
            seeds=len(rows),
            people=rows[0].people,
            hops=rows[0].hops,
            mae=mean(lambda r: r.mae),
            mae_spread=spread(lambda r: r.mae),
            median_person=mean(lambda r: r.median_person),
            coverage=mean(lambda r: r.coverage),
            coverage_spread=spread(lambda r: r.coverage),
            mae_valid=mean(lambda r: r.mae_valid),
            wrong_valid=mean(lambda r: r.wrong_valid),
            wrong_valid_worst=float(np.nanmax([r.wrong_valid_worst for r in rows])),
            wrong_shown=mean(lambda r: r.wrong_shown),
            wrong_shown_spread=spread(lambda r: r.wrong_shown),
            lag_s=lag_s([t for traces in seeds for t in traces]),
        )


def _people(traces: Sequence[Trace]) -> list[Person]:
    """Each person's hops, of all of their recordings."""
    of: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for t in traces:
        known = _known(t)
        of.setdefault(t.person, []).append((np.abs(t.tracked - t.aligned)[known], t.valid[known]))
    joined = ([np.concatenate(column) for column in zip(*parts, strict=True)] for parts in of.values())
    return [Person(error=error, valid=valid) for error, valid in joined]


def _spread(value: float, form: str) -> str:
    """How seeds differ; nothing for one seed."""
    return "" if np.isnan(value) else f" +- {value:{form}}"


def _plain(table: np.ndarray) -> list[list[float | None]]:
    return [[None if np.isnan(v) else float(v) for v in line] for line in table]
