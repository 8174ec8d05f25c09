# SPDX-License-Identifier: Apache-2.0
"""Charts of a report, as plotly figures; None where there is nothing to show.

Colours are mid-tones that stand on light and dark ground (after Okabe, Ito: Color Universal Design, 2008);
the page itself sets those of text and grid (report.js).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from wristpulse.evaluation.trace import Trace
from wristpulse.learning.curve import MONITOR
from wristpulse.student.tolerance import WITHIN_BPM
from wristpulse_tools.experiment_report.figures import Bin, joined, network_name

BLUE, ORANGE, PURPLE, GREEN, GREY = "#3b8eea", "#e69f00", "#cc79a7", "#009e73", "#8a9099"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#d55e00", "#56b4e9", GREY)
MOST_POINTS = 4000  # of a scatter of windows: more are thinned evenly, so that the page stays quick


def chart(x: str, y: str, height: int = 360) -> go.Figure:
    """An empty figure with titles of axes; the legend stands above, so that it never covers one of them."""
    figure = go.Figure()
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 52, "r": 16, "t": 56, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        hovermode="closest",
        xaxis={"title": {"text": x}, "automargin": True},
        yaxis={"title": {"text": y}, "automargin": True},
    )
    return figure


def learning_curves(curves: dict[str, list[dict[str, float]]]) -> go.Figure | None:
    """Validation error by epoch of every job that kept a curve."""
    if not curves:
        return None
    figure = chart("epoch", "validation MAE (BPM)")
    variants = list(dict.fromkeys(_variant(name) for name in curves))
    seen: set[str] = set()
    for name, rows in curves.items():
        variant = _variant(name)
        figure.add_scatter(
            x=[row["epoch"] + 1 for row in rows],
            y=[row[MONITOR] for row in rows],
            mode="lines",
            line={"color": COLOURS[variants.index(variant) % len(COLOURS)], "width": 1.5},
            name=network_name(variant),
            legendgroup=variant,
            showlegend=variant not in seen,
            hovertemplate=f"{name}<br>epoch %{{x}}: %{{y:.2f}} BPM<extra></extra>",
        )
        seen.add(variant)
    figure.update_yaxes(rangemode="tozero")
    return figure


def _variant(job: str) -> str:
    """Of a job's folder, fold/variant-seed."""
    return job.split("/")[-1].rsplit("-", 1)[0]


def bland_altman(traces: Sequence[Trace]) -> go.Figure:
    """Difference against mean of estimate and reference, with the limits of agreement."""
    estimate, reference = joined(traces, "tracked"), joined(traces, "aligned")
    difference, middle = estimate - reference, (estimate + reference) / 2
    bias, spread = float(difference.mean()), float(difference.std())
    figure = chart("mean of estimate and reference (BPM)", "estimate - reference (BPM)")
    kept = np.unique(np.linspace(0, len(middle) - 1, min(len(middle), MOST_POINTS)).astype(int))
    figure.add_scatter(
        x=_short(middle[kept]),
        y=_short(difference[kept]),
        mode="markers",
        marker={"size": 3, "color": BLUE, "opacity": 0.35},
        name="windows",
        showlegend=False,
        hovertemplate="mean %{x:.0f}, difference %{y:+.1f} BPM<extra></extra>",
    )
    low, high = bias - 1.96 * spread, bias + 1.96 * spread
    names = (
        (bias, "solid", f"bias {bias:+.1f} BPM"),
        (low, "dash", f"bias ± 1.96 SD: {low:+.1f} to {high:+.1f} BPM"),
        (high, "dash", ""),
    )
    ends = [float(middle.min()), float(middle.max())]
    for level, dash, name in names:
        figure.add_scatter(
            x=ends, y=[level, level], mode="lines", name=name, showlegend=bool(name), hoverinfo="skip",
            line={"color": ORANGE, "width": 1.5, "dash": dash},
        )  # fmt: skip
    return figure


def by_level(levels: Sequence[tuple[str, np.ndarray]], name: str) -> go.Figure:
    """Mean and 90th percentile of the absolute error by level of something."""
    figure = chart(name, "absolute error (BPM)")
    ticks = [label for label, _ in levels]
    figure.add_bar(
        x=ticks,
        y=[float(error.mean()) for _, error in levels],
        name="mean",
        marker={"color": BLUE},
        text=[f"{len(error):,}" for _, error in levels],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        hovertemplate="%{x}: mean %{y:.2f} BPM of %{text} windows<extra></extra>",
    )
    figure.add_scatter(
        x=ticks,
        y=[float(np.percentile(error, 90)) for _, error in levels],
        mode="markers",
        marker={"symbol": "line-ew-open", "size": 18, "color": ORANGE, "line": {"width": 3}},
        name="90th percentile",
        hovertemplate="90th percentile %{y:.2f} BPM<extra></extra>",
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(rangemode="tozero")
    return figure


def reliability(bins: Sequence[Bin], ece: float) -> go.Figure:
    """Share correct against confidence; the line joins neighbouring bins that hold enough windows."""
    figure = chart("confidence", f"share within {WITHIN_BPM:g} BPM")
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="perfect", hoverinfo="skip",
        line={"color": GREY, "width": 1, "dash": "dash"},
    )  # fmt: skip
    figure.add_scatter(
        x=[b.confidence if b.enough else None for b in bins],
        y=[b.correct if b.enough else None for b in bins],
        mode="lines",
        line={"color": BLUE, "width": 2},
        connectgaps=False,
        showlegend=False,
        hoverinfo="skip",
    )
    for enough, name, symbol in (
        (True, "tenths of the confidence", "circle"),
        (False, "too few windows", "circle-open"),
    ):
        chosen = [b for b in bins if b.count and b.enough == enough]
        if not chosen:
            continue
        figure.add_scatter(
            x=[b.confidence for b in chosen],
            y=[b.correct for b in chosen],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [b.high - b.correct for b in chosen],
                "arrayminus": [b.correct - b.low for b in chosen],
                "thickness": 1,
                "color": BLUE if enough else GREY,
            },
            mode="markers",
            marker={
                "symbol": symbol,
                "size": [6 + 14 * np.sqrt(b.share) for b in chosen],
                "color": BLUE if enough else GREY,
                "opacity": 0.75,
            },
            cliponaxis=False,
            name=name,
            customdata=[b.count for b in chosen],
            hovertemplate="confidence %{x:.2f}: %{y:.1%} correct<br>%{customdata:,} windows<extra></extra>",
        )
    figure.update_xaxes(range=[0, 1.03])
    figure.update_yaxes(range=[0, 1.03], tickformat=".0%")
    figure.add_annotation(
        text=f"expected calibration error {ece:.3f}",
        xref="paper", yref="paper", x=0.02, y=0.98, showarrow=False, xanchor="left",
    )  # fmt: skip
    return figure


def coverage(
    curve: tuple[np.ndarray, np.ndarray], kept: Sequence[tuple[float, float, float, float]]
) -> go.Figure:
    """Error of what is shown if only the most confident share is; kept: of `figures.coverage_table`."""
    figure = chart("share of windows shown, most confident first", "their MAE (BPM)")
    share, error = curve
    first = len(share) // 100  # the mean of fewer than a hundredth of the windows says nothing
    thinned = np.unique(np.linspace(first, len(share) - 1, min(len(share), 500)).astype(int))
    figure.add_scatter(
        x=_short(share[thinned], 4),
        y=_short(error[thinned], 3),
        mode="lines",
        line={"color": BLUE, "width": 2},
        showlegend=False,
        hovertemplate="%{x:.0%} shown: MAE %{y:.2f} BPM<extra></extra>",
    )
    figure.add_scatter(
        x=[row[1] for row in kept],
        y=[row[2] for row in kept],
        mode="markers+text",
        text=_apart(kept),
        textposition="top left",
        marker={"color": ORANGE, "size": 7},
        name="thresholds of the confidence",
        customdata=[row[0] for row in kept],
        hovertemplate="from %{customdata}: %{x:.0%} shown, MAE %{y:.2f} BPM<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1.03], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero")
    return figure


def _apart(kept: Sequence[tuple[float, float, float, float]], apart: float = 0.04) -> list[str]:
    """Names of the thresholds; "" for one that stands less than `apart` of the axis before the next."""
    names: list[str] = []
    last = float("inf")
    for threshold, share, _, _ in kept:
        shown = last - share >= apart
        names.append(f"{threshold:g}" if shown else "")
        last = share if shown else last
    return names


def _short(values: np.ndarray, digits: int = 1) -> list[float]:
    """Rounded numbers: they take a third of the page's bytes."""
    return [round(float(value), digits) for value in values]
