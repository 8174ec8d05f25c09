# SPDX-License-Identifier: Apache-2.0
"""Light without a pulse: what the streams hold, and that the shipped student knows it."""

from dataclasses import replace

import numpy as np
import pytest

from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import DARK_COUNTS, PPG_MAX
from wristpulse.core.result import Result, State
from wristpulse.core.sensor import to_counts
from wristpulse.experiments.no_pulse import KINDS, STRETCH_US, called_valid, false_valid, light, without_pulse
from wristpulse.recordings import iter_dataset, simulate
from wristpulse.student.card import SHIPPED, load_student

RECORDING = simulate(7, 130.0)


@pytest.mark.parametrize("kind", KINDS)
def test_light_is_counts_of_a_sensor_that_is_not_dark(kind):
    stream = to_counts(RECORDING)
    counts = light(stream, kind)
    assert counts.shape == stream.ppg.shape and counts.dtype == np.uint32
    assert counts.min() >= DARK_COUNTS and counts.max() < PPG_MAX
    assert len(np.unique(counts)) == {"constant": 1, "one-bit": 2}.get(kind, len(np.unique(counts)))
    np.testing.assert_array_equal(counts, light(stream, kind))


def test_swinging_light_follows_the_arm():
    stream = to_counts(RECORDING)
    counts = light(stream, "swinging").astype(float)
    acc = np.stack([np.interp(stream.t_ppg_us, stream.t_acc_us, axis) for axis in stream.acc.T.astype(float)])
    late = [np.roll(acc, n, axis=1) for n in range(17)]  # 0.25 s at 64 Hz
    explained = max(np.corrcoef(counts, _fit(x, counts))[0, 1] ** 2 for x in late)
    assert explained > 0.8


def _fit(x, y):
    """The weighted sum of the rows of x that comes closest to y."""
    rows = np.vstack([x, np.ones(x.shape[1])]).T
    return rows @ np.linalg.lstsq(rows, y, rcond=None)[0]


def test_every_other_minute_is_lost():
    stream = to_counts(RECORDING)
    changed = without_pulse(stream, "white", whole=False)
    lost = stream.t_ppg_us // STRETCH_US % 2 == 1
    np.testing.assert_array_equal(changed.ppg[~lost], stream.ppg[~lost])
    assert (changed.ppg[lost] != stream.ppg[lost]).mean() > 0.9


def test_windows_without_any_pulse_are_counted():
    class Boaster(Estimator):
        def run(self, stream):
            ends = range(8_000_000, 130_000_000, 2_000_000)
            return [
                Result(hop=n, time_us=end, bpm_q8=1, confidence_q15=32768, state=State.VALID, gaps=0)
                for n, end in enumerate(ends)
            ]

    tables = load_student(SHIPPED).tables
    boaster = Boaster(lambda inputs: np.zeros((len(inputs), 104), np.int8), tables)
    found = called_valid(boaster, [RECORDING])
    assert len(found["white, whole"]) == 61
    assert len(found["white, stretches"]) == 27  # windows that begin from 60 s on and end by 120 s
    shares = false_valid(found)
    assert (shares["white, whole"], shares["noise"], shares["swinging"]) == (1, 1, 1)
    assert false_valid({name: ~valid for name, valid in found.items()})["noise"] == 0


@pytest.mark.dataset
def test_the_shipped_student_is_not_fooled(shared_data):
    spc = [r for r in iter_dataset("troika", shared_data) if r.subject in ("S01", "S05", "T03")]
    bami = next(iter(iter_dataset("bami1", shared_data)))
    bami = replace(
        bami, ppg=bami.ppg[: int(bami.fs_ppg * 300)], acc=bami.acc[: int(bami.fs_acc * 300)], hr=None
    )
    shares = false_valid(called_valid(load_student(SHIPPED).estimator(), [*spc, bami]))
    assert shares["noise"] < 0.01 and shares["swinging"] < 0.03, shares
