# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from published_files import SECONDS, pulse, signals

from wristpulse.core.sensor import to_counts
from wristpulse.recordings.exports.from_arrays import from_arrays
from wristpulse.recordings.scale import PpgScale, SignalError

PPG, ACC = 1.2 + 0.004 * pulse(SECONDS, 64), signals(SECONDS, 32)
T_PPG, T_ACC = np.arange(len(PPG)) / 64, np.arange(len(ACC)) / 32


def test_rates():
    (recording,) = from_arrays(PPG, ACC * 9.80665, fs_ppg=64, fs_acc=32)
    assert (recording.fs_ppg, recording.fs_acc) == (64.0, 32.0)
    assert np.allclose(recording.ppg[:, 0], PPG) and np.allclose(recording.acc, ACC, atol=1e-6)
    counts = to_counts(recording).ppg
    assert counts.min() > 4096 and np.std(counts) > 100


def test_times_in_seconds_or_dates():
    dates = np.datetime64("2026-01-31T12:00:00", "ns") + np.round(T_PPG * 1e9).astype("timedelta64[ns]")
    acc_dates = dates[::2]
    for t_ppg, t_acc in ((T_PPG + 1.7e9, T_ACC + 1.7e9), (dates, acc_dates)):
        (recording,) = from_arrays(PPG, ACC, t_ppg=t_ppg, t_acc=t_acc)
        assert recording.fs_ppg == pytest.approx(64) and len(recording.acc) == len(ACC)


def test_a_pause_and_what_is_given():
    t_ppg, t_acc = (t + np.where(t < 20, 0, 5.0) for t in (T_PPG, T_ACC))
    scale = PpgScale(lsb=1e-5, zero=7, why="")
    found = from_arrays(PPG, ACC * 2, t_ppg=t_ppg, t_acc=t_acc, scale=scale, per_g=2.0, name="anna")
    assert [r.name for r in found] == ["anna-1", "anna-2"]
    assert found[0].ppg_zero == 7 and np.allclose(found[0].acc, ACC[: len(found[0].acc)], atol=1e-6)


BAD = {
    "no rate": ({"fs_ppg": None}, "ppg", "either"),
    "rate and times": ({"t_acc": T_ACC}, "acc", "either"),
    "rates swapped": ({"fs_ppg": 32, "fs_acc": 64}, "acc", "one of the rates is wrong"),
    "nan": ({"ppg": np.where(T_PPG == 1, np.nan, PPG)}, "ppg", "the first at sample 64"),
    "constant": ({"ppg": PPG * 0}, "ppg", "varies"),
    "turned": ({"acc": ACC.T}, "acc", "transpose it"),
    "no gravity": ({"acc": ACC - ACC.mean(axis=0)}, "acc", "was the mean removed"),
    "slow": ({"fs_acc": 8}, "fs_acc", "10 Hz or more"),
    "too few times": ({"fs_ppg": None, "t_ppg": T_PPG[:-1]}, "t_ppg", "2560 times"),
    "times back": ({"fs_ppg": None, "t_ppg": T_PPG[::-1]}, "t_ppg", "increase"),
    "one step back": (
        {"fs_ppg": None, "t_ppg": np.where(T_PPG == 3, 0, T_PPG)},
        "times of ppg",
        "increasing",
    ),
    "apart": ({"fs_ppg": None, "fs_acc": None, "t_ppg": T_PPG, "t_acc": T_ACC + 99}, "times", "both sensors"),
}


@pytest.mark.parametrize("case", BAD)
def test_errors_name_the_array(case):
    change, array, word = BAD[case]
    given = {"ppg": PPG, "acc": ACC, "fs_ppg": 64, "fs_acc": 32} | change
    with pytest.raises(SignalError, match=word) as error:
        from_arrays(given.pop("ppg"), given.pop("acc"), **given)
    assert error.value.array == array and "\n" not in str(error.value)
