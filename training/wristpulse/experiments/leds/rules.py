# SPDX-License-Identifier: Apache-2.0
"""How much each of several LEDs counts, by rule, and the logits that stand for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int8, Int64

from wristpulse.core.align import no_contact
from wristpulse.core.estimator import FRONT_ENDS
from wristpulse.core.numbers import BINS, HOPS_PER_WINDOW, NEAR, PPG_FLOOR, TRACK_GAP_US
from wristpulse.core.sensor import SensorStream
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.window import stream_windows
from wristpulse.student.card import Student

LEFT_OUT = 8  # a shift that leaves nothing of 0..255 steps
BLINDED = 2  # more than one raw sample in so many of a window at the end of the range: the LED is left out
CLIPPED = 8  # more than one in so many: half the weight
UNSURE = 9830  # Q15, 0.3: evidence that is spread wider gets half the weight


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What one LED says, hop by hop.

    Attributes
    ----------
    end_us
        int64 (n,), the hops' ends.
    steps
        int64 (n, 104), 0..255 below the hop's highest logit, 0 where there is no window.
    contact
        bool (n,).
    whole
        bool (n,), a whole window with contact.
    blind
        bool (n,), light that is saturated or flat.
    unsure
        bool (n,), light that is clipped, or evidence that is spread wide.
    certainty
        int64 (n,), Q15, share of the evidence near its highest bin.
    """

    end_us: Int64[np.ndarray, " n"]
    steps: Int64[np.ndarray, "n 104"]
    contact: Bool[np.ndarray, " n"]
    whole: Bool[np.ndarray, " n"]
    blind: Bool[np.ndarray, " n"]
    unsure: Bool[np.ndarray, " n"]
    certainty: Int64[np.ndarray, " n"]


def channel(stream: SensorStream, student: Student) -> Channel:
    """One LED through front end and network.

    Parameters
    ----------
    stream : SensorStream
        Of this LED.
    student : Student

    Returns
    -------
    Channel
        An entry a hop.
    """
    windows = stream_windows(stream)
    hops, ends, x = windows.hops, windows.ends, windows.x
    steps, (blind, clipped) = np.zeros((len(hops), BINS), np.int64), np.zeros((2, len(hops)), bool)
    if len(windows):
        logits = student.model.predict(FRONT_ENDS[student.card.front_end](x, ends)).astype(np.int64)
        steps[ends] = logits.max(axis=1, keepdims=True) - logits
        of_window = ends[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1)
        saturated, samples = hops.saturated[of_window].sum(axis=1), hops.samples[of_window].sum(axis=1)
        d = x[:, 0] - (x[:, 0].sum(axis=1, keepdims=True) >> 8)
        blind[ends] = (BLINDED * saturated > samples) | ((d**2).sum(axis=1) <= PPG_FLOOR**2)
        clipped[ends] = CLIPPED * saturated > samples
    sure = certainty(steps, student.tables)
    return Channel(
        end_us=hops.end_us,
        steps=steps,
        contact=~no_contact(hops),
        whole=np.isin(np.arange(len(hops)), ends),
        blind=blind,
        unsure=clipped | (sure < UNSURE),
        certainty=sure,
    )


def certainty(steps: Int64[np.ndarray, "n 104"], tables: TrackerTables) -> Int64[np.ndarray, " n"]:
    """Share of each hop's likelihood within NEAR bins of its highest: `Fusion.certainty` of many hops.

    Parameters
    ----------
    steps : int64 (n, 104)
        Steps of the logits below the hop's highest, 0 to 255.
    tables : TrackerTables

    Returns
    -------
    int64 (n,)
        Q15.

    Examples
    --------
    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> steps = np.full((2, 104), 255)
    >>> steps[0, 32], steps[1] = 0, 0  # one line; nothing known
    >>> (certainty(steps, tracker_tables(0.1, Tracking())) / 32768).round(2).tolist()
    [1.0, 0.05]
    """
    likelihood = np.array(tables.likelihood, np.int64)[steps]
    near = np.abs(np.arange(BINS) - steps.argmin(axis=1)[:, None]) <= NEAR
    return (np.where(near, likelihood, 0).sum(axis=1) << 15) // likelihood.sum(axis=1)


# Shifts int64 (leds, n), LEFT_OUT for an LED that has no say, from the LEDs' channels.
Rule = Callable[[Sequence[Channel]], np.ndarray]


def added(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Let every LED that has a window count alike.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.

    Returns
    -------
    ndarray, int64 (leds, n)
        Shifts; LEFT_OUT for an LED without a window.
    """
    return np.array([np.where(c.whole, 0, LEFT_OUT) for c in channels])


def halved(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Let every LED that has a window count with half its evidence: two that agree say as much as one.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.

    Returns
    -------
    ndarray, int64 (leds, n)
        Shifts.
    """
    return np.array([np.where(c.whole, 1, LEFT_OUT) for c in channels])


def by_quality(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Leave blind LEDs out, and let unsure ones count half.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.

    Returns
    -------
    ndarray, int64 (leds, n)
        Shifts.
    """
    return np.array([np.where(c.whole & ~c.blind, np.where(c.unsure, 1, 0), LEFT_OUT) for c in channels])


def most_certain(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Let the LED with the most certain evidence count alone.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.

    Returns
    -------
    ndarray, int64 (leds, n)
        Shifts.
    """
    sure = np.array([np.where(c.whole & ~c.blind, c.certainty, -1) for c in channels])
    best = np.arange(len(channels))[:, None] == sure.argmax(axis=0)
    return np.where(best & (sure >= 0), 0, LEFT_OUT)


RULES: dict[str, Rule] = {
    "added": added,
    "added, halved": halved,
    "added by quality": by_quality,
    "most certain alone": most_certain,
}


def fuse(channels: Sequence[Channel], shifts: Int64[np.ndarray, "leds n"]) -> Int8[np.ndarray, "n 104"]:
    """Logits that stand for all LEDs.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.
    shifts : int64 (leds, n)
        Of a `Rule`: bits by which each LED's steps are shifted right.

    Returns
    -------
    int8 (n, 104)
        127 the highest; all 127 where no LED has a say.
    """
    total = sum(c.steps >> shift[:, None] for c, shift in zip(channels, shifts, strict=True))
    below = total - total.min(axis=1, keepdims=True)
    return (127 - np.minimum(below, 255)).astype(np.int8)


def track(
    channels: Sequence[Channel], rule: Rule, tables: TrackerTables
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """Run the tracker over a recording's LEDs.

    There is contact as long as one LED has it, and an estimate as long as one has a whole window.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.
    rule : Rule
    tables : TrackerTables

    Returns
    -------
    bpm_q8, confidence_q15, raw_q15 : int64 (n,)
        raw: before the confidence map; 0 where there is no estimate. With one LED these are the estimator's.
    """
    logits, end_us = fuse(channels, rule(channels)), channels[0].end_us
    whole, contact = (np.any([getattr(c, name) for c in channels], axis=0) for name in ("whole", "contact"))
    after = np.diff(end_us, prepend=end_us[:1] - 1)
    tracker, (bpm, confidence, raw) = Tracker(tables), np.zeros((3, len(end_us)), np.int64)
    for n in range(len(end_us)):
        if not contact[n] or not 0 < after[n] <= TRACK_GAP_US:
            tracker.reset()
        if whole[n]:
            bpm[n], confidence[n] = tracker.step(logits[n])
            raw[n] = tracker.raw
        elif contact[n]:
            tracker.predict()
    return bpm, confidence, raw
