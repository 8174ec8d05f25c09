# SPDX-License-Identifier: Apache-2.0
import hashlib

import numpy as np
import pytest

from wristpulse.recordings import ACTIVITIES, RecordingError, open_dataset, simulate

FINGERPRINT = "14e4e082b840d8e92c3165e447e3347ffd08e0e1919afcf9361d1b2fe4e4a117"  # of seed 1, 120 s


def naive_error(recording, led=0):
    """Absolute error (BPM) of the highest peak of the PPG spectrum, 40 to 220 BPM, per window."""
    fs = recording.fs_ppg
    length = int(8 * fs)
    frequency = np.fft.rfftfreq(8 * length, 1 / fs) * 60
    band = (frequency >= 40) & (frequency <= 220)
    first = (recording.hr_start_s * fs).astype(int)
    x = np.stack([recording.ppg[i : i + length, led] for i in first])
    x = (x - x.mean(axis=1, keepdims=True)) * np.hanning(length)
    peak = np.abs(np.fft.rfft(x, 8 * length))[:, band].argmax(axis=1)
    return np.abs(frequency[band][peak] - recording.hr)


@pytest.fixture(scope="module")
def subjects():
    return open_dataset("simulator")


def fingerprint(recording):
    digest = hashlib.sha256(recording.ppg.astype("<u4").tobytes())
    digest.update(np.round(recording.acc * 4096).astype("<i2").tobytes())
    digest.update(np.round(recording.hr * 16).astype("<u2").tobytes())
    return digest.hexdigest()


def test_same_seed_same_samples_on_every_machine():
    assert fingerprint(simulate(1, 120)) == fingerprint(simulate(1, 120)) == FINGERPRINT


def test_seeds_are_different_subjects():
    assert len({fingerprint(simulate(seed, 60)) for seed in range(5)}) == 5


def test_default_data_set(subjects):
    assert len({r.subject for r in subjects}) == 12
    for r in subjects:
        assert r.ppg.shape == (38400, 1) and r.acc.shape == (19200, 3) and r.hr.shape == (297,)
        assert r.ppg.min() >= 0 and r.ppg.max() < 2**18 and np.array_equal(r.ppg, np.round(r.ppg))
        assert np.isfinite(r.hr).all() and r.hr.min() > 40 and r.hr.max() < 196
        assert r.activity.shape == r.hr.shape
    together = np.concatenate([r.hr for r in subjects])
    assert together.min() < 60 and together.max() > 160


def test_options_of_the_data_set():
    first, second = open_dataset(
        "simulator", None, subjects=2, minutes=1, first_seed=40, leds=3, fs_ppg=125.0
    )
    assert (first.name, second.name) == ("sim40", "sim41")
    assert first.ppg.shape == (7500, 3) and first.seconds == 60


@pytest.mark.parametrize(("fs_ppg", "fs_acc"), [(25.0, 25.0), (50.0, 100.0), (64.0, 32.0), (128.0, 50.0)])
def test_any_rates_are_the_same_person(fs_ppg, fs_acc):
    r = simulate(5, 60, fs_ppg=fs_ppg, fs_acc=fs_acc)
    assert len(r.ppg) == round(60 * fs_ppg) and len(r.acc) == round(60 * fs_acc)
    np.testing.assert_array_equal(r.hr, simulate(5, 60).hr)


def test_without_motion_the_pulse_is_plain_to_see():
    errors = [naive_error(simulate(seed, 300, difficulty=0.0, losses=False)) for seed in range(8)]
    assert np.median(np.concatenate(errors)) < 1.0
    assert np.mean(np.concatenate(errors) < 5) > 0.9


def test_under_motion_the_spectral_peak_fails(subjects):
    error, activity = (np.concatenate([f(r) for r in subjects]) for f in (naive_error, lambda r: r.activity))
    moving = np.isin(activity, [ACTIVITIES.index("walking"), ACTIVITIES.index("running")])
    assert np.median(error[activity == ACTIVITIES.index("sitting")]) < 2
    assert error[moving].mean() > 20
    assert 15 < error.mean() < 35  # BAMI-1 and SPC: 28 and 19


def test_the_disturbance_is_in_the_accelerometer(subjects):
    """Where the PPG's peak is wrong, the accelerometer has one there far more often than by chance."""
    hits, chances = [], []
    for r in subjects:
        length, n = int(8 * r.fs_acc), 8 * int(8 * r.fs_acc)
        grid = np.fft.rfftfreq(n, 1 / r.fs_acc) * 60
        band = (grid >= 40) & (grid <= 220)
        for start, hr, act in zip(r.hr_start_s, r.hr, r.activity, strict=True):
            if act != ACTIVITIES.index("running"):
                continue
            i, j = int(start * r.fs_acc), int(start * r.fs_ppg)
            a = r.acc[i : i + length] - r.acc[i : i + length].mean(axis=0)
            power = (np.abs(np.fft.rfft(a * np.hanning(length)[:, None], n, axis=0)) ** 2).sum(axis=1)
            p = r.ppg[j : j + int(8 * r.fs_ppg), 0][:: int(r.fs_ppg / r.fs_acc)]
            spectrum = np.abs(np.fft.rfft((p - p.mean()) * np.hanning(length), n))
            peak = grid[band][spectrum[band].argmax()]
            if abs(peak - hr) > 10:
                strong = power > 0.1 * power[band].max()
                near = np.abs(grid - peak) < 4
                hits.append((strong & near).any())
                chances.append(np.mean([(strong & (np.abs(grid - g) < 4)).any() for g in grid[band][::8]]))
    assert len(hits) > 100 and np.mean(hits) > 0.7 and np.mean(hits) > 2 * np.mean(chances)


def test_cadence_crosses_the_heart_rate(subjects):
    """In running, the heart rate is at times within 5 BPM of the step rate and at times far from it."""
    distance = []
    for r in subjects:
        n = 8 * int(8 * r.fs_acc)
        grid = np.fft.rfftfreq(n, 1 / r.fs_acc) * 60
        steps = (grid >= 130) & (grid <= 200)
        for start, hr in zip(r.hr_start_s, r.hr, strict=True):
            if r.activity[int(start / 2)] == ACTIVITIES.index("running"):
                a = r.acc[int(start * r.fs_acc) :][: int(8 * r.fs_acc)]
                spectrum = np.abs(np.fft.rfft(a - a.mean(axis=0), n, axis=0)).sum(axis=1)
                distance.append(abs(grid[steps][spectrum[steps].argmax()] - hr))
    assert np.mean(np.array(distance) < 5) > 0.01 and np.median(distance) > 15


def test_contact_loss_is_dark_and_marked(subjects):
    lost = np.concatenate([r.ppg[~r.contact, 0] for r in subjects])
    held = np.concatenate([r.ppg[r.contact, 0] for r in subjects])
    assert 0.01 < len(lost) / (len(lost) + len(held)) < 0.15
    assert np.mean(lost < 4096) > 0.97 and np.mean(held < 4096) < 0.002


def test_glare_saturates(subjects):
    saturated = [np.mean(r.ppg == 2**18 - 1) for r in subjects]
    assert 0 < np.mean(saturated) < 0.02


def test_shorter_than_a_window():
    with pytest.raises(RecordingError, match="at least one window of 8 s, found 5"):
        simulate(1, 5.0)
