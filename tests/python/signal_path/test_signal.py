# SPDX-License-Identifier: Apache-2.0
"""The vectorised signal path against a plain sample-by-sample one, and its physical properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wristpulse.core import align, integer, window
from wristpulse.core.numbers import FRAME_US, HOP, KERNEL, WINDOW
from wristpulse.core.sensor import SensorStream, sample_times


def plain_weight(d: int) -> int:
    low, high = int(KERNEL[d >> 10]), int(KERNEL[(d >> 10) + 1])
    return low + (((high - low) * (d & 1023)) >> 10)


def plain_mean(samples: list[tuple[int, tuple[int, ...]]], t: int, channel: int, fraction_bits: int) -> int:
    near = [(abs(t - at), x[channel] << fraction_bits) for at, x in samples if abs(t - at) < 125_000]
    weights = [plain_weight(d) for d, _ in near]
    total = sum(weights)
    if total < 8192:
        return min(near, key=lambda pair: pair[0])[1]
    return (sum(w * x for w, (_, x) in zip(weights, near, strict=True)) + total // 2) // total


def reach(queue: list[tuple], head: int, until: int) -> tuple[str, int]:
    """Whether a channel's run from `head` has a sample at or after `until`, and where it was decided."""
    for i in range(head, len(queue)):
        if i > head and not 0 < queue[i][0] - queue[i - 1][0] <= 100_000:
            return "ended", i
        if queue[i][0] >= until:
            return "ready", i
    return "waiting", len(queue)


def plain_hops(stream: SensorStream) -> list[tuple]:
    """The aligner as firmware runs it, a frame at a time."""
    queues = (
        [(int(t), (int(x),)) for t, x in zip(stream.t_ppg_us, stream.ppg, strict=True)],
        [(int(t), tuple(map(int, x))) for t, x in zip(stream.t_acc_us, stream.acc, strict=True)],
    )
    heads, due, broken, hops = [0, 0], None, False, []
    if not queues[0] or not queues[1]:
        return []
    while True:
        if due is None:  # choose a grid
            frames, counts = [], [0, 0, 0]
            due = -(-(max(queues[0][heads[0]][0], queues[1][heads[1]][0]) + 125_000) // FRAME_US) * FRAME_US
        state = [reach(queue, head, due + 125_000) for queue, head in zip(queues, heads, strict=True)]
        if "ended" in (state[0][0], state[1][0]):
            c = 0 if state[0][0] == "ended" else 1
            heads[c], due, broken = state[c][1], None, True
            continue
        if "waiting" in (state[0][0], state[1][0]):
            return hops
        near = [queue[head : i + 1] for queue, head, (_, i) in zip(queues, heads, state, strict=True)]
        ppg = max(0, min((2**18 - 1) << 4, plain_mean(near[0], due, 0, 4)))
        acc = [max(-32768, min(32767, plain_mean(near[1], due, axis, 0))) for axis in range(3)]
        frames.append((ppg, acc))
        for t, (x,) in near[0]:
            if due <= t < due + FRAME_US:
                counts = [counts[0] + 1, counts[1] + (x in (0, 2**18 - 1)), counts[2] + (x < 4096)]
        for c, queue in enumerate(queues):
            while queue[heads[c] + 1][0] <= due - 125_000:
                heads[c] += 1
        due += FRAME_US
        if len(frames) == HOP:
            hops.append((due, [p for p, _ in frames], [a for _, a in frames], broken, *counts))
            frames, counts, broken = [], [0, 0, 0], False


def random_stream(seed: int, rate_ppg: float, rate_acc: float, seconds: float, faults: int) -> SensorStream:
    rng = np.random.default_rng(seed)

    def times(rate: float) -> np.ndarray:
        step = rng.uniform(0.7, 1.3, int(seconds * rate)) * 1e6 / rate
        t = np.cumsum(step).astype(np.int64) + int(rng.integers(-50_000, 50_000))
        for at in rng.integers(1, len(t), faults):
            t[at:] += rng.choice([-1_500_000, 150_000, 4_000_000, -int(t[at] - t[at - 1])])
        return t

    t_ppg, t_acc = times(rate_ppg), times(rate_acc)
    ppg = (
        rng.choice([0, 4000, 100_000, 2**18 - 1], len(t_ppg))
        if seed % 2
        else rng.integers(0, 2**18, len(t_ppg))
    )
    acc = rng.integers(-32768, 32768, (len(t_acc), 3)).astype(np.int16)
    return SensorStream(ppg.astype(np.uint32), t_ppg, acc, t_acc)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.floats(12, 130), st.floats(12, 130), st.floats(2.5, 9), st.integers(0, 3))
def test_vectorised_alignment_equals_sample_by_sample(seed, rate_ppg, rate_acc, seconds, faults):
    stream = random_stream(seed, rate_ppg, rate_acc, seconds, faults)
    got, expected = align.align(stream), plain_hops(stream)
    assert len(got) == len(expected)
    for n, (end, ppg, acc, broken, samples, saturated, dark) in enumerate(expected):
        assert got.end_us[n] == end
        assert got.ppg[n].tolist() == ppg
        assert got.acc[n].tolist() == acc
        assert (got.discontinuous[n], got.samples[n], got.saturated[n], got.dark[n]) == (
            broken, samples, saturated, dark,
        )  # fmt: skip


def test_uneven_samples_take_the_nearest():
    # Every frame sits in a hole of 100 ms with dense samples in the kernel's negative lobes.
    cluster = np.arange(-12_000, 12_001, 500)
    t = np.concatenate([n * 123_000 + cluster for n in range(60)])
    stream = SensorStream(np.arange(len(t), dtype=np.uint32), t, np.zeros((len(t), 3), np.int16), t)
    hops = align.align(stream)
    assert hops.ppg.min() >= 0 and hops.ppg.max() <= 16 * len(t)
    assert [h[1] for h in plain_hops(stream)] == hops.ppg.tolist()


@pytest.mark.parametrize("rate", [25, 32, 50, 64, 100, 125])
def test_constant_stays_exact_and_response_is_flat_to_four_hertz(rate):
    t = sample_times(int(rate * 12), rate)
    still = SensorStream(
        np.full(len(t), 123_457, np.uint32), t, np.tile(np.int16([5, -4096, 17]), (len(t), 1)), t
    )
    hops = align.align(still)
    assert (hops.ppg == 16 * 123_457).all() and (hops.acc == [5, -4096, 17]).all()
    for hertz, low, high in ((0.5, -0.1, 0.1), (2.0, -0.3, 0.3), (4.0, -1.0, 0.3), (7.4, -5.5, -1.0)):
        wave = 131_072 + 20_000 * np.sin(2 * np.pi * hertz * t * 1e-6)
        hops = align.align(SensorStream(np.rint(wave).astype(np.uint32), t, still.acc, t))
        gain = np.std(hops.ppg[:4] / 16) / (20_000 / np.sqrt(2))
        assert low < 20 * np.log10(gain) < high, f"{hertz} Hz sampled at {rate} Hz"


@pytest.mark.parametrize("hertz", [20.0, 24.0, 28.0])
def test_what_would_alias_onto_heart_rates_is_suppressed(hertz):
    t = sample_times(1500, 125)
    wave = np.rint(131_072 + 20_000 * np.sin(2 * np.pi * hertz * t * 1e-6)).astype(np.uint32)
    hops = align.align(SensorStream(wave, t, np.zeros((len(t), 3), np.int16), t))
    assert np.std(hops.ppg / 16) < 20_000 / np.sqrt(2) * 10 ** (-45 / 20)


@given(st.lists(st.integers(0, 2**62 - 1), min_size=1, max_size=50))
def test_isqrt(numbers):
    assert integer.isqrt(np.array(numbers, np.int64)).tolist() == [math.isqrt(n) for n in numbers]


def plain_band_pass(x):
    near = [x[max(0, n - 24) : n + 25] for n in range(256)]
    h = [v - sum(around) // len(around) for v, around in zip(x, near, strict=True)]
    h = [h[0], *h, h[-1]]
    return [(h[n] + 2 * h[n + 1] + h[n + 2] + 2) >> 2 for n in range(256)]


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from([1, 100, 2**22]), st.sampled_from([0, 1, 50, 32767]))
def test_window_inputs_equal_plain_arithmetic(seed, ppg_range, acc_range):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, ppg_range + 1, (1, 4, WINDOW))
    x[:, 1:] = rng.integers(-acc_range, acc_range + 1, (1, 3, WINDOW))
    rows = [[int(v) for v in row] for row in x[0]]
    d = [plain_band_pass(rows[0])] + [[v - (sum(row) >> 8) for v in row] for row in rows[1:]]
    r_ppg = max(math.isqrt(sum(v * v for v in d[0])), 64)
    r_acc = max(math.isqrt(sum(v * v for row in d[1:] for v in row)), 2621)
    expected = [
        [max(-128, min(127, (512 * v + r // 2) // r)) for v in row]
        for row, r in zip(d, (r_ppg, r_acc, r_acc, r_acc), strict=True)
    ]
    assert window.window_inputs(x)[0].tolist() == expected
    assert window.motion(x).tolist() == [r_acc]


@pytest.mark.parametrize(("hertz", "lowest_db", "highest_db"), [(0.1, -99, -25), (0.7, -2, 2), (3.0, -2, 2)])
def test_the_window_keeps_heart_rates_and_drops_the_baseline(hertz, lowest_db, highest_db):
    x = np.rint(1e5 * np.sin(2 * np.pi * hertz * np.arange(WINDOW) / 32)).astype(np.int64)
    inside = slice(24, -24)  # at the ends the baseline reaches less far
    gain = 20 * np.log10(window.band_passed(x[None])[0, inside].std() / x[inside].std())
    assert lowest_db <= gain <= highest_db


def hops_with(discontinuous: list[int], dark: list[int], n: int = 12) -> align.Hops:
    zeros = np.zeros(n, np.int64)
    flags, darks = zeros.astype(bool), zeros.copy()
    flags[discontinuous], darks[dark] = True, 30
    return align.Hops(
        end_us=zeros,
        ppg=np.zeros((n, HOP), np.int32),
        acc=np.zeros((n, HOP, 3), np.int16),
        discontinuous=flags,
        samples=zeros + 100,
        saturated=zeros,
        dark=darks,
    )


@pytest.mark.parametrize(
    ("discontinuous", "dark", "ends"),
    [
        ([], [], list(range(3, 12))),
        ([5], [], [3, 4, 8, 9, 10, 11]),
        ([], [5], [3, 4, 9, 10, 11]),
        ([5], [5], [3, 4, 9, 10, 11]),
        ([0], [11], list(range(3, 11))),
        ([2, 4], [7], [7 + 4]),
    ],
)
def test_windows_need_four_contiguous_hops_with_contact(discontinuous, dark, ends):
    assert window.window_ends(hops_with(discontinuous, dark)).tolist() == ends


def test_an_empty_or_short_stream_has_no_hops():
    none = np.empty(0, np.int64)
    empty = SensorStream(none.astype(np.uint32), none, np.empty((0, 3), np.int16), none)
    assert len(align.align(empty)) == 0
    t = sample_times(100, 50)
    short = SensorStream(np.zeros(100, np.uint32), t, np.zeros((100, 3), np.int16), t)
    assert len(align.align(short)) == 0
    assert window.windows(align.align(short), none).shape == (0, 4, WINDOW)
