# SPDX-License-Identifier: Apache-2.0
"""The spectral front end against plain integers and against a transform in floating point."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wristpulse.core import spectrum
from wristpulse.core.numbers import REST_LOG2, WINDOW
from wristpulse.core.window import motion

C = [round(16384 * math.cos(2 * math.pi * k / 256)) for k in range(256)]


def turned(z: tuple[int, int], angle: int) -> tuple[int, int]:
    c, s = C[angle & 255], C[(angle - 64) & 255]
    return (z[0] * c + z[1] * s + 8192) >> 14, (z[1] * c - z[0] * s + 8192) >> 14


def plain_transform(d: list[int]) -> list[tuple[int, int]]:
    e = d[128:] + d[:128]
    z = [(e[2 * n], e[2 * n + 1]) for n in (int(f"{i:07b}"[::-1], 2) for i in range(128))]
    half = 1
    while half < 128:
        for i in range(0, 128, 2 * half):
            for k in range(half):
                (a_re, a_im), t = z[i + k], turned(z[i + k + half], k * (128 // half))
                z[i + k], z[i + k + half] = (a_re + t[0], a_im + t[1]), (a_re - t[0], a_im - t[1])
                assert max(map(abs, (*z[i + k], *z[i + k + half]))) < 2**29  # the device holds them times 4
        half *= 2
    x = [(0, 0)]
    for m in range(1, 64):
        (a_re, a_im), (b_re, b_im) = z[m], z[128 - m]
        t = turned((a_re - b_re, a_im + b_im), m + 64)
        x.append(((a_re + b_re + t[0]) >> 1, (a_im - b_im + t[1]) >> 1))
    return x


def plain_power(x: list[tuple[int, int]], k: int) -> int:
    """Squared magnitude at bin k."""

    def part(k: int, i: int) -> int:
        m = k // 4
        if k % 4 == 0:
            h = x[m - 1][i] + 2 * x[m][i] + x[m + 1][i]
        elif k % 4 == 2:
            h = 27 * (x[m - 1][i] + 4 * (x[m][i] + x[m + 1][i]) + x[m + 2][i])
        else:
            h = 33 * (part(k - 1, i) + part(k + 1, i))
        assert abs(h) < 2**31
        return h >> 6 if k % 4 else h

    return part(k, 0) ** 2 + part(k, 1) ** 2


def plain_features(window: np.ndarray) -> list[list[int]]:
    signals = [[int(v) for v in row] for row in window]
    signals = [[v - (sum(row) >> 8) for v in row] for row in signals]
    r_acc = max(math.isqrt(sum(v * v for row in signals[1:] for v in row)), 2621)
    s = max(map(abs, signals[0])).bit_length() - 16
    signals[0] = [v >> s if s > 0 else v << -s for v in signals[0]]
    power = [[0] * 239, [0] * 239]
    for number, d in enumerate(signals):
        x = plain_transform(d)
        for k in (*range(16, 120), *range(120, 239, 2)):
            power[min(number, 1)][k] += plain_power(x, k)
    bins = range(16, 120)
    single = [[math.isqrt(p[k]) for k in bins] for p in power]
    double = [[math.isqrt(p[2 * k]) for k in bins] for p in power]
    top = [max(64, *single[0]), max(20480, *single[1], *double[1])]

    def value(m: int, top: int) -> int:
        e = max(0, top.bit_length() - 16)
        ratio = 65025 * (m >> e)
        assert m > top or ratio < 2**32
        return math.isqrt(min(65025, ratio // (top >> e)))

    t = r_acc.bit_length() - 1
    moving = max(0, min(255, 2 * (16 * t + ((r_acc << 4) >> t) - 16 - 180)))
    return [
        [value(m[b], top[i]) - 128 for i in (0, 1) for m in (single[i], double[i])] + [moving - 128]
        for b in range(104)
    ]


def pulse_and_motion(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(WINDOW) / 32
    x = np.empty((4, WINDOW))
    x[0] = 2**21 + rng.choice([1, 300, 2**20]) * np.sin(2 * np.pi * rng.uniform(0.5, 3.5) * t)
    x[1:] = rng.choice([3, 500, 2**15]) * np.sin(
        2 * np.pi * rng.uniform(0.5, 3.5) * t + rng.uniform(0, 6, (3, 1))
    )
    x[1:] += rng.normal(0, rng.choice([0, 2000]), (3, WINDOW))
    x[1:] = np.clip(x[1:], -32768, 32767)
    return np.rint(x).astype(np.int64)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_features_equal_plain_integers(seed):
    window = pulse_and_motion(seed)
    assert spectrum.hop_features(window[None])[0].tolist() == plain_features(window)


@pytest.mark.parametrize("kind", ["square", "steps", "still"])
def test_extremes_fit_the_device(kind):
    window = np.zeros((4, WINDOW), np.int64)
    if kind == "square":
        window[0, ::2] = (2**18 - 1) << 4
        window[1:] = np.where(np.sin(np.arange(WINDOW) / WINDOW * 2 * np.pi * 20) > 0, 32767, -32768)
    elif kind == "steps":
        window[0, 128:] = (2**18 - 1) << 4
        window[1:, :128], window[1:, 128:] = -32768, 32767
    assert spectrum.hop_features(window[None])[0].tolist() == plain_features(window)


def window_of_bin(k: int) -> np.ndarray:
    """What the weighted means of bins amount to: a window of 256 samples."""
    phase = np.pi * (np.arange(WINDOW) - WINDOW // 2) / WINDOW
    whole, half = 4 * np.cos(phase) ** 2, 27 / 64 * (8 * np.cos(phase) + 2 * np.cos(3 * phase))
    turn = np.exp(0.5j * phase)
    quarter = 33 / 64 * np.array([whole * turn + half * np.conj(turn), half * turn + whole * np.conj(turn)])
    return (whole, quarter[0], half, quarter[1])[k % 4]


def exact(windows: np.ndarray, k: int, window: np.ndarray) -> np.ndarray:
    d = windows - windows.mean(axis=2, keepdims=True)
    power = np.abs((d * window) @ np.exp(-2j * np.pi * k * np.arange(WINDOW) / 1024)) ** 2
    return np.sqrt(np.stack([power[:, 0], power[:, 1:].sum(axis=1)]))


@pytest.mark.parametrize("row", [0, 1])
def test_magnitudes_are_those_of_windowed_transforms(row):
    windows = np.stack([pulse_and_motion(n) for n in range(8)])
    windows[:, 0] = 40_000 * np.sin(2 * np.pi * 1.7 * np.arange(WINDOW) / 32)
    got = spectrum.magnitudes(windows)[:, row::2]
    bins = (row + 1) * np.arange(16, 120)
    expected = np.stack([exact(windows, k, window_of_bin(k)) for k in bins]).transpose(2, 1, 0)
    assert np.abs(got - expected).max() < 1e-3 * expected.max(axis=2, keepdims=True).max() + 40


def test_all_bins_have_a_window_like_hann():
    hann = window_of_bin(0)
    for k, bound in ((1, 0.06), (2, 0.05), (3, 0.06)):
        other = window_of_bin(k)
        assert abs(abs(other.mean()) / hann.mean() - 1) < 0.03  # the same height of a peak
        turned = np.exp(2j * np.pi * np.arange(-80, 81)[:, None] * np.arange(WINDOW) / 1024)
        assert np.abs(np.abs(turned @ other) - np.abs(turned @ hann)).max() < bound * WINDOW * hann.mean()


def test_the_pulse_stands_at_its_bin_and_scale_does_not_matter():
    t = np.arange(WINDOW) / 32
    windows = np.zeros((3, 4, WINDOW), np.int64)
    for n, amplitude in enumerate((500, 5000, 500_000)):
        windows[n, 0] = np.rint(2**21 + amplitude * np.sin(2 * np.pi * 1.5 * t))  # 90 BPM: bin 48, place 32
    ppg = spectrum.hop_features(windows)[:, :, 0].astype(int)
    assert ppg.argmax(axis=1).tolist() == [32] * 3 and ppg.max() == 127
    assert np.abs(ppg - ppg[1]).max() <= 8


@given(st.integers(1, 2**40))
def test_log2(r):
    assert abs(int(spectrum.log2_q4(np.array([r]))[0]) - 16 * math.log2(r)) < 2.5


def test_motion_starts_at_rest():
    still = np.zeros((1, 4, WINDOW), np.int64)
    assert spectrum.log2_q4(motion(still)).tolist() == [REST_LOG2]
    assert (spectrum.hop_features(still)[0, :, 4] == -128).all()


def test_the_oldest_window_stands_for_those_before_it():
    ends = np.array([3, 4, 5, 9, 10, 11])
    rows = [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 2], [3, 3, 3, 3], [3, 3, 3, 4], [3, 3, 4, 5]]
    assert spectrum.last_windows(ends).tolist() == rows
    windows = np.stack([pulse_and_motion(n) for n in range(6)])
    inputs, features = spectrum.spectrum_inputs(windows, ends), spectrum.hop_features(windows)
    assert inputs.shape == (6, 104, 20)
    for n, row in enumerate(rows):
        assert (inputs[n].reshape(104, 4, 5) == features[row].transpose(1, 0, 2)).all()
