# SPDX-License-Identifier: Apache-2.0
"""The device's estimator in Python, bit for bit: sensor samples in, one result per hop out."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wristpulse.core.align import align, no_contact
from wristpulse.core.numbers import ACC_FLOOR, BINS, TRACK_GAP_US
from wristpulse.core.policy import Policy, moving
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.spectrum import spectrum_inputs
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.window import device_order, motion, window_ends, window_inputs, windows

if TYPE_CHECKING:
    from wristpulse.recordings.recording import Recording

# What the network sees: windows int64 (w, 4, 256) and their hops (w,) to int8 (w, ...) in the device's order.
FrontEnd = Callable[[np.ndarray, np.ndarray], np.ndarray]
FRONT_ENDS: dict[str, FrontEnd] = {
    "window": lambda x, ends: device_order(window_inputs(x)),
    "spectrum": spectrum_inputs,
}


def front_end_inputs(recording: Recording, front_end: str) -> np.ndarray:
    """What the network sees of a recording's default channel: int8 (w, ...), one of FRONT_ENDS."""
    hops = align(to_counts(recording))
    ends = window_ends(hops)
    return FRONT_ENDS[front_end](windows(hops, ends), ends)


class State(enum.Enum):
    """What a result means; the values are the words that the firmware prints."""

    ACQUIRING = "acquiring"
    VALID = "valid"
    MOTION_UNCERTAIN = "motion-uncertain"
    NO_CONTACT = "no-contact"
    NO_PULSE = "no-pulse"
    STALE = "stale"


@dataclass(frozen=True)
class Result:
    """One hop's result: hop number from 0, its end in microseconds, 1/256 BPM, Q15, state, gaps so far."""

    hop: int
    time_us: int
    bpm_q8: int
    confidence_q15: int
    state: State
    gaps: int

    def __str__(self) -> str:
        """The line that firmware images print."""
        return (
            f"HOP {self.hop} t_us={self.time_us} bpm_q8={self.bpm_q8} conf_q15={self.confidence_q15} "
            f"state={self.state.value} gaps={self.gaps}"
        )


class Estimator:
    """Heart rate from sensor samples, as the firmware computes it.

    predict: the network, int8 inputs (n, ...) of the front end to int8 logits (n, 104); tables: the tracker's
    numbers; front_end: one of FRONT_ENDS.
    """

    def __init__(
        self,
        predict: Callable[[np.ndarray], np.ndarray],
        tables: TrackerTables,
        front_end: str = "window",
    ) -> None:
        self._predict, self.tables, self._front_end = predict, tables, front_end

    def with_tables(self, tables: TrackerTables) -> Estimator:
        """The same network with another tracker."""
        return Estimator(self._predict, tables, self._front_end)

    def run(self, stream: SensorStream, policy: Policy | None = None) -> list[Result]:
        """Results of all hops of a stream, from a fresh start; with a power policy if one is given.

        ValueError if the network does not give a logit for each of the tracker's bins.
        """
        hops = align(stream)
        ends = window_ends(hops)
        window_of = dict(zip(ends.tolist(), range(len(ends)), strict=True))
        logits, at_rest = np.empty((0, BINS), np.int8), np.empty(0, bool)
        if len(ends):
            x = windows(hops, ends)
            logits, at_rest = self._predict(FRONT_ENDS[self._front_end](x, ends)), motion(x) == ACC_FLOOR
        if logits.shape[-1] != BINS:
            raise ValueError(f"network: logits: expected {BINS}, found {logits.shape[-1]}")
        away = no_contact(hops)
        after = np.diff(hops.end_us, prepend=hops.end_us[:1] - 1)
        gaps = np.cumsum(hops.discontinuous)
        moves = moving(hops) if policy else None
        held = (0, 0, State.ACQUIRING)  # the latest inference's

        tracker, results = Tracker(self.tables), []
        for n in range(len(hops)):
            bpm, confidence, state = 0, 0, State.ACQUIRING
            if away[n] or not 0 < after[n] <= TRACK_GAP_US:
                tracker.reset()
            if policy and (away[n] or hops.discontinuous[n]):
                policy.reset()
            if away[n]:
                state = State.NO_CONTACT
            elif n in window_of and policy and policy.skips(moves[n]):
                tracker.predict()
                bpm, confidence, state = held
            elif n in window_of:
                w = window_of[n]
                bpm, confidence = map(int, tracker.step(logits[w]))
                if confidence >= self.tables.valid:
                    state = State.VALID
                else:
                    state = State.NO_PULSE if at_rest[w] else State.MOTION_UNCERTAIN
                held = bpm, confidence, state
                if policy:
                    policy.note(state is State.VALID, confidence, moves[n])
            else:
                tracker.predict()
            results.append(Result(n, int(hops.end_us[n]), bpm, confidence, state, int(gaps[n])))
        return results


HOP = re.compile(
    r"^HOP (?P<hop>\d+) t_us=(?P<time_us>-?\d+) bpm_q8=(?P<bpm_q8>\d+) conf_q15=(?P<confidence_q15>\d+) "
    r"state=(?P<state>[a-z-]+) gaps=(?P<gaps>\d+)$"
)


def parse(line: str) -> Result | None:
    """The result that a line of firmware output states, or None."""
    match = HOP.match(line)
    if not match:
        return None
    fields = match.groupdict()
    return Result(**{k: State(v) if k == "state" else int(v) for k, v in fields.items()})
