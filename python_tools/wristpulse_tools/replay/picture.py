# SPDX-License-Identifier: Apache-2.0
"""Pictures of a run."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from wristpulse.recordings import Recording
from wristpulse.support.files import replacing


def trace(
    path: Path,
    title: str,
    recording: Recording,
    end_s: np.ndarray,
    reference: np.ndarray,
    bpm: np.ndarray,
    valid: np.ndarray,
) -> None:
    """Reference against estimate over time, the motion below, as PNG or SVG.

    end_s, reference, bpm, valid: (hops,), NaN none. The legend names what is drawn.
    """
    figure, (top, below) = plt.subplots(
        2, 1, figsize=(11, 6), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    if np.isfinite(reference).any():
        top.plot(end_s, reference, color="black", linewidth=1.5, label="reference (ECG or simulation)")
    for chosen, label, style in (
        (valid, "estimate, valid", {"color": "tab:blue"}),
        (~valid, "estimate, not vouched for", {"color": "tab:orange", "fillstyle": "none"}),
    ):
        shown = chosen & np.isfinite(bpm)
        if shown.any():
            top.plot(end_s[shown], bpm[shown], "o", markersize=3, label=label, **style)
    top.set(ylabel="heart rate (BPM)", title=title)
    if top.get_legend_handles_labels()[0]:
        top.legend(loc="best")
    else:
        top.text(0.5, 0.5, "no estimate", transform=top.transAxes, ha="center", va="center")
    top.grid(alpha=0.3)
    t = np.arange(len(recording.acc)) / recording.fs_acc
    magnitude = np.linalg.norm(recording.acc, axis=1)
    below.plot(t, magnitude, color="tab:gray", linewidth=0.5)
    below.set(xlabel="time (s)", ylabel="|ACC| (g)")
    below.grid(alpha=0.3)
    with replacing(path) as beside:
        figure.savefig(beside, format=path.suffix[1:], dpi=120)
    plt.close(figure)
