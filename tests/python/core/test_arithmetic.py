# SPDX-License-Identifier: Apache-2.0
"""The core's parts against training's, called directly: extreme values that no sensor stream would bring."""

import ctypes
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standin import TABLES

from wristpulse.core import align
from wristpulse.core.numbers import BINS
from wristpulse.core.spectrum import spectrum_inputs
from wristpulse.core.track import Tracker
from wristpulse.core.window import device_order, motion, window_inputs, windows

seeds = st.integers(0, 2**32 - 1)


class Hop(ctypes.Structure):
    _fields_ = [
        ("end_us", ctypes.c_int64),
        ("ppg", ctypes.c_int32 * 64),
        ("acc", ctypes.c_int16 * 3 * 64),
        ("saturated", ctypes.c_uint16),
        ("dark", ctypes.c_uint16),
        ("samples", ctypes.c_uint16),
        ("discontinuous", ctypes.c_bool),
    ]


class Window(ctypes.Structure):
    _fields_ = [
        ("ppg", ctypes.c_int32 * 64 * 4),
        ("acc", ctypes.c_int16 * 3 * 64 * 4),
        ("sum", ctypes.c_int32 * 4 * 4),
        ("squares", ctypes.c_uint64 * 4 * 4),
        ("next", ctypes.c_uint8),
        ("count", ctypes.c_uint8),
    ]


class Moments(ctypes.Structure):
    _fields_ = [
        ("mean", ctypes.c_int32 * 4),
        ("ppg_root", ctypes.c_uint32),
        ("acc_root", ctypes.c_uint32),
    ]


class Estimate(ctypes.Structure):
    _fields_ = [("bpm_q8", ctypes.c_int32), ("confidence_q15", ctypes.c_uint16)]


class Track(ctypes.Structure):
    _fields_ = [("posterior", ctypes.c_uint32 * BINS), ("looks", ctypes.c_uint8)]


class Spectrum(ctypes.Structure):
    _fields_ = [
        ("light", ctypes.c_int8 * 164 * 4),
        ("swing", ctypes.c_int8 * 164 * 4),
        ("motion", ctypes.c_int8 * 4),
        ("newest", ctypes.c_uint8),
        ("hops", ctypes.c_uint8),
    ]


class Scratch(ctypes.Structure):
    _fields_ = [
        ("power", ctypes.c_uint64 * 104 * 2),
        ("z", ctypes.c_int32 * 2 * 256),
        ("d", ctypes.c_int32 * 256),
    ]


@pytest.fixture(scope="module")
def core(library: ctypes.CDLL) -> ctypes.CDLL:
    library.pulse_window_moments.restype = Moments
    library.pulse_track_update.restype = Estimate
    library.pulse_isqrt.restype = ctypes.c_uint32
    library.pulse_isqrt.argtypes = [ctypes.c_uint64]
    return library


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 63))
def test_isqrt(core, n, shift) -> None:
    n >>= shift
    assert core.pulse_isqrt(n) == math.isqrt(n)


@pytest.mark.parametrize("root", [0, 1, 255, 256, 65535, 65536, 2**31, 2**32 - 1])
def test_isqrt_beside_squares(core, root) -> None:
    for n in (root * root - 1, root * root, root * root + 1, root * (root + 2)):
        if 0 <= n < 2**64:
            assert core.pulse_isqrt(n) == math.isqrt(n), n
    assert core.pulse_isqrt(2**64 - 1) == 2**32 - 1


def signals(seed: int, hops: int) -> tuple[np.ndarray, np.ndarray]:
    """Aligned PPG int32 (hops, 64) and ACC int16 (hops, 64, 3): noise at any level, rails, spikes, steps."""
    rng = np.random.default_rng(seed)

    def one(low: int, high: int, shape: tuple[int, ...]) -> np.ndarray:
        kind, middle = rng.integers(6), rng.integers(low, high + 1)
        if kind == 0:
            x = np.full(shape, middle)
        elif kind == 1:
            x = rng.choice([low, high], shape)
        elif kind == 2:
            x = np.where(rng.random(shape) < 0.01, high, low)
        elif kind == 3:
            x = np.where(np.arange(shape[0])[:, None] < rng.integers(hops), low, high) + np.zeros(shape)
        else:
            x = middle + rng.normal(0, 10 ** rng.uniform(-1, math.log10(high - low)), shape)
        return np.clip(np.rint(x), low, high)

    acc = np.stack([one(-32768, 32767, (hops, 64)) for _ in range(3)], axis=-1)
    return one(0, (2**18 - 1) << 4, (hops, 64)).astype(np.int32), acc.astype(np.int16)


def push(core: ctypes.CDLL, window: Window, ppg: np.ndarray, acc: np.ndarray) -> None:
    hop = Hop()
    ctypes.memmove(hop.ppg, ppg.tobytes(), ppg.nbytes)
    ctypes.memmove(hop.acc, acc.tobytes(), acc.nbytes)
    core.pulse_window_push(ctypes.byref(window), ctypes.byref(hop))


def windows_of(ppg: np.ndarray, acc: np.ndarray) -> np.ndarray:
    """int64 (hops - 3, 4, 256) in training's order."""
    none = np.zeros(len(ppg), np.int64)
    hops = align.Hops(
        end_us=none,
        ppg=ppg,
        acc=acc,
        discontinuous=none.astype(bool),
        samples=none + 1,
        saturated=none,
        dark=none,
    )
    return windows(hops, np.arange(3, len(ppg)))


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_window_equals_training(core, seed) -> None:
    ppg, acc = signals(seed, 6)
    expected = device_order(window_inputs(windows_of(ppg, acc)))
    moving = motion(windows_of(ppg, acc))
    window, scratch, out = Window(), (ctypes.c_int32 * 256)(), np.empty(1024, np.int8)
    for n in range(6):
        push(core, window, ppg[n], acc[n])
        assert window.count == min(n + 1, 4)
        if n >= 3:
            moments = core.pulse_window_moments(ctypes.byref(window))
            core.pulse_window_quantise(
                *(ctypes.byref(window), ctypes.byref(moments), scratch),
                out.ctypes.data_as(ctypes.c_void_p),
            )
            assert moments.acc_root == moving[n - 3]
            assert out.tolist() == expected[n - 3].ravel().tolist()


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_spectrum_equals_training(core, seed) -> None:
    ppg, acc = signals(seed, 9)
    expected = spectrum_inputs(windows_of(ppg, acc), np.arange(3, 9))
    window, spectrum, scratch = Window(), Spectrum(), Scratch()
    out = np.empty(2080, np.int8)
    for n in range(9):
        push(core, window, ppg[n], acc[n])
        if n >= 3:
            moments = core.pulse_window_moments(ctypes.byref(window))
            of = ctypes.byref(window), ctypes.byref(moments)
            core.pulse_spectrum_motion(ctypes.byref(spectrum), *of, ctypes.byref(scratch))
            first = ctypes.c_bool(n == 3)
            core.pulse_spectrum_light(ctypes.byref(spectrum), 0, *of, first, ctypes.byref(scratch))
            core.pulse_spectrum_input(ctypes.byref(spectrum), 0, out.ctypes.data_as(ctypes.c_void_p))
            assert out.tolist() == expected[n - 3].ravel().tolist()


@settings(max_examples=100, deadline=None)
@given(seed=seeds)
def test_track_equals_training(core, seed) -> None:
    rng = np.random.default_rng(seed)
    state, reference = Track(), Tracker(TABLES)
    core.pulse_track_reset(ctypes.byref(state))
    for _ in range(30):
        if rng.random() < 0.1:
            core.pulse_track_reset(ctypes.byref(state))
            reference.reset()
        kind = rng.integers(5)
        if kind == 0:
            logits = rng.integers(-128, 128, BINS)
        elif kind == 1:
            logits = np.full(BINS, rng.integers(-128, 128))
        else:  # one sharp peak, at the ends as well
            logits = np.full(BINS, -128)
            logits[rng.choice([0, 1, 50, 102, 103])] = 127
        logits = logits.astype(np.int8)
        core.pulse_track_predict(ctypes.byref(state))
        if rng.random() < 0.2:
            reference.predict()
        else:
            estimate = core.pulse_track_update(ctypes.byref(state), logits.ctypes.data_as(ctypes.c_void_p))
            bpm, confidence = reference.step(logits)
            assert (estimate.bpm_q8, estimate.confidence_q15) == (bpm, confidence)
        assert list(state.posterior) == reference.posterior.tolist()
