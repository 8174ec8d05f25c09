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

C = [round(16384 * math.cos(2 * math.pi * k / 1024)) for k in range(1024)]


def round14(v: int) -> int:
    return (v + 8192) >> 14


def plain_transform(d: list[int], r: int) -> list[tuple[int, int]]:
    def sin(k: int) -> int:
        return C[(k - 256) & 1023]

    turned = [(round14(v * C[r * n & 1023]), round14(-v * sin(r * n & 1023))) for n, v in enumerate(d)]
    z = [turned[int(f"{n:08b}"[::-1], 2)] for n in range(256)]
    half = 1
    while half < 256:
        step = 512 // half
        for i in range(0, 256, 2 * half):
            for k in range(half):
                c, s = C[k * step], sin(k * step)
                (a_re, a_im), (b_re, b_im) = z[i + k], z[i + k + half]
                t_re, t_im = round14(b_re * c + b_im * s), round14(b_im * c - b_re * s)
                z[i + k], z[i + k + half] = (a_re + t_re, a_im + t_im), (a_re - t_re, a_im - t_im)
                assert max(map(abs, (*z[i + k], *z[i + k + half]))) < 2**31
        half *= 2
    return z


def plain_features(window: np.ndarray) -> list[list[int]]:
    signals = [[int(v) for v in row] for row in window]
    signals = [[v - (sum(row) >> 8) for v in row] for row in signals]
    r_acc = max(math.isqrt(sum(v * v for row in signals[1:] for v in row)), 2621)
    s = max(map(abs, signals[0])).bit_length() - 16
    signals[0] = [v >> s if s > 0 else v << -s for v in signals[0]]
    power = [[0] * 1024, [0] * 1024]
    for number, d in enumerate(signals):
        for r in range(4):
            z = plain_transform(d, r)
            for m in range(256):
                h = [2 * z[m][i] - z[m - 1][i] - z[(m + 1) & 255][i] for i in (0, 1)]
                assert max(map(abs, h)) < 2**31
                power[min(number, 1)][4 * m + r] += h[0] ** 2 + h[1] ** 2
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


def test_magnitudes_are_those_of_a_hann_windowed_transform():
    windows = np.stack([pulse_and_motion(n) for n in range(8)])
    windows[:, 0] = 40_000 * np.sin(2 * np.pi * 1.7 * np.arange(WINDOW) / 32)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    d = windows - windows.mean(axis=2, keepdims=True)
    exact = np.abs(np.fft.rfft(4 * hann * d, 1024))
    ppg, acc = exact[:, 0], np.sqrt((exact[:, 1:] ** 2).sum(axis=1))
    bins = np.arange(16, 120)
    expected = np.stack([ppg[:, bins], ppg[:, 2 * bins], acc[:, bins], acc[:, 2 * bins]], axis=1)
    got = spectrum.magnitudes(windows)
    assert np.abs(got - expected).max() < 1e-3 * expected.max(axis=2, keepdims=True).max() + 40


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
