# SPDX-License-Identifier: Apache-2.0
"""Align PPG and accelerometer on 32 Hz frames: docs/signal_path.md, sections 2 and 3, in numpy integers.

zephyr_app/core/src/align.c does the same, sample by sample; both give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Int16, Int32, Int64

from wristpulse.core.integer import round_div
from wristpulse.core.numbers import (
    DARK_COUNTS,
    DARK_ONE_IN,
    FRAME_US,
    GAP_US,
    HOP,
    KERNEL,
    MIN_WEIGHT,
    PPG_FRACTION_BITS,
    PPG_MAX,
    REACH_US,
)
from wristpulse.core.sensor import SensorStream


@dataclass(frozen=True, kw_only=True)
class Hops:
    """Hops of 64 aligned frames.

    Attributes
    ----------
    end_us
        Microseconds.
    ppg
        1/16 counts.
    acc
        1/4096 g.
    discontinuous
        A gap lies before the hop.
    samples, saturated, dark
        Raw PPG samples within the hop, and how many of them were saturated and dark.
    """

    end_us: Int64[np.ndarray, " n"]
    ppg: Int32[np.ndarray, "n 64"]
    acc: Int16[np.ndarray, "n 64 3"]
    discontinuous: Bool[np.ndarray, " n"]
    samples: Int64[np.ndarray, " n"]
    saturated: Int64[np.ndarray, " n"]
    dark: Int64[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.end_us)


def _resample(t_us: np.ndarray, x: np.ndarray, at_us: np.ndarray, fraction_bits: int) -> np.ndarray:
    """Weighted means of x (n, c) around times at_us (m,): int64 (m, c), with `fraction_bits` more bits."""
    first = np.searchsorted(t_us, at_us - REACH_US, side="right")
    last = np.searchsorted(t_us, at_us + REACH_US, side="left")
    index = first[:, None] + np.arange((last - first).max(initial=1))
    taking_part = index < last[:, None]
    index = np.minimum(index, len(t_us) - 1)
    distance = np.abs(at_us[:, None] - t_us[index])
    d = np.where(taking_part, distance, REACH_US - 1)
    low = KERNEL[d >> 10]
    weight = np.where(taking_part, low + (((KERNEL[(d >> 10) + 1] - low) * (d & 1023)) >> 10), 0)
    total = weight.sum(axis=1)
    scaled = x.astype(np.int64) << fraction_bits
    weak = total < MIN_WEIGHT
    safe = np.where(weak, 1, total)
    y = np.empty((len(at_us), x.shape[1]), np.int64)
    for channel in range(x.shape[1]):
        y[:, channel] = round_div((weight * scaled[:, channel][index]).sum(axis=1), safe)
    if weak.any():
        nearest = index[weak, np.where(taking_part, distance, np.iinfo(np.int64).max)[weak].argmin(axis=1)]
        y[weak] = scaled[nearest]
    return y


@dataclass(frozen=True, kw_only=True)
class _Span:
    """Samples of both channels without a gap, and the frames they allow: `frames` from first_us on."""

    ppg: slice
    acc: slice
    first_us: int
    frames: int


def _spans(stream: SensorStream) -> Iterator[_Span]:
    """Spans between gaps: which there are depends on times only, not on the order of arrival."""
    times = (stream.t_ppg_us, stream.t_acc_us)
    if not all(map(len, times)):
        return
    steps = [np.diff(t) for t in times]
    gaps = [np.append(np.flatnonzero((d <= 0) | (d > GAP_US)) + 1, len(d) + 1) for d in steps]
    head = [0, 0]
    while True:
        end = [int(gaps[c][np.searchsorted(gaps[c], head[c], side="right")]) for c in (0, 1)]
        last = [int(times[c][end[c] - 1]) for c in (0, 1)]
        first = -(-(int(max(times[0][head[0]], times[1][head[1]])) + REACH_US) // FRAME_US) * FRAME_US
        frames = max(0, (min(last) - REACH_US - first) // FRAME_US + 1)
        yield _Span(ppg=slice(head[0], end[0]), acc=slice(head[1], end[1]), first_us=first, frames=frames)

        # The frame that this run cannot give: because of a gap, or because samples are still to come?
        due = first + FRAME_US * frames
        ended = [c for c in (0, 1) if last[c] < due + REACH_US and end[c] < len(times[c])]
        if not ended:
            return
        if frames:  # what no later frame looks at is forgotten
            before = due - FRAME_US - REACH_US
            for c in (0, 1):
                head[c] += int(np.searchsorted(times[c][head[c] : end[c]], before, side="right")) - 1
        head[ended[0]] = end[ended[0]]


def _span_hops(stream: SensorStream, span: _Span) -> Hops | None:
    """Hops of one span, or None if it is too short for one."""
    hops = span.frames // HOP
    if hops < 1:
        return None
    tp, x = stream.t_ppg_us[span.ppg], np.minimum(stream.ppg[span.ppg], PPG_MAX)
    at = span.first_us + FRAME_US * np.arange(hops * HOP, dtype=np.int64)
    y_ppg = np.clip(_resample(tp, x[:, None], at, PPG_FRACTION_BITS), 0, PPG_MAX << PPG_FRACTION_BITS)
    y_acc = np.clip(_resample(stream.t_acc_us[span.acc], stream.acc[span.acc], at, 0), -32768, 32767)

    borders = np.searchsorted(tp, span.first_us + FRAME_US * HOP * np.arange(hops + 1, dtype=np.int64))
    saturated = np.concatenate([[0], np.cumsum((x == 0) | (x == PPG_MAX))])
    dark = np.concatenate([[0], np.cumsum(x < DARK_COUNTS)])
    return Hops(
        end_us=at[HOP - 1 :: HOP] + FRAME_US,
        ppg=y_ppg.reshape(hops, HOP).astype(np.int32),
        acc=y_acc.reshape(hops, HOP, 3).astype(np.int16),
        discontinuous=np.zeros(hops, bool),
        samples=np.diff(borders),
        saturated=np.diff(saturated[borders]),
        dark=np.diff(dark[borders]),
    )


def align(stream: SensorStream) -> Hops:
    """All hops of a stream: 32 Hz frames of both channels, whatever the sensors' rates, jitter and drift.

    A frame at time t is the mean of the samples within 125 ms of it, weighted by a windowed sinc k of cut-off
    8 Hz (docs/signal_path.md, section 3):

        y(t) = sum k(t - t_i) x_i / sum k(t - t_i)

    Parameters
    ----------
    stream : SensorStream
        Times in microseconds. A step of 0, a step back and one beyond GAP_US are gaps.

    Returns
    -------
    Hops
        n hops, 64 frames each; none where the stream is too short for one. `discontinuous` marks the first
        hop after a gap.

    Examples
    --------
    >>> t = np.arange(300) * 20_000  # 6 s at 50 Hz
    >>> light, still = np.full(300, 100_000, np.uint32), np.tile(np.array([0, 0, 4096], np.int16), (300, 1))
    >>> hops = align(SensorStream(light, t, still, t))
    >>> len(hops), hops.end_us.tolist(), hops.ppg[0, :2].tolist()
    (2, [2125000, 4125000], [1600000, 1600000])
    """
    parts = []
    for number, span in enumerate(_spans(stream)):
        hops = _span_hops(stream, span)
        if hops is not None:
            hops.discontinuous[0] = number > 0
            parts.append(hops)
    if not parts:
        none = np.empty(0, np.int64)
        return Hops(
            end_us=none,
            ppg=np.empty((0, HOP), np.int32),
            acc=np.empty((0, HOP, 3), np.int16),
            discontinuous=np.empty(0, bool),
            samples=none,
            saturated=none,
            dark=none,
        )
    return Hops(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Hops)})


def no_contact(hops: Hops) -> Bool[np.ndarray, " n"]:
    """Find the hops in which the sensor saw no skin: more than a quarter of the raw samples are dark.

    Parameters
    ----------
    hops : Hops
        n of them.

    Returns
    -------
    ndarray, bool (n,)
    """
    return DARK_ONE_IN * hops.dark > hops.samples
