# SPDX-License-Identifier: Apache-2.0
"""One recording over time: reference, estimates and motion on the person's scale, gaps explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from wristpulse.evaluation.trace import Trace
from wristpulse.recordings.recording import HOP_S, HR_RANGE
from wristpulse_tools.experiment_report.charts import BLUE, GREY, ORANGE, PURPLE, chart

MARGIN_BPM = 8.0  # above and below what a person's curves span
SHOWN = (0.5, 99.5)  # percentiles of the tracked values that the scale takes in
LEAST_GAP_S = 4.0  # shorter ones are seen, not told


@dataclass(frozen=True)
class Gap:
    """A stretch of a recording where something is missing, seconds, and why."""

    what: str
    start_s: float
    end_s: float
    why: str

    def __str__(self) -> str:
        """For people: `no reference 0:00 to 0:32: the data set has none ...`."""
        return f"{self.what} {_clock(self.start_s)} to {_clock(self.end_s)}: {self.why}"


def gaps(t: Trace) -> list[Gap]:
    """Where the curves are interrupted for 4 s or more, and why, in the order of time."""
    found = []
    for start, end in _stretches(~np.isfinite(t.aligned)):
        shifted = np.isfinite(t.raw[start:end]).all()
        why = "the labels, shifted to the wrist's clock, do not reach" if shifted else (
            f"the data set has none, or none between {HR_RANGE[0]:g} and {HR_RANGE[1]:g} BPM"
        )  # fmt: skip
        found.append(_gap(t, "no reference", start, end, why))
    for start, end in _stretches(~np.isfinite(t.tracked)):
        why = "no whole window of samples yet" if start == 0 else "the sensors gave no whole window"
        found.append(_gap(t, "no estimate", start, end, why))
    long = [gap for gap in found if gap.end_s - gap.start_s >= LEAST_GAP_S]
    return sorted(long, key=lambda gap: (gap.start_s, gap.what))


def person_range(traces: Sequence[Trace]) -> tuple[float, float]:
    """The scale of a person's recordings, BPM: reference and all but the farthest tracked values."""
    values = [t.aligned[np.isfinite(t.aligned)] for t in traces]
    for t in traces:
        tracked = t.tracked[np.isfinite(t.tracked)]
        if len(tracked):
            values.append(np.percentile(tracked, SHOWN))
    drawn = np.concatenate(values) if values else np.zeros(0)
    if not len(drawn):
        return HR_RANGE
    return float(drawn.min() - MARGIN_BPM), float(drawn.max() + MARGIN_BPM)


def trace_chart(t: Trace, scale: tuple[float, float]) -> go.Figure:
    """Heart rate above, motion below; `scale`: of the person."""
    figure = chart("", "heart rate (BPM)", height=420)
    x = [round(float(value), 1) for value in t.time_s]
    curves = (
        ("window by itself", t.untracked, "markers", {"marker": {"size": 3, "color": GREY}}),
        ("reference", t.aligned, "lines", {"line": {"color": PURPLE, "width": 2.5}}),
        ("tracked", t.tracked, "lines", {"line": {"color": ORANGE, "width": 1.2}}),
        ("valid", np.where(t.valid, t.tracked, np.nan), "markers", {"marker": {"size": 4, "color": BLUE}}),
    )
    for name, values, mode, style in curves:
        figure.add_scatter(
            x=x,
            y=_known(values),
            mode=mode,
            name=name,
            connectgaps=False,
            visible="legendonly" if name == "window by itself" else True,
            hovertemplate=f"%{{x:.0f}} s: {name} %{{y:.1f}} BPM<extra></extra>",
            **style,
        )
    figure.add_scatter(
        x=x, y=_known(t.motion, 3), mode="lines", name="motion", yaxis="y2", showlegend=False,
        line={"color": GREY, "width": 1}, hovertemplate="%{x:.0f} s: motion %{y:.2f} g<extra></extra>",
    )  # fmt: skip
    for gap in gaps(t):
        figure.add_shape(
            type="rect", xref="x", yref="paper", x0=gap.start_s, x1=gap.end_s, y0=0.3, y1=1,
            fillcolor=GREY, opacity=0.18, line={"width": 0}, layer="below",
        )  # fmt: skip
    figure.update_layout(
        xaxis={"title": {"text": "time (s)"}, "anchor": "y2", "range": [0, x[-1] if x else 1]},
        yaxis={"domain": [0.3, 1], "range": list(scale)},
        yaxis2={
            "domain": [0, 0.22],
            "title": {"text": "motion (g)"},
            "rangemode": "tozero",
            "automargin": True,
            "fixedrange": True,
        },
    )
    return figure


def _stretches(missing: np.ndarray) -> list[tuple[int, int]]:
    """Runs of True as [start, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _gap(t: Trace, what: str, start: int, end: int, why: str) -> Gap:
    """Hops [start, end) as a time from the end of the hop before to that of the last one."""
    return Gap(what, float(t.time_s[start]) - HOP_S if start else 0.0, float(t.time_s[end - 1]), why)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _known(values: np.ndarray, digits: int = 1) -> list[float | None]:
    return [round(float(value), digits) if np.isfinite(value) else None for value in values]
