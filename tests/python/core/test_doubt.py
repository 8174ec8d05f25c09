# SPDX-License-Identifier: Apache-2.0
"""Doubt: C and Python agree hop by hop; lamps, slow hearts and cadence are right or silent, people not."""

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wristpulse as wp
from wristpulse.core.doubt import Doubt
from wristpulse.core.numbers import DOUBT_STEADY_HOPS
from wristpulse.core.result import State
from wristpulse.core.sensor import to_counts
from wristpulse.experiments.complaints import at_rest, judged, lamp, walking


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


@pytest.mark.parametrize("hz", [0.5, 1.0, 1.2, 2.2])
@pytest.mark.parametrize("kind", ["sine", "blinking", "mains"])
def test_a_lamp_shows_no_heart_rate(kind, hz) -> None:
    assert (
        judged(wp.load_student(), lamp(kind, hz))[1] <= 8
    )  # of 56; the rate must stand still for a while first


@pytest.mark.parametrize("bpm", [32, 36, 40, 43])
@pytest.mark.parametrize("kind", ["decay", "narrow"])
def test_a_slow_heart_is_never_read_double(kind, bpm) -> None:
    assert judged(wp.load_student(), at_rest(bpm, 1.5, 0.1, kind, 120))[1] == 0


@pytest.mark.parametrize("bpm", [78.0, 80.0, 82.0])
@pytest.mark.parametrize("coupling", [0.25, 0.5])
def test_a_heart_at_half_the_cadence_is_not_shown_as_the_cadence(bpm, coupling) -> None:
    states, wrong = judged(wp.load_student(), walking(bpm, coupling))
    assert wrong <= 0.3 * len(states)


@pytest.mark.parametrize("swing", [10, 15])
def test_deep_breathing_has_a_pulse(swing) -> None:
    states, _ = judged(wp.load_student(), at_rest(65, swing, 0.1))
    there = states.count(State.VALID) + states.count(State.RATE_UNCERTAIN)
    assert there > 0.75 * len(states)


def test_a_lamp_has_no_pulse() -> None:
    states, _ = judged(wp.load_student(), lamp("mains", 1.2))
    assert states.count(State.RATE_UNCERTAIN) < 0.1 * len(states)


def test_people_keep_their_values() -> None:
    """Simulated people at rest and moving: doubt takes hardly anything."""
    taken = shown = 0
    estimator = wp.load_student().estimator()
    for seed in range(6):
        run = estimator.full_run(to_counts(wp.simulate(seed, 240)))
        shown += sum(r.state.value == "valid" for r in run.results)
        taken += int(run.doubted.sum())
    assert shown > 300 and taken < 0.05 * shown
