# SPDX-License-Identifier: Apache-2.0
"""What the power policy costs and saves on recordings."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wristpulse.core.policy import Policy
from wristpulse.recordings import Recording, open_dataset
from wristpulse.support.errors import UserError


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
    from wristpulse.core.estimator import State
    from wristpulse.core.sensor import to_counts
    from wristpulse.data.labels import window_labels
    from wristpulse.evaluation.metrics import errors

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
    from wristpulse.student.card import RELEASED, load_student

    parser = argparse.ArgumentParser(
        prog="python -m wristpulse.core.policy", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--datasets", default="troika,bami1", help="comma-separated; default: troika,bami1")
    options = parser.parse_args(arguments)
    estimator = load_student(RELEASED).estimator()
    try:
        for name in options.datasets.split(","):
            print(name)
            print(table(cost(estimator, recording) for recording in open_dataset(name, options.data)))
    except (ValueError, OSError, UserError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
