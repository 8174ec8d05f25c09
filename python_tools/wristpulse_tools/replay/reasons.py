# SPDX-License-Identifier: Apache-2.0
"""Why a recording gave no valid value, in one line."""

from collections import Counter

import numpy as np

from wristpulse.core.numbers import DARK_COUNTS, GAP_US
from wristpulse.core.result import Result, State
from wristpulse.core.sensor import SensorStream
from wristpulse.recordings import HOP_S, WINDOW_S, Recording
from wristpulse.recordings.scale import dark_note


def why_no_value(recording: Recording, stream: SensorStream, results: list[Result]) -> str | None:
    """The reason, and what would mend it where something would; None if there is a valid value."""
    states = Counter(result.state for result in results)
    if states[State.VALID]:
        return None
    if not results:
        return f"no hop: {_why_no_hop(stream)}"
    if states[State.NO_CONTACT] == len(results):
        dark = float(np.mean(stream.ppg < DARK_COUNTS))
        mend = dark_note(recording) or f"{dark:.0%} of the counts lie below it: the sensor saw no skin"
        return f"no value: every hop is no-contact, counts lie below the dark level {DARK_COUNTS}; {mend}"
    counted = ", ".join(f"{count} {state.value}" for state, count in states.most_common())
    return f"no valid value in {len(results)} hops ({counted}); docs/signal_path.md explains the states"


def _why_no_hop(stream: SensorStream) -> str:
    """What keeps the aligner from a hop: it needs HOP_S of both sensors without a gap."""
    for name, t_us in (("PPG", stream.t_ppg_us), ("ACC", stream.t_acc_us)):
        steps = np.diff(t_us)
        if len(steps) == 0 or np.median(steps) > GAP_US:
            rate = f"{1e6 / np.median(steps):.3g} Hz" if len(steps) else "no samples"
            return (
                f"{name}: expected samples at most {GAP_US // 1000} ms apart ({1e6 / GAP_US:g} Hz or more), "
                f"found {rate}"
            )
    longest = max(_longest_s(t_us) for t_us in (stream.t_ppg_us, stream.t_acc_us))
    return (
        f"expected {WINDOW_S:g} s of both sensors without a gap of {GAP_US // 1000} ms, "
        f"a hop each {HOP_S:g} s; found no more than {longest:.1f} s"
    )


def _longest_s(t_us: np.ndarray) -> float:
    """Seconds of the longest part of times without a gap."""
    parts = np.split(t_us, np.flatnonzero(np.diff(t_us) > GAP_US) + 1)
    return max((float(part[-1] - part[0]) / 1e6 for part in parts if len(part)), default=0.0)
