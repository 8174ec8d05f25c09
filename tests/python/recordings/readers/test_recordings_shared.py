# SPDX-License-Identifier: Apache-2.0
"""The loaders on the real files."""

import numpy as np
import pytest
import scipy.io

from wristpulse.experiments.label_offset import as_good, power_at_label
from wristpulse.recordings import open_dataset
from wristpulse.recordings.readers.reference import ecg_rate

pytestmark = pytest.mark.dataset

# data set: recordings, subjects, windows, windows with a heart rate, hours
HOLDS = {
    "troika": (23, 20, 3203, 3203, 1.82),
    "bami1": (24, 24, 10008, 10005, 5.6),
    "bami2": (23, 23, 8303, 8297, 4.66),
    "physionet-wrist": (11, 4, 1770, 1770, 1.0),
    "bangle2": (8, 2, 241, 216, 0.15),
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
    recordings = open_dataset("bami2", shared_data)
    for recording in recordings:
        assert recording.ppg.shape[1] == 3 and recording.ppg.min() >= 0 and recording.ppg.max() <= 4095
    assert [r.label_offset_s for r in recordings if r.subject in ("S1", "S23")] == [1.0, 7.5]


def test_people_have_one_name_each(shared_data):
    assert {r.subject for r in open_dataset("physionet-wrist", shared_data)} == {"s2", "s3", "s5", "s8"}
    assert {r.subject for r in open_dataset("bangle2", shared_data)} == {"gw", "he"}


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


def test_labels_are_where_the_light_says(shared_data):
    """BAMI's two clocks, S5's 11.5 s, S15's -3.5 s and BAMI-2's S23's 7.5 s among them; SPC's one clock."""
    for recording in open_dataset("bami1", shared_data) + open_dataset("bami2", shared_data):
        best, low, high = as_good(power_at_label(recording))
        assert low <= recording.label_offset_s <= high, recording.name
        assert abs(best - recording.label_offset_s) <= 1.5, recording.name
    same = [as_good(power_at_label(r)) for r in open_dataset("troika", shared_data) if r.subject[0] == "S"]
    assert np.mean([low <= 0 <= high for _, low, high in same]) > 0.9
    assert abs(np.median([best for best, _, _ in same])) <= 0.5
