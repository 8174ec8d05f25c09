# SPDX-License-Identifier: Apache-2.0
"""What a stream becomes: recordings of fixed rates, cut where samples are missing, nothing made up."""

import struct

import numpy as np
import pytest

from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import load_recording, simulate
from wristpulse_tools.stream.decoder import frame
from wristpulse_tools.stream.record import record
from wristpulse_tools.stream.stretches import RecordError

BATCH = 16


def frames(stream: SensorStream) -> list[bytes]:
    """Records as a device numbers them; first all of one sensor, then of the other."""
    ppg, acc = [], []
    for at in range(0, len(stream.ppg), BATCH):
        times, counts = stream.t_ppg_us[at : at + BATCH], stream.ppg[at : at + BATCH]
        steps = np.diff(times, prepend=times[:1])
        body = b"".join(
            struct.pack("<H", step) + int(count).to_bytes(3, "little")
            for step, count in zip(steps, counts, strict=True)
        )
        ppg.append(frame(1, at // BATCH, struct.pack("<q", times[0]) + body))
    for at in range(0, len(stream.acc), BATCH):
        times, xyz = stream.t_acc_us[at : at + BATCH], stream.acc[at : at + BATCH]
        steps = np.diff(times, prepend=times[:1])
        body = b"".join(struct.pack("<H3h", step, *xyz[i]) for i, step in enumerate(steps))
        acc.append(frame(2, at // BATCH, struct.pack("<q", times[0]) + body))
    return [*ppg, *acc]


@pytest.fixture
def stream() -> SensorStream:
    return to_counts(simulate(1, 40))


def kept(source, path, **options) -> tuple[list[SensorStream], list[str]]:
    said = []
    paths = record(source, path, say=said.append, **options)
    return [to_counts(load_recording(path)) for path in paths], said


def test_a_whole_stream_comes_back_as_it_was(stream, tmp_path):
    [found], said = kept(frames(stream), tmp_path / "anna.npz")
    for name in ("ppg", "t_ppg_us", "acc", "t_acc_us"):
        np.testing.assert_array_equal(getattr(found, name), getattr(stream, name))
    assert said[0] == "PPG: 2560 samples, 0 missing in 0 gaps"
    assert load_recording(tmp_path / "anna.npz").subject == "anna"


def test_a_lost_record_cuts_the_recording_in_two(stream, tmp_path):
    sent = frames(stream)
    del sent[80]  # samples 1280 to 1295 of the PPG, 20 s in
    parts, said = kept(sent, tmp_path / "anna.npz", subject="A")
    assert said[0] == "PPG: 2544 samples, 16 missing in 1 gaps"
    assert said[2].startswith("stream: 1 records missing")
    first, second = parts
    np.testing.assert_array_equal(first.ppg, stream.ppg[:1280])
    np.testing.assert_array_equal(second.ppg, stream.ppg[1296:])
    # Both begin together, to half a period of the slower sensor.
    with np.load(tmp_path / "anna-2.npz") as file:
        assert file["t_ppg_us"][0] == stream.t_ppg_us[1296]
        assert abs(file["t_acc_us"][0] - file["t_ppg_us"][0]) <= 31_250 / 2
    assert load_recording(tmp_path / "anna-2.npz").subject == "A"


def test_jitter_is_within_the_fitted_rate_and_its_times_are_kept(stream, tmp_path):
    rng = np.random.default_rng(1)
    # A chip that runs 2 % fast, each time read up to 3 ms late.
    times = (stream.t_ppg_us * 0.98).astype(np.int64) + rng.integers(0, 3000, len(stream.ppg))
    acc_times = (stream.t_acc_us * 0.98).astype(np.int64)
    kept(frames(SensorStream(stream.ppg, times, stream.acc, acc_times)), tmp_path / "a.npz")
    assert load_recording(tmp_path / "a.npz").fs_ppg == pytest.approx(64 / 0.98, rel=1e-4)
    with np.load(tmp_path / "a.npz") as file:
        np.testing.assert_array_equal(file["t_ppg_us"], times)


def test_times_that_keep_to_no_rate_are_refused(stream, tmp_path):
    times = np.cumsum(np.linspace(15_000, 16_300, len(stream.ppg))).astype(np.int64)
    with pytest.raises(RecordError, match="PPG: times: expected a fixed rate.*found one .* us off"):
        kept(frames(SensorStream(stream.ppg, times, stream.acc, stream.t_acc_us)), tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []


def test_less_than_a_window_is_refused_and_leaves_what_was_there(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"before")
    short = to_counts(simulate(1, 10))
    short = SensorStream(short.ppg[:400], short.t_ppg_us[:400], short.acc[:200], short.t_acc_us[:200])
    with pytest.raises(RecordError, match="expected 8 s .* found 400 PPG and 200 ACC samples"):
        kept(frames(short), tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == b"before"


def interrupted(sent, error):
    yield from sent
    raise error


def test_what_came_before_ctrl_c_is_kept(stream, tmp_path):
    [found], _ = kept(interrupted(frames(stream), KeyboardInterrupt()), tmp_path / "a.npz")
    np.testing.assert_array_equal(found.ppg, stream.ppg)


def test_what_came_before_the_cable_fell_out_is_kept(stream, tmp_path):
    with pytest.raises(OSError, match="gone"):
        kept(interrupted(frames(stream), OSError("gone")), tmp_path / "a.npz")
    np.testing.assert_array_equal(to_counts(load_recording(tmp_path / "a.npz")).ppg, stream.ppg)


def test_a_subject_that_no_reader_takes_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="--subject: expected a name without separators, found 'a/b'"):
        record([], tmp_path / "x.npz", subject="a/b")


def test_another_ending_than_npz_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="--out: expected a name that ends in .npz"):
        record(interrupted([], AssertionError("read")), tmp_path / "a.csv")
