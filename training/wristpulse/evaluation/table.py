# SPDX-License-Identifier: Apache-2.0
"""Figures of traces: each estimate against each reference, by data set, over people and over seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap

from wristpulse.evaluation.metrics import Summary, deviation
from wristpulse.evaluation.results import JobResult, by_variant
from wristpulse.evaluation.summary import groups, quiet_empty_means, summaries
from wristpulse.evaluation.trace import Trace

# The rows that commands print and the report shows, in this order.
PRINTED = ("tracked, aligned", "tracked, raw", "clamped, aligned", "untracked, aligned", "valid, aligned")
DRAWS = 10_000  # of the bootstrap


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: mean absolute error over people and seeds, and its spreads, in BPM.

    spread_people: standard deviation (n - 1) over people of each one's mean over seeds; spread_seeds: of the
    seeds' means, NaN for one seed; median, worst: over people; within5, coverage: shares; half, double:
    windows read near half or twice the reference. Means over seeds, but for `worst`.
    """

    variant: str
    group: str
    estimate: str
    seeds_run: int
    people_tested: int
    mae: float
    spread_people: float
    spread_seeds: float
    median: float
    worst: float
    within5: float
    coverage: float
    half: float
    double: float


def table_rows(results: Sequence[JobResult]) -> list[Row]:
    """The table of an evaluation; of one that still runs, by the folds that all of its seeds have."""
    rows = []
    for variant, seeds in _comparable(by_variant(results)).items():
        by_group: dict[str, list[dict[str, Summary]]] = {}
        for traces in seeds.values():
            for group, members in groups(traces).items():
                by_group.setdefault(group, []).append(summaries(members))
        with quiet_empty_means():
            for group, of_seeds in by_group.items():
                names = of_seeds[0]
                rows += [
                    _row(variant, group, name, [by_name[name] for by_name in of_seeds]) for name in names
                ]
    return rows


def _comparable(variants: dict[str, dict[int, list[Trace]]]) -> dict[str, dict[int, list[Trace]]]:
    """The same without the folds that some seed of a variant lacks, unless that leaves none."""
    comparable = {}
    for variant, seeds in variants.items():
        folds = set.intersection(*({t.fold for t in traces} for traces in seeds.values()))
        kept = {seed: [t for t in traces if t.fold in folds] for seed, traces in seeds.items()}
        comparable[variant] = kept if folds else dict([next(iter(seeds.items()))])
    return comparable


def paired(results: Sequence[JobResult], against: str) -> Iterator[str]:
    """Markdown: each variant's MAE (tracked, aligned) less that of `against`, person by person.

    Both as means over seeds, of people that both tested; the interval is over people: `interval`.
    """
    people: dict[str, dict[str, dict[str, float]]] = {}
    for variant, seeds in _comparable(by_variant(results)).items():
        of_group: dict[str, list[Summary]] = {}
        for traces in seeds.values():
            for group, members in groups(traces).items():
                of_group.setdefault(group, []).append(summaries(members)["tracked, aligned"])
        people[variant] = {group: _people(of_seeds) for group, of_seeds in of_group.items()}
    yield f"| variant | tested on | people | MAE less that of {against}, BPM | 95 % interval over people |"
    yield "|---" * 5 + "|"
    for variant in (v for v in people if v != against):
        for group, mae in people[variant].items():
            other = people[against].get(group, {})
            less = np.array([mae[who] - other[who] for who in sorted(mae.keys() & other.keys())])
            if len(less) > 1:
                low, high = interval(less)
                cells = (variant, group, len(less), f"{less.mean():+.2f}", f"{low:+.2f} to {high:+.2f}")
                yield f"| {' | '.join(map(str, cells))} |"


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean of values (n,), n > 1: bootstrap, bias-corrected and accelerated (BCa).

    Efron, "Better bootstrap confidence intervals", JASA 82 (1987); DRAWS resamples, always the same.
    """
    if np.ptp(values) < 1e-9:  # the same for everybody: no resample differs, and BCa is not defined
        return float(values.mean()), float(values.mean())
    found = bootstrap((values,), np.mean, n_resamples=DRAWS, method="BCa", rng=np.random.default_rng(0))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _people(of_seeds: Sequence[Summary]) -> dict[str, float]:
    """Each person's MAE, the mean over seeds."""
    names = dict.fromkeys(name for summary in of_seeds for name in summary.subjects)
    return {n: float(np.nanmean([s.subjects[n].mae for s in of_seeds if n in s.subjects])) for n in names}


def _row(variant: str, group: str, name: str, of_seeds: Sequence[Summary]) -> Row:
    means = np.array([s.mae.mean for s in of_seeds])
    people = list(_people(of_seeds).values())

    def mean(field: str) -> float:
        return float(np.mean([getattr(s, field) for s in of_seeds]))

    return Row(
        variant=variant,
        group=group,
        estimate=name,
        seeds_run=len(of_seeds),
        people_tested=len(people),
        mae=float(means.mean()),
        spread_people=deviation(people),
        spread_seeds=deviation(means),
        median=mean("median_mae"),
        worst=max(s.mae.worst for s in of_seeds),
        within5=mean("within5"),
        coverage=mean("coverage"),
        half=mean("half"),
        double=mean("double"),
    )


# Heads of the table's columns, and the cell of a row.
COLUMNS: dict[str, Callable[[Row], object]] = {
    "variant": lambda r: r.variant,
    "tested on": lambda r: r.group,
    "estimate, label": lambda r: r.estimate,
    "people": lambda r: r.people_tested,
    "seeds": lambda r: r.seeds_run,
    "MAE": lambda r: f"{r.mae:.2f}",
    "over people": lambda r: f"{r.spread_people:.2f}",
    "over seeds": lambda r: "-" if np.isnan(r.spread_seeds) else f"{r.spread_seeds:.2f}",
    "median": lambda r: f"{r.median:.2f}",
    "worst": lambda r: f"{r.worst:.1f}",
    "< 5 BPM": lambda r: f"{r.within5:.1%}",
    "share": lambda r: f"{r.coverage:.1%}",
}


def markdown(rows: Sequence[Row], estimates: Sequence[str] | None = None) -> str:
    """The table as Markdown; `estimates` chooses among its rows."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for row in rows:
        if estimates is None or row.estimate in estimates:
            lines.append("| " + " | ".join(str(cell(row)) for cell in COLUMNS.values()) + " |")
    return "\n".join(lines)
