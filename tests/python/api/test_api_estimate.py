# SPDX-License-Identifier: Apache-2.0
"""Arrays in, heart rate out: any unit, rate and clock, and what comes back."""

import numpy as np
import pytest
import wrists

import wristpulse as wp
from wristpulse.core.sensor import to_counts
from wristpulse.student.card import SHIPPED, load_student

RATES = {"fs_ppg": 64, "fs_acc": 32}
SURE = 6  # hops after which a clear pulse is valid


@pytest.fixture(scope="module")
def hr() -> wp.HeartRate:
    return wp.estimate(wrists.ppg(), wrists.acc(), **RATES)


def test_three_lines_give_the_heart_rate(hr) -> None:
    assert len(hr) == 14 and hr.time_s.dtype == hr.bpm.dtype == hr.confidence.dtype == np.float64
    assert hr.state[:3].tolist() == ["acquiring"] * 3 and hr.valid[SURE:].all()
    assert np.isnan(hr.bpm[:3]).all() and np.isnan(hr.confidence[:3]).all()
    assert np.abs(hr.bpm[3:] - wrists.BPM).max() < 2
    assert (hr.confidence[SURE:] > 0.8).all() and (hr.confidence[3:] <= 1).all()
    assert np.diff(hr.time_s).tolist() == [2.0] * 13


def test_values_are_the_firmwares_integers_in_other_units(hr) -> None:
    known = ~np.isnan(hr.bpm)
    assert [r.bpm_q8 for r in hr.results] == (256 * np.where(known, hr.bpm, 0)).tolist()
    assert [r.time_us for r in hr.results] == np.rint(1e6 * hr.time_s).tolist()
    assert [r.state.value for r in hr.results] == hr.state.tolist()


def test_a_recording_and_its_arrays_give_the_same() -> None:
    recording = wp.simulate(3, 60, leds=2)
    expected = load_student(SHIPPED).estimator().run(to_counts(recording, 1))
    assert list(wp.estimate(recording, led=1).results) == expected
    arrays = wp.estimate(recording.ppg, recording.acc, **RATES, led=1, scale="counts", acc_unit="g")
    assert list(arrays.results) == expected
    first = wp.estimate(recording.ppg[:, 0], recording.acc, **RATES)
    assert first.results == wp.estimate(recording.ppg, recording.acc, **RATES).results


@pytest.mark.parametrize(
    ("factor", "offset"), [(1 / 64, 0), (-1 / 64, 0), (1e-5, -1.0), (3.3e-3, 0), (-1e3, 0)],
    ids=["12-bit", "upside down", "about zero", "volts", "large"],
)  # fmt: skip
@pytest.mark.parametrize("per_g", [1.0, 9.80665, 1000.0, 16384.0], ids=["g", "m/s2", "mg", "raw"])
def test_unit_and_polarity_of_a_sensor_are_found(factor, offset, per_g) -> None:
    light = wrists.ppg() * factor + offset
    hr = wp.estimate(np.round(light) if abs(factor) == 1 / 64 else light, per_g * wrists.acc(), **RATES)
    assert hr.valid[SURE:].all(), hr.notes
    assert np.abs(hr.bpm[3:] - wrists.BPM).max() < 2
    assert len(hr.notes) == 2 and hr.notes[0].startswith("ppg: ") and hr.notes[1].startswith("acc: ")


def test_given_scales_are_taken() -> None:
    light = wrists.ppg()
    counts = wp.estimate(light, wrists.acc(), **RATES, scale="counts", acc_unit="g")
    pair = wp.estimate(light / 4 - 100, 100 * wrists.acc(), **RATES, scale=(1 / 4, 400), acc_unit=100)
    assert counts.results == pair.results


def test_times_in_place_of_rates_give_the_same() -> None:
    ppg, acc = wrists.ppg(), wrists.acc()
    by_rate = wp.estimate(ppg, acc, **RATES)
    t_ppg, t_acc = np.arange(len(ppg)) / 64, np.arange(len(acc)) / 32
    assert wp.estimate(ppg, acc, t_ppg=t_ppg, t_acc=t_acc).results == by_rate.results
    assert wp.estimate(ppg, acc, t_ppg=t_ppg, fs_acc=32).results == by_rate.results
    epoch = 1_700_000_000.0
    late = wp.estimate(ppg, acc, t_ppg=t_ppg + epoch, t_acc=t_acc + epoch)
    assert np.allclose(late.time_s - epoch, by_rate.time_s, atol=1e-6)


def test_packets_under_one_time_are_spread() -> None:
    ppg, acc = wrists.ppg(), wrists.acc()
    t_ppg, t_acc = np.arange(len(ppg)) / 64, np.arange(len(acc)) / 32
    packets = t_ppg.reshape(-1, 16)[:, -1].repeat(16), t_acc.reshape(-1, 8)[:, -1].repeat(8)  # 4 a second
    hr = wp.estimate(ppg, acc, t_ppg=packets[0], t_acc=packets[1])
    assert hr.results == wp.estimate(ppg, acc, t_ppg=t_ppg, t_acc=t_acc).results


def test_times_may_be_dates() -> None:
    ppg, acc = wrists.ppg(), wrists.acc()
    seconds = [np.arange(len(ppg)) / 64, np.arange(len(acc)) / 32]
    t_ppg, t_acc = (
        np.datetime64("2023-11-14T22:13:20", "us") + np.rint(1e6 * t).astype(int) for t in seconds
    )
    expected = wp.estimate(ppg, acc, t_ppg=seconds[0] + 1.7e9, t_acc=seconds[1] + 1.7e9)
    assert wp.estimate(ppg, acc, t_ppg=t_ppg, t_acc=t_acc).results == expected.results
    t_acc[3] = np.datetime64("NaT")
    with pytest.raises(wp.SignalError, match="t_acc: expected finite numbers, found 1 NaN, first at sample"):
        wp.estimate(ppg, acc, t_ppg=t_ppg, t_acc=t_acc)


def test_irregular_times_and_gaps_are_taken() -> None:
    rng = np.random.default_rng(3)
    ppg, acc = wrists.ppg(60, 50), wrists.acc(60, 25)
    t_ppg = np.arange(len(ppg)) / 50 + rng.uniform(0, 0.015, len(ppg))
    t_acc = np.arange(len(acc)) / 25 + rng.uniform(0, 0.03, len(acc))
    hr = wp.estimate(ppg, acc, t_ppg=t_ppg, t_acc=t_acc)
    assert np.abs(hr.bpm[hr.valid] - wrists.BPM).max() < 3 and hr.valid.sum() > 20
    keep = (t_ppg < 30) | (t_ppg > 31)
    gap = wp.estimate(ppg[keep], acc, t_ppg=t_ppg[keep], t_acc=t_acc)
    assert (gap.state == "acquiring").sum() > 3 and gap.results[-1].gaps == 1


def test_without_skin_there_is_no_value() -> None:
    ppg = wrists.ppg()
    ppg[len(ppg) // 2 :] = 100
    hr = wp.estimate(ppg, wrists.acc(), **RATES, scale="counts")
    assert (
        hr.state[-1] == "no-contact"
        and "median" in hr.summary()
        and np.isnan(hr.bpm[-1])
        and not hr.valid[-1]
    )


def test_a_summary_needs_no_valid_hop() -> None:
    hr = wp.estimate(np.round(wrists.ppg() / 64), wrists.acc(), **RATES, scale="counts")
    assert hr.summary() == "14 hops, 2 s to 28 s, 0 % valid (14 no-contact)"
    assert wp.load_student().stream(64, 32).update([], np.empty((0, 3))).summary() == "0 hops"


def test_frame_and_summary(hr) -> None:
    frame = hr.to_frame()
    assert list(frame) == ["time_s", "bpm", "confidence", "state"] and len(frame) == len(hr)
    assert frame.bpm.isna().sum() == 3 and frame.state.iloc[-1] == "valid"
    share, median = f"{100 * hr.valid.mean():.0f}", f"{np.median(hr.bpm[hr.valid]):.0f}"
    assert hr.summary().startswith(f"14 hops, 2 s to 28 s, {share} % valid, median {median} BPM (")
    assert repr(hr) == f"HeartRate({hr.summary()})" and "\n" not in repr(hr)


def test_plot_draws_line_band_and_states(hr) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    ax = hr.plot()
    line = ax.lines[0].get_ydata()
    assert np.array_equal(line[hr.valid], hr.bpm[hr.valid]) and np.isnan(line[~hr.valid]).all()
    band = ax.collections[0]
    assert len(band.get_paths()) == 11
    assert np.allclose(band.get_paths()[0].get_extents().intervaly, hr.bpm[3] + np.array([-5, 5]))
    assert {text.get_text() for text in ax.get_legend().get_texts()} == set(hr.state)
    assert hr.plot(ax) is ax
    pyplot.close(ax.figure)
