# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from tests.python.recordings.written.published_files import SECONDS, signals
from tests.python.recordings.written.user_files import write_polar

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import RecordingError, open_dataset
from wristpulse.recordings.exports.polar import read_polar


def test_reads_the_light_and_the_motion(tmp_path):
    (recording,) = read_polar(write_polar(tmp_path), subject="anna")
    assert recording.subject == "anna" and recording.name == "Polar_Sense_A0B1C2D3_20260511_231000"
    assert recording.ppg.shape[1] == 3  # without ambient
    assert recording.fs_ppg == pytest.approx(55, rel=1e-4) and recording.fs_acc == pytest.approx(52, rel=1e-4)
    assert np.allclose(recording.acc, signals(SECONDS, 52)[: len(recording.acc)], atol=1e-3)
    assert recording.seconds == pytest.approx(SECONDS, abs=0.1) and recording.hr is None
    counts = to_counts(recording).ppg
    assert counts.min() > 4096 and counts.max() < 2**18 - 1


def test_a_lost_connection_makes_two_recordings(tmp_path):
    write_polar(tmp_path / "anna", 60, gap=(20, 25))
    first, second = open_dataset("polar", tmp_path)
    assert first.subject == second.subject == "anna"
    assert [r.name[-2:] for r in (first, second)] == ["-1", "-2"]
    assert first.seconds == pytest.approx(20, abs=0.1) and second.seconds == pytest.approx(35, abs=0.1)


def test_a_lost_packet_is_bridged(tmp_path):
    (recording,) = read_polar(write_polar(tmp_path, 60, gap=(20, 20.3)))
    assert recording.seconds == pytest.approx(60, abs=0.1)


def test_wrong_content(tmp_path):
    path = write_polar(tmp_path)
    text = path.read_text().splitlines()
    path.write_text("\n".join([*text[:50], text[50].replace(";2", ";x2"), *text[51:]]))
    with pytest.raises(RecordingError, match="_PPG.txt: channel 0, line 51: expected a number"):
        read_polar(path)
    path.write_text(text[0].replace("sensor timestamp [ns]", "time") + "\n" + "\n".join(text[1:]))
    with pytest.raises(RecordingError, match="sensor timestamp"):
        read_polar(path)
    path.with_name(path.name.replace("_PPG", "_ACC")).unlink()
    with pytest.raises(RecordingError, match="_ACC.txt: file: .* no such file"):
        read_polar(path)


def test_a_last_line_cut_short_is_left_out(tmp_path):
    path = write_polar(tmp_path)
    path.write_text(path.read_text()[:-20])
    (recording,) = read_polar(path)
    assert recording.seconds == pytest.approx(SECONDS, abs=0.1)
