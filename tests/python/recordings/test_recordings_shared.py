# SPDX-License-Identifier: Apache-2.0
"""The loaders on the real files."""

import numpy as np
import pytest
import scipy.io

from training.recordings import open_dataset
from training.recordings.reference import ecg_rate

pytestmark = pytest.mark.dataset

# data set: recordings, subjects, windows, windows with a heart rate, hours
HOLDS = {
    "troika": (23, 20, 3203, 3203, 1.82),
    "bami1": (24, 24, 10008, 10005, 5.6),
    "wrist-npz": (15, 15, 53422, 0, 29.7),
    "dalia-s6": (1, 1, 215, 215, 0.12),
}


@pytest.mark.parametrize("name", HOLDS)
def test_holds_what_the_publisher_says(shared_data, name):
    recordings = open_dataset(name, shared_data)
    subjects = {r.subject for r in recordings}
    windows = sum(len(r.hr_start_s) for r in recordings)
    known = sum(int(np.isfinite(r.hr).sum()) for r in recordings if r.hr is not None)
    hours = sum(r.seconds for r in recordings) / 3600
    expected = HOLDS[name]
    assert (len(recordings), len(subjects), windows, known) == expected[:4]
    assert hours == pytest.approx(expected[4], abs=0.05)
    for r in recordings:
        counts = r.ppg / r.ppg_lsb + r.ppg_zero
        assert counts.min() >= 0 and counts.max() < 2**18  # the scale holds the whole set
        assert len({r.name for r in recordings}) == len(recordings)


def test_bami2_format(shared_data):
    (recording,) = open_dataset("bami2", shared_data)
    assert recording.ppg.shape == (36500, 3) and recording.hr.shape == (361,)
    assert np.isfinite(recording.hr).all() and recording.ppg.max() <= 4095


def test_one_person_in_two_troika_numberings(shared_data):
    subject = {r.name: r.subject for r in open_dataset("troika", shared_data)}
    assert subject["DATA_04_TYPE01"] == subject["TEST_S04_T02"] != subject["DATA_04_TYPE02"]
    assert subject["TEST_S02_T01"] == subject["TEST_S02_T02"]


def test_rate_from_a_real_ecg(shared_data):
    """The detector for WESAD's chest ECG, on SPC's (row 1 of the training files), against SPC's labels."""
    errors = []
    for r in open_dataset("troika", shared_data):
        if r.name.startswith("DATA"):
            ecg = scipy.io.loadmat(shared_data / "troika" / f"{r.name}.mat")["sig"][0]
            errors.append(np.abs(ecg_rate(ecg, 125.0, r.hr_start_s) - r.hr))
    assert len(errors) == 13 and np.isfinite(np.concatenate(errors)).all()
    assert np.concatenate(errors).mean() < 0.5 and max(e.mean() for e in errors) < 1.0


def power_at_label(recording, shift):
    """Mean share of the PPG's power within 3 BPM of the label when windows start `shift` seconds later."""
    fs = recording.fs_ppg
    length = int(8 * fs)
    frequency = np.fft.rfftfreq(4 * length, 1 / fs) * 60
    band = (frequency > 40) & (frequency < 220)
    shares = []
    for start, hr in zip(recording.hr_start_s + shift, recording.hr, strict=True):
        i = round(start * fs)
        if i >= 0 and i + length <= len(recording.ppg) and np.isfinite(hr):
            x = recording.ppg[i : i + length].mean(axis=1)
            p = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(length), 4 * length)) ** 2
            shares.append(p[np.abs(frequency - hr) < 3].sum() / p[band].sum())
    return np.mean(shares)


def test_aligned_labels_fit_better(shared_data):
    """The offsets of BAMI-1's two clocks, S5's 11.5 s and S15's -3.5 s among them."""
    better = []
    for recording in open_dataset("bami1", shared_data):
        offset = recording.label_offset_s
        better.append(power_at_label(recording, offset) > power_at_label(recording, 0.0))
        if recording.subject in ("S5", "S15"):
            assert better[-1]
    assert np.mean(better) > 0.9
