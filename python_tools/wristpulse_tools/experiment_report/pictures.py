# SPDX-License-Identifier: Apache-2.0
"""Pictures of a report, as matplotlib figures; None where there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from wristpulse.evaluation.trace import Trace
from wristpulse.learning.curve import MONITOR
from wristpulse.student.confidence import WITHIN_BPM
from wristpulse_tools.experiment_report.figures import absolute_errors, joined, network_name, set_name

SIZE = (6.0, 4.2)


def _axes(size: tuple[float, float] = SIZE, **labels: str):
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    axes.set(**labels)
    axes.grid(alpha=0.3)
    return figure, axes


def learning_curves(curves: dict[str, list[dict[str, float]]]) -> Figure | None:
    """Validation error by epoch of every job that kept a curve."""
    if not curves:
        return None
    figure, axes = _axes((9, 4.5), xlabel="epoch", ylabel="validation MAE (BPM)")
    colours = plt.get_cmap("tab10")
    variants = list(dict.fromkeys(_variant(name) for name in curves))
    for name, rows in curves.items():
        first = name == next(n for n in curves if _variant(n) == _variant(name))
        axes.plot(
            [row["epoch"] + 1 for row in rows],
            [row[MONITOR] for row in rows],
            color=colours(variants.index(_variant(name)) % 10),
            label=network_name(_variant(name)) if first else None,
            alpha=0.8,
        )
    axes.set_ylim(0, 1.2 * max(row[MONITOR] for rows in curves.values() for row in rows))
    axes.legend(ncols=3)
    return figure


def _variant(job: str) -> str:
    """Of a job's folder, fold/variant-seed."""
    return job.split("/")[-1].rsplit("-", 1)[0]


def by_subject(traces: Sequence[Trace]) -> Figure:
    """Mean absolute error of every person, sorted within the data sets."""
    people = sorted({t.person for t in traces})
    mae = {p: absolute_errors([t for t in traces if t.person == p]).mean() for p in people}
    people.sort(key=lambda p: (p.split("/")[0], mae[p]))
    figure, axes = _axes((11, 3.4), xlabel="person", ylabel="MAE (BPM)")
    sets = list(dict.fromkeys(p.split("/")[0] for p in people))
    for n, dataset in enumerate(sets):
        chosen = [i for i, p in enumerate(people) if p.split("/")[0] == dataset]
        values = [mae[people[i]] for i in chosen]
        label = f"{set_name(dataset)}, mean {np.mean(values):.2f} BPM"
        axes.bar(chosen, values, color=f"C{n}", label=label)
    axes.set_xticks(range(len(people)), [p.split("/")[1] for p in people], rotation=90, fontsize=8)
    axes.set_xlim(-0.7, len(people) - 0.3)
    axes.grid(axis="x", visible=False)
    axes.legend()
    return figure


def bland_altman(traces: Sequence[Trace]) -> Figure:
    """Difference against mean of estimate and reference, with the limits of agreement."""
    estimate, reference = joined(traces, "tracked"), joined(traces, "aligned")
    difference = estimate - reference
    bias, spread = difference.mean(), difference.std()
    figure, axes = _axes(xlabel="mean of estimate and reference (BPM)", ylabel="estimate - reference (BPM)")
    axes.plot((estimate + reference) / 2, difference, ".", markersize=2, alpha=0.25)
    limits = (bias - 1.96 * spread, bias + 1.96 * spread)
    axes.axhline(bias, color="black", linewidth=1, label=f"bias {bias:+.1f} BPM")
    label = f"bias ± 1.96 SD: {limits[0]:+.1f} to {limits[1]:+.1f} BPM"
    for limit, named in zip(limits, (label, None), strict=True):
        axes.axhline(limit, color="black", linestyle="--", linewidth=1, label=named)
    axes.legend(fontsize=9)
    return figure


def by_level(levels: Sequence[tuple[str, np.ndarray]], name: str) -> Figure:
    """Mean and 90th percentile of the absolute error by level of something."""
    figure, axes = _axes(xlabel=name, ylabel="absolute error (BPM)")
    at = np.arange(len(levels))
    mean = [error.mean() for _, error in levels]
    high = [np.percentile(error, 90) for _, error in levels]
    axes.bar(at, mean, label="mean")
    axes.plot(at, high, "k_", markersize=18, label="90th percentile")
    ticks = [f"{label}\nn = {len(error)}" for label, error in levels]
    axes.set_xticks(at, ticks, fontsize=8)
    axes.set_ylim(0, 1.15 * max(high))  # the legend stands above
    axes.grid(axis="x", visible=False)
    axes.legend()
    return figure


def reliability(table: np.ndarray, ece: float) -> Figure:
    """Share correct against confidence; the area of a point goes with its count."""
    figure, axes = _axes(xlabel="confidence", ylabel=f"share within {WITHIN_BPM:g} BPM")
    axes.plot((0, 1), (0, 1), color="black", linewidth=1, linestyle="--")
    known = table[:, 2] > 0
    share = table[known, 2] / table[:, 2].sum()
    axes.plot(table[known, 0], table[known, 1], color="C0")
    axes.scatter(table[known, 0], table[known, 1], s=15 + 400 * share, alpha=0.6)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), title=f"expected calibration error {ece:.3f}")
    return figure


def coverage(
    curve: tuple[np.ndarray, np.ndarray], kept: Sequence[tuple[float, float, float, float]]
) -> Figure:
    """Error of what is shown if only the most confident share is; kept: of `figures.coverage_table`."""
    figure, axes = _axes(xlabel="share of windows shown, most confident first", ylabel="their MAE (BPM)")
    axes.plot(*curve)
    for threshold, share, mae, _ in kept:
        axes.plot(share, mae, "ko", markersize=4)
        axes.annotate(f"{threshold:g} ", (share, mae), ha="right", va="bottom", fontsize=8)
    axes.set(xlim=(0, 1.02), ylim=(0, None))
    return figure


def trace(t: Trace) -> Figure:
    """One recording: reference, estimates, motion."""
    figure, (top, below) = plt.subplots(
        2, 1, figsize=(11, 4), sharex=True, height_ratios=(4, 1.4), layout="constrained"
    )
    valid = np.where(t.valid, t.tracked, np.nan)
    top.plot(t.time_s, t.untracked, ".", color="0.7", markersize=3, label="window by itself")
    top.plot(t.time_s, t.tracked, color="tab:orange", linewidth=1, label="tracked")
    top.plot(t.time_s, valid, ".", color="tab:blue", markersize=4, label="valid")
    top.plot(t.time_s, t.aligned, color="black", linewidth=1, label="reference")
    top.set(ylabel="heart rate (BPM)", ylim=(30, 220))
    top.legend(ncols=4, fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, markerscale=2)
    below.plot(t.time_s, t.motion, color="tab:gray", linewidth=0.8)
    below.set(xlabel="time (s)", ylabel="motion (g)", ylim=(0, None), xlim=(0, t.time_s[-1]))
    for axes in (top, below):
        axes.grid(alpha=0.3)
    return figure
