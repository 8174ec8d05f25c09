# SPDX-License-Identifier: Apache-2.0
"""What cannot be right is refused with one sentence that names the array."""

import numpy as np
import pytest
import wrists

import wristpulse as wp

PPG, ACC = wrists.ppg(), wrists.acc()
RATES = {"fs_ppg": 64, "fs_acc": 32}
T_PPG, T_ACC = np.arange(len(PPG)) / 64, np.arange(len(ACC)) / 32


def holed(x: np.ndarray, *rows: int, value: float = np.nan) -> np.ndarray:
    x = x.astype(float)
    x[list(rows)] = value
    return x


def turned_back(t: np.ndarray, at: int) -> np.ndarray:
    t = t.copy()
    t[at] = t[at - 1] - 1 / 128
    return t


WRONG = {
    "NaN in ppg": (
        (holed(PPG, 12, 13, 99), ACC), RATES,
        "ppg: expected finite numbers, found 3 NaN, first at sample 12"),
    "infinite acc": (
        (PPG, holed(ACC, 7, value=np.inf)), RATES,
        "acc: expected finite numbers, found 1 NaN or infinite, first at sample 7"),
    "text": ((["a"] * 99, ACC), RATES, "ppg: expected numbers of shape (n,) or (n, LEDs), found type <U1"),
    "ragged": (([[1], [1, 2]], ACC), RATES, "ppg: expected numbers of shape (n,) or (n, LEDs), found rows"),
    "ppg transposed": (
        (np.stack([PPG, PPG]), ACC), RATES,
        f"ppg: expected shape (n,) or (n, LEDs), found (2, {len(PPG)}); transpose it"),
    "acc transposed": (
        (PPG, ACC.T), RATES, f"acc: expected shape (m, 3): X, Y, Z, found (3, {len(ACC)}); transpose it"),
    "no acc": ((PPG,), RATES, "acc: expected an array of shape (m, 3), found none"),
    "no rate": (
        (PPG, ACC), {"fs_acc": 32},
        "fs_ppg, t_ppg: expected a rate in Hz or the samples' times in seconds, found neither"),
    "rate and times": ((PPG, ACC), RATES | {"t_acc": T_ACC}, "fs_acc, t_acc: expected"),
    "too slow": ((PPG, ACC), {"fs_ppg": 64, "fs_acc": 5}, "fs_acc: expected 10 Hz or more"),
    "rate of nothing": ((PPG, ACC), {"fs_ppg": 0, "fs_acc": 32}, "fs_ppg: expected one positive number, Hz"),
    "wrong rate": (
        (PPG, ACC), {"fs_ppg": 64, "fs_acc": 50},
        f"acc: expected about 1500 samples (50 Hz over the 30.0 s of ppg), found {len(ACC)}"),
    "too short": ((PPG[:300], ACC[:150]), RATES, "ppg: expected 8 s or more, found 4.69 s (300 samples)"),
    "nothing": ((PPG[:0], ACC[:0]), RATES, "ppg: expected 8 s or more, found 0.00 s (0 samples)"),
    "constant": ((np.full(len(PPG), 7.0), ACC), RATES, "ppg: expected a signal that varies, found 7 in all"),
    "no gravity": ((PPG, ACC - ACC.mean(axis=0)), RATES, "acc: expected gravity of about"),
    "not the unit": ((PPG, ACC), RATES | {"acc_unit": "m/s2"}, "acc: expected acceleration with gravity"),
    "no such unit": ((PPG, ACC), RATES | {"acc_unit": "furlong"}, "acc_unit: expected one of g, m/s2,"),
    "no such LED": ((PPG, ACC), RATES | {"led": 1}, "led: expected a channel of ppg, 0 to 0, found 1"),
    "no such scale": ((PPG, ACC), RATES | {"scale": "big"}, 'scale: expected "counts" or a pair (lsb, zero)'),
    "negative scale": ((PPG, ACC), RATES | {"scale": (-1, 0)}, "scale: expected lsb above 0 and a whole"),
    "scale off": (
        (PPG / 1e6, ACC), RATES | {"scale": "counts"},
        "scale: expected a scale by which ppg / lsb + zero uses the range 0 to 262143, found 0.0"),
    "times of others": (
        (PPG, ACC), {"t_ppg": T_PPG[:-1], "t_acc": T_ACC},
        f"t_ppg: expected {len(PPG)} times, one for each sample of ppg, found shape ({len(PPG) - 1},)"),
    "times that run back": (
        (PPG, ACC), {"t_ppg": turned_back(T_PPG, 64), "t_acc": T_ACC},
        "t_ppg: expected times in seconds that increase, found 0.976562 after 0.984375 at sample 64"),
    "NaN in times": (
        (PPG, ACC), {"t_ppg": holed(T_PPG, 5), "t_acc": T_ACC},
        "t_ppg: expected finite numbers, found 1 NaN, first at sample 5"),
    "milliseconds": (
        (PPG, ACC), {"t_ppg": T_PPG * 1000, "t_acc": T_ACC * 1000},
        "t_ppg: expected times in seconds of 10 samples a second or more, found a median step of 15.625 s"),
    "other hours": (
        (PPG, ACC), {"t_ppg": T_PPG, "t_acc": T_ACC + 3600},
        "acc: expected 8 s or more together with ppg, which is from 0.000 to 29.984 s, found 3600.000 to"),
    "recording and acc": ((wp.simulate(1, 20), ACC), {}, "acc: expected nothing: a Recording brings it"),
    "several recordings": (([wp.simulate(1, 20)] * 2,), {}, "ppg: expected an array or one Recording"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_one_sentence_names_the_array(case) -> None:
    arguments, options, message = WRONG[case]
    with pytest.raises(wp.SignalError) as error:
        wp.estimate(*arguments, **options)
    assert str(error.value).startswith(message)
    assert isinstance(error.value, ValueError) and "\n" not in str(error.value)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'wristpulse' has no attribute 'estimat'"):
        _ = wp.estimat
