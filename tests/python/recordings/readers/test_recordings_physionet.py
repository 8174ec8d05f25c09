# SPDX-License-Identifier: Apache-2.0
"""PhysioNet's wrist set in WFDB form: what is read, and what is refused."""

import numpy as np
import pytest
from tests.python.recordings.written.published_files import SECONDS, pulse, signals
from tests.python.recordings.written.wfdb_files import FS, NAMES, write

from wristpulse.recordings import ACTIVITIES, RecordingError, open_dataset, save_recording
from wristpulse.recordings.readers.reference import interval_rate


def test_reads_what_is_published(tmp_path):
    write(tmp_path / "wrist" / "1.0.0", "s1_high_resistance_bike")
    write(tmp_path / "wrist" / "1.0.0", "s2_walk")
    bike, walk = open_dataset("physionet-wrist", tmp_path)
    assert [(r.subject, r.name) for r in (bike, walk)] == [
        ("s1", "s1_high_resistance_bike"),
        ("s2", "s2_walk"),
    ]
    assert (walk.fs_ppg, walk.fs_acc, walk.dataset) == (256.0, 256.0, "physionet-wrist")
    assert np.allclose(walk.acc, signals(SECONDS, FS), atol=1e-3)  # the wide range, in g
    assert np.allclose(walk.ppg[:, 0], 1400 + 30 * pulse(SECONDS, FS), atol=0.01)
    assert walk.hr.shape == (17,) and np.allclose(walk.hr, 90, atol=0.5)  # the false beat is left out
    assert (walk.activity == ACTIVITIES.index("walking")).all()
    assert (bike.activity == ACTIVITIES.index("cycling")).all()


def test_npz_of_the_same_set(tmp_path):
    write(tmp_path / "a")
    (recording,) = open_dataset("physionet-wrist", tmp_path / "a")
    (tmp_path / "physionet-wrist").mkdir()
    save_recording(tmp_path / "physionet-wrist" / "s1_walk.npz", recording)
    (again,) = open_dataset("physionet-wrist", tmp_path)
    assert again.subject == "s1"
    np.testing.assert_array_equal(again.hr, recording.hr)


@pytest.mark.parametrize(
    ("damage", "field", "file"),
    [
        (
            lambda p: p.with_suffix(".dat").write_bytes(p.with_suffix(".dat").read_bytes()[:999]),
            "record",
            ".hea",
        ),
        (lambda p: p.with_suffix(".dat").unlink(), "record", ".hea"),
        (lambda p: p.write_text("not a header\n"), "record", ".hea"),
        (lambda p: p.with_suffix(".atr").unlink(), "file", ".atr"),
        (lambda p: write(p.parent, names=NAMES[:8]), "signals", ".hea"),
        (lambda p: p.rename(p.with_name("s1_swim.hea")), "name", ".hea"),
    ],
)
def test_damaged_records(tmp_path, damage, field, file):
    damage(write(tmp_path))
    with pytest.raises(RecordingError) as error:
        open_dataset("physionet-wrist", tmp_path)
    assert error.value.what == field and error.value.where.endswith(file) and "\n" not in str(error.value)


def test_interval_rate_leaves_false_and_missed_beats_out():
    beats = np.arange(0.25, 40, 0.75)  # 80 BPM
    spoilt = np.sort(np.append(np.delete(beats, [8, 30]), 3.0))
    starts = np.arange(0, 32, 2.0)
    np.testing.assert_allclose(interval_rate(spoilt, starts), 80, rtol=1e-5)
    lost = beats[(beats < 10) | (beats > 15.5)]
    assert np.isnan(interval_rate(lost, np.array([8.0, 9.0]))).all()
    assert np.isnan(interval_rate(beats[:0], starts)).all()
