# SPDX-License-Identifier: Apache-2.0
"""Figures of traces: each estimate against each reference, by data set, over people and over seeds."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from training.calibrate import IDENTITY, ONE, map_of_traces
from training.errors import UserError
from training.jobs import EVALUATION, METRICS, TRACES
from training.metrics import Summary, deviation, summarise
from training.trace import Trace, load
from training.tracking import TrackerTables, calibrate

ESTIMATES = ("tracked", "tracked_float", "clamped", "untracked")


@dataclass(frozen=True)
class Result:
    """What one job gave: its metrics.json and its traces."""

    folder: Path
    metrics: dict
    traces: list[Trace]

    @property
    def variant(self) -> str:
        """What was compared: training.jobs.Job.variant."""
        return self.metrics["variant"]

    @property
    def seed(self) -> int:
        """Of weights and draws."""
        return self.metrics["seed"]


def read(folders: Iterable[Path]) -> list[Result]:
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
    results = read([folder])
    of_one_evaluation(results, folder)
    chosen = [r for r in results if r.variant == variant]
    if not chosen:
        found = ", ".join(sorted({r.variant for r in results})) or "none"
        raise UserError(f"{folder}: expected finished folds of {variant} by training.evaluate, found {found}")
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


def summaries(traces: Sequence[Trace]) -> dict[str, Summary]:
    """Summary of each estimate against each reference, by name; of valid estimates only, too.

    Only recordings that have a reference count; empty if none has.
    """
    labelled = [t for t in traces if np.isfinite(t.raw).any()]
    if not labelled:
        return {}
    columns = {}
    with _means_of_nobody():
        for reference in ("aligned", "raw"):
            for estimate in ESTIMATES:
                columns[f"{estimate}, {reference}"] = summarise(
                    (t.person, getattr(t, estimate), getattr(t, reference), None) for t in labelled
                )
        columns["valid, aligned"] = summarise((t.person, t.tracked, t.aligned, t.valid) for t in labelled)
    return columns


def groups(traces: Sequence[Trace]) -> dict[str, list[Trace]]:
    """Traces by data set; SPC's training (S) and test (T) recordings also by themselves."""
    found: dict[str, list[Trace]] = {}
    for t in traces:
        dataset, subject = t.person.split("/")
        found.setdefault(dataset, []).append(t)
        if dataset == "troika":
            found.setdefault(f"troika {subject[0]}", []).append(t)
    return found


def by_variant(results: Sequence[Result]) -> dict[str, dict[int, list[Trace]]]:
    """Traces of all folds together, by variant and seed."""
    found: dict[str, dict[int, list[Trace]]] = {}
    for r in results:
        found.setdefault(r.variant, {}).setdefault(r.seed, []).extend(r.traces)
    return found


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


def rows(results: Sequence[Result]) -> list[Row]:
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


@contextmanager
def _means_of_nobody() -> Iterator[None]:
    """They are NaN, and shown as such: no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


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
