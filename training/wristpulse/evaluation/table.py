# SPDX-License-Identifier: Apache-2.0
"""Figures of traces: each estimate against each reference, by data set, over people and over seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wristpulse.evaluation.metrics import Summary, deviation
from wristpulse.evaluation.results import Result, by_variant
from wristpulse.evaluation.summary import _means_of_nobody, groups, summaries
from wristpulse.evaluation.trace import Trace


@dataclass(frozen=True)
class Row:
    """A line of the table: mean over people and seeds, its spread over people, and over seeds, in BPM.

    people: standard deviation (n - 1) over people of each one's mean over seeds; seeds: of the seeds' means,
    NaN for one seed; others: means over seeds.
    """

    variant: str
    group: str
    estimate: str
    seeds_run: int
    people_tested: int
    mae: float
    people: float
    seeds: float
    median: float
    worst: float
    within5: float
    coverage: float
    half: float
    double: float


def table_rows(results: Sequence[Result]) -> list[Row]:
    """The table of an evaluation; of one that still runs, by the folds that all of its seeds have."""
    table = []
    for variant, seeds in _comparable(by_variant(results)).items():
        by_group: dict[str, list[dict[str, Summary]]] = {}
        for traces in seeds.values():
            for group, members in groups(traces).items():
                by_group.setdefault(group, []).append(summaries(members))
        with _means_of_nobody():
            for group, runs in by_group.items():
                table += [_row(variant, group, name, [run[name] for run in runs]) for name in runs[0]]
    return table


def _comparable(variants: dict[str, dict[int, list[Trace]]]) -> dict[str, dict[int, list[Trace]]]:
    """The same without the folds that some seed of a variant lacks, unless that leaves none."""
    found = {}
    for variant, seeds in variants.items():
        folds = set.intersection(*({t.fold for t in traces} for traces in seeds.values()))
        kept = {seed: [t for t in traces if t.fold in folds] for seed, traces in seeds.items()}
        found[variant] = kept if folds else dict([next(iter(seeds.items()))])
    return found


def paired(results: Sequence[Result], against: str) -> Iterator[str]:
    """Markdown: each variant's MAE (tracked, aligned) less that of `against`, person by person.

    Both as means over seeds, of people that both tested; the interval is of 10,000 draws of these people.
    """
    people: dict[str, dict[str, dict[str, float]]] = {}
    for variant, seeds in _comparable(by_variant(results)).items():
        runs: dict[str, list[Summary]] = {}
        for traces in seeds.values():
            for group, members in groups(traces).items():
                runs.setdefault(group, []).append(summaries(members)["tracked, aligned"])
        people[variant] = {group: _people(of) for group, of in runs.items()}
    yield f"| variant | tested on | people | MAE less that of {against}, BPM | 95 % interval over people |"
    yield "|---" * 5 + "|"
    for variant in (v for v in people if v != against):
        for group, mae in people[variant].items():
            other = people[against].get(group, {})
            less = np.array([mae[who] - other[who] for who in sorted(mae.keys() & other.keys())])
            if len(less) > 1:
                draws = np.random.default_rng(0).choice(less, (10_000, len(less))).mean(axis=1)
                low, high = np.percentile(draws, [2.5, 97.5])
                interval = f"{low:+.2f} to {high:+.2f}"
                yield f"| {variant} | {group} | {len(less)} | {less.mean():+.2f} | {interval} |"


def _people(runs: Sequence[Summary]) -> dict[str, float]:
    """Each person's MAE, the mean over seeds."""
    names = dict.fromkeys(name for run in runs for name in run.subjects)
    return {n: float(np.nanmean([s.subjects[n].mae for s in runs if n in s.subjects])) for n in names}


def _row(variant: str, group: str, name: str, runs: list[Summary]) -> Row:
    means = np.array([s.mae.mean for s in runs])
    people = list(_people(runs).values())

    def mean(field: str) -> float:
        return float(np.mean([getattr(s, field) for s in runs]))

    return Row(
        variant,
        group,
        name,
        len(runs),
        len(people),
        float(means.mean()),
        deviation(people),
        deviation(means),
        mean("median_mae"),
        max(s.mae.worst for s in runs),
        mean("within5"),
        mean("coverage"),
        mean("half"),
        mean("double"),
    )


def markdown(table: Sequence[Row], estimates: Sequence[str] | None = None) -> str:
    """The table as Markdown; `estimates` chooses and orders."""
    head = ("variant", "tested on", "estimate, label", "people", "seeds", "MAE", "over people", "over seeds",
            "median", "worst", "< 5 BPM", "share")  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for r in table:
        if estimates is None or r.estimate in estimates:
            spread = "-" if np.isnan(r.seeds) else f"{r.seeds:.2f}"
            cells = (r.variant, r.group, r.estimate, r.people_tested, r.seeds_run, f"{r.mae:.2f}",
                     f"{r.people:.2f}", spread, f"{r.median:.2f}", f"{r.worst:.1f}", f"{r.within5:.1%}",
                     f"{r.coverage:.1%}")  # fmt: skip
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)
