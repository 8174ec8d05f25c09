# SPDX-License-Identifier: Apache-2.0
"""Doubt: C and Python agree hop by hop; lamps, slow hearts and cadence are right or silent, people not."""

import ctypes
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wristpulse as wp
from wristpulse.core.doubt import Doubt
from wristpulse.core.numbers import DOUBT_STEADY_HOPS
from wristpulse.core.sensor import to_counts

FS = 100.0


class DoubtInC(ctypes.Structure):
    _fields_ = [
        ("steady_q8", ctypes.c_uint16 * DOUBT_STEADY_HOPS),
        ("next", ctypes.c_uint8),
        ("count", ctypes.c_uint8),
        ("before_q8", ctypes.c_uint16),
        ("clear", ctypes.c_uint8),
        ("alibi", ctypes.c_bool),
        ("now", ctypes.c_bool),
    ]


@pytest.fixture(scope="module")
def core(library: ctypes.CDLL) -> ctypes.CDLL:
    library.pulse_doubt_hop.restype = ctypes.c_bool
    library.pulse_doubt_hop.argtypes = [
        ctypes.POINTER(DoubtInC), ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int8, ctypes.c_int32,
        ctypes.c_bool, ctypes.c_bool,
    ]  # fmt: skip
    return library


def spectrum(rng: np.random.Generator, bpm_q8: int) -> np.ndarray:
    """Features of a window, int8 (104, 5): noise, and lines at multiples of the rate and of its parts."""
    v = rng.integers(0, rng.choice([20, 120, 256]), (104, 5))
    for row in (0, 2):
        for part in rng.choice([1 / 3, 1 / 2, 2 / 3, 1, 3 / 2], 3):
            b = int(bpm_q8 * part / 480) - 16 + rng.integers(-1, 2)
            if 0 <= b < 104:
                v[b, row] = rng.integers(60, 256)
    v[:, 4] = rng.choice([0, 60, 61, 200])
    return (v - 128).astype(np.int8)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_c_equals_python(core, seed) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = Doubt(), DoubtInC()
    core.pulse_doubt_break(ctypes.byref(theirs))
    bpm_q8, rest = int(rng.integers(7680, 57121)), bool(rng.integers(2))
    for _ in range(30):
        step = int(rng.choice([0, rng.integers(-100, 101), rng.integers(-3000, 3001)]))
        bpm_q8 = int(np.clip(bpm_q8 + step, 7680, 57120))
        rest ^= bool(rng.random() < 0.05)
        if rng.random() < 0.03:
            ours.break_off()
            core.pulse_doubt_break(ctypes.byref(theirs))
        features = spectrum(rng, bpm_q8)
        valid = bool(rng.random() < 0.7)
        light, swing = (features[:, row].tobytes() for row in (0, 2))
        found = core.pulse_doubt_hop(
            ctypes.byref(theirs), light, swing, int(features[0, 4]), bpm_q8, rest, valid
        )
        assert found == ours.hop(features, bpm_q8, rest, valid)


def still(seconds: float) -> np.ndarray:
    acc = np.tile([0.0, 0.0, 1.0], (int(seconds * 50), 1))
    return acc + np.random.default_rng(1).normal(0, 0.002, acc.shape)


def estimate(light: np.ndarray, acc: np.ndarray) -> wp.HeartRate:
    noise = np.random.default_rng(2).normal(0, 20, len(light))
    return wp.estimate(100_000 + light + noise, acc, fs_ppg=FS, fs_acc=50, scale="counts", acc_unit="g")


def wrong(hr: wp.HeartRate, bpm: float | None) -> int:
    """How many values are shown that are none, or more than 10 BPM off."""
    return int((hr.valid & (True if bpm is None else np.abs(hr.bpm - bpm) > 10)).sum())


def beats(bpm: np.ndarray, kind: str) -> np.ndarray:
    """Pulse (n,) at a rate (n,) in BPM, 400 counts: quick rise and decay, or narrow with a second wave."""
    phase = np.cumsum(bpm / 60) / FS
    jitter = np.random.default_rng(3).normal(0, 0.02, int(phase[-1]) + 2)
    s = np.mod(phase + np.interp(phase, np.arange(len(jitter)), jitter), 1) * 60 / bpm
    if kind == "decay":
        x = np.minimum(s / 0.12, 1) * np.exp(-np.maximum(s - 0.12, 0) / 0.45)
    else:
        x = np.exp(-(((s - 0.15) / 0.07) ** 2)) + 0.4 * np.exp(-(((s - 0.42) / 0.1) ** 2))
    return 400 * (x - x.mean()) / x.std()


@pytest.mark.parametrize("hz", [0.5, 1.0, 1.2, 2.2])
@pytest.mark.parametrize("kind", ["sine", "blinking", "mains"])
def test_a_lamp_shows_no_heart_rate(kind, hz) -> None:
    t = np.arange(int(120 * FS)) / FS
    light = {
        "sine": np.sin(2 * np.pi * hz * t),
        "blinking": (np.mod(hz * t, 1) < 0.3).astype(float),
        "mains": np.sin(2 * np.pi * 100 * t * FS / (FS - hz)),
    }[kind]
    hr = estimate(400 * light, still(120))
    assert wrong(hr, None) <= 8  # of 56; the rate must stand still for a while first


@pytest.mark.parametrize("bpm", [32, 36, 40, 43])
@pytest.mark.parametrize("kind", ["decay", "narrow"])
def test_a_slow_heart_is_never_read_double(kind, bpm) -> None:
    t = np.arange(int(120 * FS)) / FS
    rate = bpm + 1.5 * np.sin(2 * np.pi * 0.1 * t)
    assert wrong(estimate(beats(rate, kind), still(120)), bpm) == 0


@cache
def walk() -> tuple[np.ndarray, np.ndarray]:
    """Light (400 counts) and acceleration of steps at 160 a minute, jitter 2 %."""
    rng = np.random.default_rng(4)
    t = np.arange(int(180 * FS)) / FS
    steps = np.arange(0, 181, 60 / 160)
    phase = np.pi * 160 / 60 * np.cumsum(1 + 0.02 * np.interp(t, steps, rng.normal(size=len(steps)))) / FS
    parts = rng.uniform(0, 6, (3, 3))
    sway = sum(
        weight * np.sin(k * phase[:, None] + parts[:, row])
        for row, (k, weight) in enumerate(((1, 0.25), (2, 0.4), (4, 0.08)))
    ) + 0.03 * rng.normal(size=(len(t), 3))
    light = sway @ [1.0, -0.5, 0.3] + 0.7 * (sway @ [0.2, 1.0, -0.4]) ** 2
    return 400 * (light - light.mean()) / light.std(), (sway + [0, 0, 1.0])[::2]


@pytest.mark.parametrize("bpm", [78.0, 80.0, 82.0])
@pytest.mark.parametrize("coupling", [0.25, 0.5])
def test_a_heart_at_half_the_cadence_is_not_shown_as_the_cadence(bpm, coupling) -> None:
    light, acc = walk()
    t = np.arange(len(light)) / FS
    pulse = beats(bpm + 0.5 * np.sin(2 * np.pi * 0.05 * t), "narrow")
    hr = estimate(pulse + coupling * light, acc)
    assert wrong(hr, bpm) <= 0.3 * len(hr)


def test_people_keep_their_values() -> None:
    """Simulated people at rest and moving: doubt takes hardly anything."""
    taken = shown = 0
    estimator = wp.load_student().estimator()
    for seed in range(6):
        run = estimator.full_run(to_counts(wp.simulate(seed, 240)))
        shown += sum(r.state.value == "valid" for r in run.results)
        taken += int(run.doubted.sum())
    assert shown > 300 and taken < 0.05 * shown
