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
    """Reference against estimate over time, the motion below; end_s, reference, bpm, valid: (hops,). PNG or
    SVG.
    """
    figure, (top, below) = plt.subplots(
        2, 1, figsize=(11, 6), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    top.plot(end_s, reference, color="black", linewidth=1.5, label="reference (ECG or simulation)")
    top.plot(
        end_s, np.where(valid, bpm, np.nan), "o", color="tab:blue", markersize=3, label="estimate, valid"
    )
    top.plot(end_s, np.where(valid, np.nan, bpm), "o", color="tab:orange", markersize=3, fillstyle="none",
             label="estimate, not vouched for")  # fmt: skip
    top.set(ylabel="heart rate (BPM)", title=title)
    top.legend(loc="best")
    top.grid(alpha=0.3)
    t = np.arange(len(recording.acc)) / recording.fs_acc
    magnitude = np.linalg.norm(recording.acc, axis=1)
    below.plot(t, magnitude, color="tab:gray", linewidth=0.5)
    below.set(xlabel="time (s)", ylabel="|ACC| (g)")
    below.grid(alpha=0.3)
    with replacing(path) as beside:
        figure.savefig(beside, format=path.suffix[1:], dpi=120)
    plt.close(figure)
