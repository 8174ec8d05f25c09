# SPDX-License-Identifier: Apache-2.0
import pickle

import numpy as np
import pytest
from tests.python.recordings.written.published_files import pulse, signals

from wristpulse.experiments.scale_check import compare
from wristpulse.recordings import iter_dataset
from wristpulse.recordings.scale import SignalError, acc_scale, check_signal, ppg_scale
from wristpulse.student.card import SHIPPED, load_student

FS, SECONDS = 50.0, 40
WAVE = pulse(SECONDS, FS)

PPG = {  # name: (signal, zero is kept)
    "10 bits": (np.round(500 + 10 * WAVE), True),
    "12 bits": (np.round(2000 + 20 * WAVE), True),
    "16 bits": (np.round(40_000 + 300 * WAVE), True),
    "18 bits": (np.round(100_000 + 800 * WAVE), True),
    "24 bits": (np.round(9_000_000 + 40_000 * WAVE), True),
    "volts": (1.2 + 0.004 * WAVE, True),
    "millivolts": (1400 + 30 * WAVE, True),
    "normalised": (0.5 + 0.02 * WAVE, True),
    "E4": (60 * WAVE, False),
    "E4 with a knock": (np.where(np.arange(len(WAVE)) == 700, 4000.0, 60 * WAVE), False),
    "negative": (-250_000 + 900 * WAVE, False),
    "z-score": (WAVE / WAVE.std(), False),
}


@pytest.mark.parametrize("case", PPG)
def test_ppg_comes_well_inside_the_range(case):
    ppg, keeps_zero = PPG[case]
    scale = ppg_scale(ppg, FS)
    counts = np.rint(ppg / scale.lsb) + scale.zero
    assert np.mean((counts < 4096) | (counts > 2**18 - 2)) < 0.001
    assert np.std(counts[:600]) > 64  # the front end's floor is 4 (docs/signal_path.md, section 4)
    assert (scale.zero == 0) == keeps_zero
    assert np.log2(scale.lsb) == round(np.log2(scale.lsb)) and scale.why.startswith("ppg: ")


def test_device_counts_are_taken_as_they_are():
    for case in ("16 bits", "18 bits"):
        scale = ppg_scale(PPG[case][0], FS)
        assert (scale.lsb, scale.zero) == (1.0, 0) and "as they are" in scale.why


def test_a_dark_sensor_stays_dark():
    """A 12-bit watch off the wrist for a quarter of the time: those hops are no contact, not a signal."""
    ppg = PPG["12 bits"][0].copy()
    ppg[:500] = 3
    scale = ppg_scale(ppg, FS)
    counts = ppg / scale.lsb + scale.zero
    assert (counts[:500] < 4096).all() and (counts[500:] > 4096).all()


def test_leds_share_a_scale():
    leds = np.stack([PPG["12 bits"][0], PPG["12 bits"][0] / 2, PPG["12 bits"][0] * 1.5], axis=1)
    scale = ppg_scale(leds, FS)
    counts = leds / scale.lsb + scale.zero
    assert counts.min() > 4096 and counts.max() < 2**18


UNITS = {
    "g": 1,
    "m/s2": 9.80665,
    "mg": 1000,
    "1/64 g": 64,
    "1/256 g": 256,
    "1/4096 g": 4096,
    "1/16384 g": 16384,
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("swing", [0.0, 1.0, 3.0])
def test_gravity_tells_the_unit(unit, swing):
    """Also of a runner, whose arm adds up to 3 g of swing to gravity."""
    t = np.arange(2000) / FS
    acc = np.stack([swing * np.sin(8.5 * t), swing * np.cos(17 * t), 0.97 + 0 * t], axis=1)
    acc += 0.01 * np.random.default_rng(1).normal(size=acc.shape)
    scale = acc_scale(acc * UNITS[unit], FS)
    assert scale.unit == unit and scale.per_g == UNITS[unit] and unit in scale.why


BAD = {
    "nan": (
        "ppg",
        np.where(np.arange(2000) == 17, np.nan, WAVE),
        FS,
        "1 that are not, the first at sample 17",
    ),
    "constant": ("ppg", np.full(2000, 7.0), FS, "7 in all 2000 samples"),
    "text": ("ppg", np.full(2000, "x"), FS, "type <U1"),
    "turned": ("acc", signals(40, FS).T, FS, r"\(3, 2000\) \(transpose it\)"),
    "turned LEDs": ("ppg", np.ones((3, 2000)), FS, "transpose it"),
    "two axes": ("acc", np.ones((2000, 2)), FS, r"\(2000, 2\)"),
    "cube": ("ppg", np.ones((20, 10, 10)), FS, r"\(20, 10, 10\)"),
    "slow": ("acc", signals(40, 8), 8.0, "8 Hz"),
    "no rate": ("ppg", WAVE, 0.0, "0.0"),
    "text for a rate": ("ppg", WAVE, "fast", "'fast'"),
    "short": ("ppg", WAVE[:300], FS, "6.00 s"),
}


@pytest.mark.parametrize("case", BAD)
def test_errors_name_the_array_and_what_is_wrong(case):
    array, values, fs, found = BAD[case]
    with pytest.raises(SignalError, match=found) as error:
        check_signal(array, values, fs, columns=3 if array == "acc" else None)
    assert array in error.value.array and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("acc", "hint"), [(signals(40, FS) - [0, 0, 0.95], "mean"), (signals(40, FS) * 33, "33")]
)
def test_acceleration_without_a_known_gravity(acc, hint):
    with pytest.raises(SignalError, match="acc: expected gravity of about 1 .* found .*") as error:
        acc_scale(acc, FS)
    assert hint in error.value.found or error.value.found.startswith("3")


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(SignalError("ppg", "numbers", "text")))
    assert str(error) == "ppg: expected numbers, found text"


@pytest.mark.dataset
@pytest.mark.parametrize("name", ["troika", "bami1", "bami2", "physionet-wrist", "bangle2", "dalia-s6"])
def test_the_shipped_student_sees_the_same(shared_data, name):
    """By the scale found and by the set's own, and upside down: its spectra know no polarity."""
    estimator = load_student(SHIPPED).estimator()
    row = compare(estimator, next(iter(iter_dataset(name, shared_data))))
    assert row.unit_found and row.valid > 0.3
    assert row.found_same > 0.98 and row.turned_same > 0.98
    assert row.found_off < 0.1 and row.turned_off < 0.1
