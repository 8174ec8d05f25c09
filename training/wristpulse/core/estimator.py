# SPDX-License-Identifier: Apache-2.0
"""The device's estimator in Python, bit for bit: sensor samples in, one result per hop out."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wristpulse.core.align import Hops, no_contact
from wristpulse.core.numbers import ACC_FLOOR, BINS, TRACK_GAP_US
from wristpulse.core.policy import Policy, moving
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.spectrum import spectrum_inputs
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.window import Windows, device_order, motion, stream_windows, window_inputs
from wristpulse.support.errors import UserError

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
    windows = stream_windows(to_counts(recording))
    return FRONT_ENDS[front_end](windows.x, windows.ends)


class State(enum.Enum):
    """What a result means; the values are the words that the firmware prints."""

    ACQUIRING = "acquiring"
    VALID = "valid"
    MOTION_UNCERTAIN = "motion-uncertain"
    NO_CONTACT = "no-contact"
    NO_PULSE = "no-pulse"


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


@dataclass(frozen=True, kw_only=True)
class Run:
    """What an estimator made of a stream.

    windows: with the network's input signals; logits: int8 (w, 104), the network's, window by window;
    results: one a hop; raw_confidence_q15: int64 (n,), of each hop before the confidence map, 0 where the
    network did not run.
    """

    windows: Windows
    logits: np.ndarray
    results: list[Result]
    raw_confidence_q15: np.ndarray


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

        UserError if the network does not give a logit for each of the tracker's bins.
        """
        return self.full_run(stream, policy).results

    def full_run(self, stream: SensorStream, policy: Policy | None = None) -> Run:
        """As `run`, with what lies between the stream and its results."""
        return self.run_windows(stream_windows(stream), policy)

    def run_windows(self, windows: Windows, policy: Policy | None = None) -> Run:
        """As `full_run`, of a stream that is aligned already."""
        logits = self._logits(windows)
        results, raw = self._results(windows, logits, policy)
        return Run(windows=windows, logits=logits, results=results, raw_confidence_q15=raw)

    def _logits(self, windows: Windows) -> np.ndarray:
        """The network's logits, int8 (w, 104)."""
        if not len(windows):
            return np.empty((0, BINS), np.int8)
        logits = self._predict(FRONT_ENDS[self._front_end](windows.x, windows.ends))
        if logits.shape[-1] != BINS:
            raise UserError("network", "logits", BINS, logits.shape[-1])
        return logits

    def _results(
        self, windows: Windows, logits: np.ndarray, policy: Policy | None
    ) -> tuple[list[Result], np.ndarray]:
        """Results hop by hop, and the raw confidence of each."""
        hops = windows.hops
        window_of = {hop: w for w, hop in enumerate(windows.ends.tolist())}
        at_rest = motion(windows.x) == ACC_FLOOR
        away, reset = no_contact(hops), _resets(hops)
        gaps = np.cumsum(hops.discontinuous)
        moves = moving(hops) if policy else np.zeros(len(hops), bool)
        held = (0, 0, State.ACQUIRING)  # the latest inference's
        tracker, results, raw = Tracker(self.tables), [], np.zeros(len(hops), np.int64)
        for n in range(len(hops)):
            bpm, confidence, state = 0, 0, State.ACQUIRING
            if reset[n]:
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
                raw[n] = tracker.raw
                if confidence >= self.tables.valid:
                    state = State.VALID
                else:
                    state = State.NO_PULSE if at_rest[w] else State.MOTION_UNCERTAIN
                held = bpm, confidence, state
                if policy:
                    policy.note(state is State.VALID, confidence, moves[n])
            else:
                tracker.predict()
            results.append(
                Result(
                    hop=n,
                    time_us=int(hops.end_us[n]),
                    bpm_q8=bpm,
                    confidence_q15=confidence,
                    state=state,
                    gaps=int(gaps[n]),
                )
            )
        return results, raw


def _resets(hops: Hops) -> np.ndarray:
    """Before which hops the tracker starts afresh: bool (n,), without contact or after a long gap."""
    after = np.diff(hops.end_us, prepend=hops.end_us[:1] - 1)
    return no_contact(hops) | (after <= 0) | (after > TRACK_GAP_US)


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
    state = State(fields.pop("state"))
    return Result(state=state, **{name: int(value) for name, value in fields.items()})
