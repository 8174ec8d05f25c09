# SPDX-License-Identifier: Apache-2.0
"""Pictures of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from wristpulse.recordings import Recording
from wristpulse.support.files import replacing

if TYPE_CHECKING:
    from wristpulse_tools.replay.comparison import StudentReplay

COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:purple")


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
        (~valid, "estimate, not valid", {"color": "tab:orange", "fillstyle": "none"}),
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
    _motion(below, recording)
    _save(figure, path)


def courses(path: Path, outcomes: Sequence[StudentReplay]) -> Path:
    """Valid heart rates of several students, a column a recording, the motion below. PNG or SVG; the path."""
    recordings = list({id(o.recording): o.recording for o in outcomes}.values())
    figure, axes = plt.subplots(
        *(2, len(recordings)),
        figsize=(5 + 3.2 * len(recordings), 6.4),
        width_ratios=[2] + [1] * (len(recordings) - 1),
        height_ratios=(3, 1),
        sharex="col",
        squeeze=False,
        layout="constrained",
    )
    students = list(dict.fromkeys(o.student for o in outcomes))
    for (top, below), recording in zip(axes.T, recordings, strict=True):
        of = [o for o in outcomes if o.recording is recording]
        for outcome in of:
            end_s = np.array([r.time_us for r in outcome.replay.results]) / 1e6
            valid = np.where(outcome.replay.valid, outcome.replay.bpm, np.nan)
            colour = COLOURS[students.index(outcome.student) % len(COLOURS)]
            top.plot(end_s, valid, "o", color=colour, markersize=3, alpha=0.7, label=outcome.student)
        top.plot(end_s, outcome.replay.reference(recording), color="black", linewidth=1.3, label="reference")
        top.set_title(of[0].tested_on if recording is recordings[0] else recording.name)
        top.grid(alpha=0.3)
        _motion(below, recording)
    axes[0, 0].set(ylabel="heart rate (BPM)")
    figure.suptitle(
        "int8 students as firmware on an emulated Cortex-M4F: values that the firmware calls valid"
    )
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(students) + 1
    )
    _save(figure, path)
    return path


def _motion(axes: plt.Axes, recording: Recording) -> None:
    t = np.arange(len(recording.acc)) / recording.fs_acc
    axes.plot(t, np.linalg.norm(recording.acc, axis=1), color="tab:gray", linewidth=0.5)
    axes.set(xlabel="time (s)", ylabel="|ACC| (g)")
    axes.grid(alpha=0.3)


def _save(figure: plt.Figure, path: Path) -> None:
    with replacing(path) as beside:
        figure.savefig(beside, format=path.suffix[1:], dpi=120)
    plt.close(figure)
