# SPDX-License-Identifier: Apache-2.0
"""A picture of heart rate over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from wristpulse.api.heart_rate import HeartRate

HOP_S = 2.0
BAND_BPM = 5.0  # what the confidence refers to
LINE = "#c1272d"
STATES = {  # in the order of the strip's legend; colours that differ without red and green
    "valid": "#2b7a78",
    "motion-uncertain": "#e0a030",
    "rate-uncertain": "#d9a7c7",
    "no-pulse": "#8a5fb0",
    "no-contact": "#9a9a9a",
    "acquiring": "#d8d8d8",
}


def draw(hr: HeartRate, ax: Axes | None = None) -> Axes:
    """Draw a heart rate: a line where valid, dots elsewhere, a band by confidence, the states below.

    Parameters
    ----------
    hr : HeartRate
    ax : matplotlib Axes, optional
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    from matplotlib import pyplot
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Patch

    if ax is None:
        _, ax = pyplot.subplots(figsize=(9, 4), layout="constrained")
    start, end = hr.time_s - HOP_S, hr.time_s
    known = np.isfinite(hr.bpm)
    sides, bpm = (start[known], end[known]), hr.bpm[known]
    x, y = np.stack([*sides, *sides[::-1]], axis=1), bpm[:, None] + BAND_BPM * np.array([-1, -1, 1, 1])
    band = PolyCollection(list(np.stack([x, y], axis=2)), facecolor=LINE, alpha=0.4 * hr.confidence[known])
    ax.add_collection(band)
    ax.plot(end, np.where(hr.valid, hr.bpm, np.nan), color=LINE, linewidth=1.6)
    uncertain = known & ~hr.valid
    ax.plot(end[uncertain], hr.bpm[uncertain], ".", color=LINE, markersize=3, alpha=0.5)

    strip = ax.get_xaxis_transform()  # x in seconds, y in shares of the axes' height
    seen = [state for state in STATES if (hr.state == state).any()]
    for state in seen:
        spans = [(t, HOP_S) for t in start[hr.state == state]]
        ax.broken_barh(spans, (0, 0.035), transform=strip, color=STATES[state], linewidth=0)
    if seen:
        handles = [Patch(color=STATES[state], label=state) for state in seen]
        ax.legend(handles=handles, loc="upper right", ncols=len(handles), fontsize="small", frameon=False)
    if known.any():
        low, high = hr.bpm[known].min() - 15, hr.bpm[known].max() + 20
        ax.set_ylim(low - 0.05 * (high - low), high)
    ax.set_xlabel("time (s)")
    ax.set_ylabel("heart rate (BPM)")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax
