# SPDX-License-Identifier: Apache-2.0
"""The power policy, bit for bit as zephyr_app/core/src/policy.c, and its cost and saving on recordings."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training.errors import UserError
from training.recordings import Recording, open_dataset
from training.signal import HOP, Hops

CALM_Q15 = 29491  # confidence of 0.9
MOVING = 109_951_163  # 64 x 64 x (0.04 g)^2, counts of 1/4096 g, rounded up


class Row(NamedTuple):
    """From so many calm hops in a row on: the network runs every `every`-th hop, LED current >> led_shift."""

    calm_hops: int
    every: int
    led_shift: int


TABLE = (Row(0, 1, 0), Row(5, 2, 0), Row(15, 4, 1))


def moving(hops: Hops) -> np.ndarray:
    """Whether a hop holds motion of 0.04 g root mean square or more: bool (n,)."""
    acc = hops.acc.astype(np.int64)
    power = HOP * (acc**2).sum(axis=1) - acc.sum(axis=1) ** 2
    return power.sum(axis=1) >= MOVING


@dataclass
class Policy:
    """Which hops the network runs on; `rows` keeps the row in force at each hop that had a full window."""

    calm: int = 0
    since: int = 0
    inferences: int = 0
    rows: list[Row] = field(default_factory=list)

    def reset(self) -> None:
        """The window was emptied."""
        self.calm = self.since = 0

    def row(self) -> Row:
        """The row in force."""
        return [row for row in TABLE if self.calm >= row.calm_hops][-1]

    def skips(self, moving: bool) -> bool:
        """Before a hop's inference: whether to do without it."""
        if moving:
            self.calm = 0
        self.rows.append(self.row())
        if self.since == 0 or self.since >= self.row().every:
            return False
        self.since += 1
        self.calm += 1
        return True

    def note(self, valid: bool, confidence: int, moving: bool) -> None:
        """After an inference: what it found."""
        self.since = 1
        self.inferences += 1
        self.calm = self.calm + 1 if valid and confidence >= CALM_Q15 and not moving else 0


class Cost(NamedTuple):
    """One recording with the policy off and on: MAE (BPM) and coverage of valid results; shares of hops."""

    name: str
    mae_off: float
    mae_on: float
    coverage_off: float
    coverage_on: float
    saved: float  # inferences left out
    dimmed: float  # hops with the LED at half its current


def cost(estimator, recording: Recording) -> Cost:
    """What the policy costs and saves on one recording, labels aligned; MAE is NaN without labels."""
    from training.estimator import State
    from training.metrics import errors
    from training.sensor import to_counts
    from training.signal import window_labels

    stream, policy = to_counts(recording), Policy()
    figures = []
    for results in (estimator.run(stream), estimator.run(stream, policy)):
        bpm = np.array([r.bpm_q8 / 256 for r in results])
        valid = np.array([r.state is State.VALID for r in results])
        reference = window_labels(recording, np.array([r.time_us for r in results]), aligned=True)
        known = np.isfinite(reference).any()
        found = errors(bpm, reference, valid) if known else None
        figures.append((found.mae, found.coverage) if known else (np.nan, float(valid.mean())))
    (mae_off, coverage_off), (mae_on, coverage_on) = figures
    windows = max(len(policy.rows), 1)  # of a recording that is all without contact, none
    dimmed = sum(row.led_shift > 0 for row in policy.rows) / windows
    return Cost(
        recording.name, mae_off, mae_on, coverage_off, coverage_on, 1 - policy.inferences / windows, dimmed
    )


def table(costs: Iterable[Cost]) -> str:
    """A line a recording, and the mean over them."""
    costs = list(costs)
    mean = Cost("mean", *(float(np.nanmean(column)) for column in list(zip(*costs, strict=True))[1:]))
    head = f"{'recording':24} {'MAE off':>8} {'on':>6} {'valid off':>10} {'on':>6} {'saved':>7} {'dimmed':>7}"
    return "\n".join(
        [
            head,
            *(
                f"{c.name:24} {c.mae_off:8.2f} {c.mae_on:6.2f} {c.coverage_off:10.1%} {c.coverage_on:6.1%} "
                f"{c.saved:7.1%} {c.dimmed:7.1%}"
                for c in [*costs, mean]
            ),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    from training.card import load_student

    parser = argparse.ArgumentParser(prog="python -m training.policy", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--datasets", default="troika,bami1", help="comma-separated; default: troika,bami1")
    options = parser.parse_args(arguments)
    estimator = load_student(Path(__file__).parent / "released").estimator()
    try:
        for name in options.datasets.split(","):
            print(name)
            print(table(cost(estimator, recording) for recording in open_dataset(name, options.data)))
    except (ValueError, OSError, UserError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
