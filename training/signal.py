# SPDX-License-Identifier: Apache-2.0
"""From sensor samples to network windows: docs/signal_path.md, sections 2 to 4, in numpy integers.

zephyr_app/core does the same in C, sample by sample; both give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.sensor import PPG_MAX, SensorStream, to_counts

if TYPE_CHECKING:
    from training.recordings.recording import Recording

RATE_HZ = 32
FRAME_US = 31_250
HOP = 64  # frames: 2 s
WINDOW = 256  # frames: 8 s
HOPS_PER_WINDOW = WINDOW // HOP
REACH_US = 125_000  # half the alignment kernel's length
GAP_US = 100_000  # a longer step between samples of a channel is a gap
PPG_FRACTION_BITS = 4
DARK_COUNTS = 4096  # below: no skin before the sensor
MIN_WEIGHT = 8192  # a quarter of the kernel's peak
INPUT_STEPS = 32  # of a network input per standard deviation
MOST_APART_S = 4.0  # neighbouring labels; published sets have one in 1 or 2 s
PPG_FLOOR = 64  # isqrt(sum of squares) of a window: standard deviation 4/16 of a count
ACC_FLOOR = 2621  # 16 x 0.04 g x 4096: a wrist at rest


def _kernel() -> np.ndarray:
    """Alignment kernel, int64 (124,), Q15 at 1024 us steps: sinc of cut-off 8 Hz, Kaiser window (beta 5)."""
    t = np.arange(124) * 1024e-6
    shape = np.i0(5.0 * np.sqrt(1.0 - (t / 0.125).clip(max=1.0) ** 2)) / np.i0(5.0)
    h = np.rint(32767 * np.sinc(2 * 8.0 * t) * shape).astype(np.int64)
    h[-1] = 0
    return h


KERNEL = _kernel()


def isqrt(n: np.ndarray) -> np.ndarray:
    """Floor of the square root of int64 n >= 0 (n < 2^62), element by element, exact."""
    r = np.sqrt(n.astype(np.float64)).astype(np.int64)
    r -= r * r > n
    return r + ((r + 1) * (r + 1) <= n)


def round_div(a: np.ndarray, b: np.ndarray | int) -> np.ndarray:
    """Integer a / b rounded to the nearest, halves up; b > 0."""
    return (a + b // 2) // b


@dataclass(frozen=True)
class Hops:
    """Hops of 64 aligned frames.

    end_us: int64 (n,); ppg: int32 (n, 64), 1/16 counts; acc: int16 (n, 64, 3), 1/4096 g; discontinuous:
    bool (n,); samples, saturated, dark: int64 (n,), raw PPG samples within the hop, and how many were so.
    """

    end_us: np.ndarray
    ppg: np.ndarray
    acc: np.ndarray
    discontinuous: np.ndarray
    samples: np.ndarray
    saturated: np.ndarray
    dark: np.ndarray

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


@dataclass(frozen=True)
class _Run:
    """Samples of both channels without a gap, and the frames they allow: `frames` from first_us on."""

    ppg: slice
    acc: slice
    first_us: int
    frames: int


def _runs(stream: SensorStream) -> Iterator[_Run]:
    """Runs between gaps: which there are depends on times only, not on the order of arrival."""
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
        yield _Run(slice(head[0], end[0]), slice(head[1], end[1]), first, frames)

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


def _run_hops(stream: SensorStream, run: _Run) -> Hops | None:
    """Hops of one run, or None if it is too short for one."""
    hops = run.frames // HOP
    if hops < 1:
        return None
    tp, x = stream.t_ppg_us[run.ppg], np.minimum(stream.ppg[run.ppg], PPG_MAX)
    at = run.first_us + FRAME_US * np.arange(hops * HOP, dtype=np.int64)
    y_ppg = np.clip(_resample(tp, x[:, None], at, PPG_FRACTION_BITS), 0, PPG_MAX << PPG_FRACTION_BITS)
    y_acc = np.clip(_resample(stream.t_acc_us[run.acc], stream.acc[run.acc], at, 0), -32768, 32767)

    borders = np.searchsorted(tp, run.first_us + FRAME_US * HOP * np.arange(hops + 1, dtype=np.int64))
    saturated = np.concatenate([[0], np.cumsum((x == 0) | (x == PPG_MAX))])
    dark = np.concatenate([[0], np.cumsum(x < DARK_COUNTS)])
    return Hops(
        at[HOP - 1 :: HOP] + FRAME_US,
        y_ppg.reshape(hops, HOP).astype(np.int32),
        y_acc.reshape(hops, HOP, 3).astype(np.int16),
        np.zeros(hops, bool),
        np.diff(borders),
        np.diff(saturated[borders]),
        np.diff(dark[borders]),
    )


def align(stream: SensorStream) -> Hops:
    """All hops of a stream: 32 Hz frames of both channels, whatever the sensors' rates, jitter and drift."""
    parts = []
    for number, run in enumerate(_runs(stream)):
        hops = _run_hops(stream, run)
        if hops is not None:
            hops.discontinuous[0] = number > 0
            parts.append(hops)
    if not parts:
        none = np.empty(0, np.int64)
        return Hops(
            none,
            np.empty((0, HOP), np.int32),
            np.empty((0, HOP, 3), np.int16),
            np.empty(0, bool),
            none,
            none,
            none,
        )
    return Hops(*(np.concatenate([getattr(p, f) for p in parts]) for f in Hops.__dataclass_fields__))


def no_contact(hops: Hops) -> np.ndarray:
    """Whether the sensor saw no skin: bool (n,), more than a quarter of the raw samples dark."""
    return 4 * hops.dark > hops.samples


def window_ends(hops: Hops) -> np.ndarray:
    """Indices, int64 (w,), of the hops that complete a window of four contiguous hops with contact."""
    away = no_contact(hops)
    n = np.arange(len(hops))
    # A hop without contact empties the window after itself, a discontinuous one before itself.
    start = np.maximum.accumulate(np.where(away, n + 1, np.where(hops.discontinuous, n, 0)))
    return np.flatnonzero(n - start >= HOPS_PER_WINDOW - 1)


def windows(hops: Hops, ends: np.ndarray) -> np.ndarray:
    """The last four hops up to each of `ends`: int64 (w, 4, 256), channels PPG, X, Y, Z."""
    index = ends[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1)
    ppg = hops.ppg[index].reshape(-1, 1, WINDOW)
    acc = hops.acc[index].reshape(-1, WINDOW, 3).transpose(0, 2, 1)
    return np.concatenate([ppg.astype(np.int64), acc], axis=1)


def _deviations(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    d = x - (x.sum(axis=-1, keepdims=True) >> 8)
    r_ppg = np.maximum(isqrt((d[:, 0] ** 2).sum(axis=-1)), PPG_FLOOR)
    r_acc = np.maximum(isqrt((d[:, 1:] ** 2).sum(axis=(-2, -1))), ACC_FLOOR)
    return d, r_ppg, r_acc


def motion(x: np.ndarray) -> np.ndarray:
    """r_acc of windows (w, 4, 256): int64 (w,), 16 standard deviations in 1/4096 g, at least ACC_FLOOR."""
    return _deviations(x)[2]


def window_inputs(x: np.ndarray) -> np.ndarray:
    """Network input of windows (w, 4, 256): int8 alike, 32 steps a standard deviation, zero point 0."""
    d, r_ppg, r_acc = _deviations(x)
    r = np.stack([r_ppg, r_acc, r_acc, r_acc], axis=1)[:, :, None]
    return np.clip(round_div(16 * INPUT_STEPS * d, r), -128, 127).astype(np.int8)


def device_order(inputs: np.ndarray) -> np.ndarray:
    """Window inputs int8 (w, 4, 256) as the device's buffer holds them: int8 (w, 1024), PPG, then ACC
    interleaved.
    """
    return np.concatenate([inputs[:, 0], inputs[:, 1:].transpose(0, 2, 1).reshape(len(inputs), -1)], axis=1)


def between_labels(known_s: np.ndarray, hr: np.ndarray, at_s: np.ndarray) -> np.ndarray:
    """Labels hr (n,) of the times known_s (n,), n > 0, at other times: float64 (w,), linear between two.

    NaN before the first, after the last, and where the two are more than MOST_APART_S apart: a hole.
    """
    after = np.searchsorted(known_s, at_s).clip(1, max(len(known_s) - 1, 1))
    apart = known_s[np.minimum(after, len(known_s) - 1)] - known_s[after - 1] > MOST_APART_S
    found = np.interp(at_s, known_s, hr.astype(np.float64), left=np.nan, right=np.nan)
    return np.where(apart, np.nan, found)


def window_labels(recording: Recording, end_us: np.ndarray, aligned: bool) -> np.ndarray:
    """Reference BPM, float64 (w,), of windows that end at `end_us`; NaN where the recording has none.

    The published label, interpolated at the window's start; `aligned` shifts labels by the recording's clock
    offset.
    """
    if recording.hr is None or not len(recording.hr):
        return np.full(len(end_us), np.nan)
    at = np.asarray(recording.hr_start_s) + (recording.label_offset_s if aligned else 0.0)
    return between_labels(at, recording.hr, end_us * 1e-6 - WINDOW / RATE_HZ)


def labelled_windows(
    recording: Recording, aligned: bool, led: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs int8 (w, 4, 256), reference BPM float64 (w,) or NaN, and the windows' hops int64 (w,)."""
    hops = align(to_counts(recording, led))
    ends = window_ends(hops)
    return window_inputs(windows(hops, ends)), window_labels(recording, hops.end_us[ends], aligned), ends
