# SPDX-License-Identifier: Apache-2.0
"""Reliability diagrams set by set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from wristpulse.evaluation.sets import Reliability
from wristpulse.student.tolerance import WITHIN_BPM

COLUMNS = 4
PANEL_INCH = 2.4


def write_reliability(sets: Sequence[Reliability], output: Path) -> None:
    """Share of estimates within WITHIN_BPM against confidence, a panel a set, in a PNG or SVG file.

    The area of a point goes with its share of the set's hops.
    """
    columns = min(COLUMNS, len(sets))
    rows = -(-len(sets) // columns)
    size = (PANEL_INCH * columns, PANEL_INCH * rows + 0.3)
    figure, axes = plt.subplots(rows, columns, figsize=size, sharex=True, sharey=True, squeeze=False)
    several = len({of.variant for of in sets}) > 1
    for panel in axes.flat[len(sets) :]:
        panel.axis("off")
    for panel, of in zip(axes.flat, sets, strict=False):
        filled = of.table[of.table[:, 2] > 0]
        panel.plot((0, 1), (0, 1), color="black", linewidth=0.8, linestyle="--")
        panel.plot(filled[:, 0], filled[:, 1], color="C0", linewidth=1)
        panel.scatter(filled[:, 0], filled[:, 1], s=8 + 200 * filled[:, 2] / filled[:, 2].sum(), alpha=0.6)
        name = f"{of.variant}, {of.tested_on}" if several else of.tested_on
        panel.set(xlim=(0, 1.03), ylim=(0, 1.03))
        panel.set_title(f"{name}, error {of.error:.2f}", fontsize=8)
        panel.tick_params(labelsize=7)
    figure.supxlabel("confidence", fontsize=8)
    figure.supylabel(f"share within {WITHIN_BPM:g} BPM", fontsize=8)
    figure.tight_layout()
    figure.savefig(output, dpi=120)
    plt.close(figure)
