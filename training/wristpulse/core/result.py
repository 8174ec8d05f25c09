# SPDX-License-Identifier: Apache-2.0
"""What the estimator gives back: a result a hop, and the line of firmware output that states it."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int8, Int64

from wristpulse.core.window import Windows

HOP = re.compile(
    r"^HOP (?P<hop>\d+) t_us=(?P<time_us>-?\d+) bpm_q8=(?P<bpm_q8>\d+) conf_q15=(?P<confidence_q15>\d+) "
    r"state=(?P<state>[a-z-]+) gaps=(?P<gaps>\d+)$"
)


class State(enum.Enum):
    """What a result means; the values are the words that the firmware prints."""

    ACQUIRING = "acquiring"
    VALID = "valid"
    MOTION_UNCERTAIN = "motion-uncertain"
    NO_CONTACT = "no-contact"
    NO_PULSE = "no-pulse"
    RATE_UNCERTAIN = "rate-uncertain"


@dataclass(frozen=True, kw_only=True)
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

    Attributes
    ----------
    windows
        Of the stream; with several LEDs, of the first one.
    logits
        The network's, window by window; with several LEDs, the first one's.
    results
        One for each hop.
    raw_confidence_q15
        Of each hop before the confidence map, 0 where the network did not run.
    ran
        In which hops the network ran.
    evidence
        The logits that the tracker took in each hop.
    at_rest
        In which hops the wrist was.
    doubted
        In which hops the estimate is not believed.
    weights
        0 to 16, of each LED in each hop.
    """

    windows: Windows
    logits: Int8[np.ndarray, "w 104"]
    results: list[Result]
    raw_confidence_q15: Int64[np.ndarray, " n"]
    ran: Bool[np.ndarray, " n"]
    evidence: Int8[np.ndarray, "n 104"]
    at_rest: Bool[np.ndarray, " n"]
    doubted: Bool[np.ndarray, " n"]
    weights: Int64[np.ndarray, "n leds"]


def parse(line: str) -> Result | None:
    """Parse a line of firmware output: the inverse of `str(Result)`.

    Parameters
    ----------
    line : str

    Returns
    -------
    Result or None
        None for any other line.

    Raises
    ------
    ValueError
        The line names a state that `State` does not have.

    Examples
    --------
    >>> parse("HOP 3 t_us=8125000 bpm_q8=23040 conf_q15=32768 state=valid gaps=0").bpm_q8 / 256
    90.0
    >>> parse("END hops=3") is None
    True
    """
    match = HOP.match(line)
    if not match:
        return None
    fields = match.groupdict()
    state = State(fields.pop("state"))
    return Result(state=state, **{name: int(value) for name, value in fields.items()})
