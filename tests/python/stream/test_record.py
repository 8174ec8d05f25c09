# SPDX-License-Identifier: Apache-2.0
"""What a stream becomes: recordings of fixed rates, cut where samples are missing, nothing made up."""

import errno
import io
import os
import signal
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import load_recording, simulate
from wristpulse.support.errors import UserError
from wristpulse_tools.stream.capture import Capture
from wristpulse_tools.stream.decoder import frame, unstuff
from wristpulse_tools.stream.journal import Journal
from wristpulse_tools.stream.record import record, recover
from wristpulse_tools.stream.stretches import RecordError
from wristpulse_tools.support.progress import StatusLine

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
    said = io.StringIO()
    paths = record(source, path, line=StatusLine(said), **options)
    return [to_counts(load_recording(path)) for path in paths], said.getvalue().splitlines()


def test_a_whole_stream_comes_back_as_it_was(stream, tmp_path):
    [found], said = kept(frames(stream), tmp_path / "anna.npz")
    for name in ("ppg", "t_ppg_us", "acc", "t_acc_us"):
        np.testing.assert_array_equal(getattr(found, name), getattr(stream, name))
    assert said[0] == "PPG: 2560 samples, 0 missing in 0 gaps"
    assert load_recording(tmp_path / "anna.npz").subject == "anna"


def further(stream: SensorStream, channel: int) -> list[bytes]:
    """The PPG's records of a stream, as those of another channel."""
    ppg = frames(stream)[: -(-len(stream.ppg) // BATCH)]
    return [frame(4 + channel, n, payload_of(sent)) for n, sent in enumerate(ppg)]


def payload_of(sent: bytes) -> bytes:
    return unstuff(sent.strip(b"\0"))[3:-4]


def test_every_channel_becomes_a_column(stream, tmp_path):
    others = [to_counts(simulate(seed, 40)).ppg for seed in (2, 3)]
    sent = frames(stream)
    for channel, ppg in enumerate(others, 1):
        sent += further(replace(stream, ppg=ppg), channel)
    kept(sent, tmp_path / "anna.npz")
    recording = load_recording(tmp_path / "anna.npz")
    for led, ppg in enumerate([stream.ppg, *others]):
        np.testing.assert_array_equal(to_counts(recording, led).ppg, ppg)


def test_a_record_lost_of_one_channel_cuts_all(stream, tmp_path):
    second = further(replace(stream, ppg=stream.ppg // 2), 1)
    del second[80]
    parts, said = kept([*frames(stream), *second], tmp_path / "anna.npz")
    assert said[0] == "PPG: 2544 samples, 16 missing in 1 gaps"
    assert said[2].startswith("stream: 1 records missing")
    np.testing.assert_array_equal(parts[1].ppg, stream.ppg[1296:])
    recording = load_recording(tmp_path / "anna-2.npz")
    np.testing.assert_array_equal(to_counts(recording, 1).ppg, stream.ppg[1296:] // 2)


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
    sent = frames(SensorStream(stream.ppg, times, stream.acc, stream.t_acc_us))
    with pytest.raises(RecordError, match="PPG: times: expected a fixed rate.*found one .* us off"):
        kept(sent, tmp_path / "a.npz")
    assert (tmp_path / "a.stream").read_bytes() == b"".join(sent)


def test_less_than_a_window_is_refused_and_kept_raw(tmp_path):
    short = to_counts(simulate(1, 10))
    short = SensorStream(short.ppg[:400], short.t_ppg_us[:400], short.acc[:200], short.t_acc_us[:200])
    with pytest.raises(RecordError, match="expected 8 s .* found 400 PPG and 200 ACC samples"):
        kept(frames(short), tmp_path / "a.npz")
    assert (tmp_path / "a.stream").read_bytes() == b"".join(frames(short))


def interrupted(sent, error):
    yield from sent
    raise error


def test_what_came_before_ctrl_c_is_kept(stream, tmp_path):
    [found], _ = kept(interrupted(frames(stream), KeyboardInterrupt()), tmp_path / "a.npz")
    np.testing.assert_array_equal(found.ppg, stream.ppg)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_what_came_before_the_cable_fell_out_is_kept(stream, tmp_path):
    with pytest.raises(OSError, match="gone"):
        kept(interrupted(frames(stream), OSError("gone")), tmp_path / "a.npz")
    np.testing.assert_array_equal(to_counts(load_recording(tmp_path / "a.npz")).ppg, stream.ppg)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_recording_and_loses_nothing(stream, tmp_path, number):
    def source():
        yield from frames(stream)
        os.kill(os.getpid(), number)
        yield b""
        raise AssertionError("read on after the signal")

    handler = signal.getsignal(number)
    [found], _ = kept(source(), tmp_path / "a.npz")
    np.testing.assert_array_equal(found.ppg, stream.ppg)
    assert signal.getsignal(number) is handler


def test_a_killed_process_leaves_the_raw_stream_and_recordings_can_be_made_of_it(stream, tmp_path):
    sent = frames(stream)
    with pytest.raises(AssertionError):  # nothing that record handles: as a kill -9 does
        kept(interrupted(sent, AssertionError()), tmp_path / "a.npz")
    assert (tmp_path / "a.stream").read_bytes() == b"".join(sent)
    [path] = recover(tmp_path / "a.stream", tmp_path / "a.npz", line=StatusLine(io.StringIO()))
    np.testing.assert_array_equal(to_counts(load_recording(path)).acc, stream.acc)


def test_the_raw_stream_is_on_disk_before_the_next_byte_is_asked_for(stream, tmp_path):
    def source():
        sent = b""
        for data in frames(stream):
            yield data
            sent += data
            assert (tmp_path / "a.stream").read_bytes() == sent

    kept(source(), tmp_path / "a.npz")


def nothing_read():
    raise AssertionError("read before --out was tried")
    yield


@pytest.mark.parametrize("name", ["a.npz", "a-2.npz", "a.stream"])
def test_nothing_is_written_over(tmp_path, name):
    (tmp_path / name).write_bytes(b"before")
    with pytest.raises(UserError, match=f"--out: expected .*{name}"):
        record(nothing_read(), tmp_path / "a.npz")
    assert (tmp_path / name).read_bytes() == b"before"


def test_a_place_that_cannot_be_written_is_refused_before_the_first_sample(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for out in (tmp_path / "file" / "a.npz", Path("/proc/anna.npz")):
        with pytest.raises(UserError, match="--out: expected a place to write, found "):
            record(nothing_read(), out)


def test_a_full_disk_ends_the_recording_with_what_came_before(stream, tmp_path, monkeypatch):
    sent, written = frames(stream), Journal.write

    def write(journal, data):
        if journal.path.stat().st_size > sum(map(len, sent[:-1])) - 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(journal, data)

    monkeypatch.setattr(Journal, "write", write)
    with pytest.raises(OSError, match="No space left"):
        kept(sent, tmp_path / "a.npz")
    assert load_recording(tmp_path / "a.npz").seconds > 39
    assert (tmp_path / "a.stream").read_bytes() == b"".join(sent[:-1])


def test_a_restart_cuts_and_never_pairs_light_of_before_with_motion_of_after(stream, tmp_path):
    """Two starts of 20 s each, on one clock that begins again; the second with other light and gravity."""
    part = slice(0, 20 * 64), slice(0, 20 * 32)
    before = SensorStream(
        stream.ppg[part[0]], stream.t_ppg_us[part[0]], stream.acc[part[1]], stream.t_acc_us[part[1]]
    )
    after = SensorStream(before.ppg // 2, before.t_ppg_us, before.acc[:, ::-1], before.t_acc_us)
    found, said = kept([*frames(before), *frames(after)], tmp_path / "a.npz")
    assert said[0] == "the device restarted 1 times: a recording for each start"
    assert [line for line in said if line.startswith("stream: 0 records missing")]
    assert len(found) == 2
    for kept_part, sent in zip(found, (before, after), strict=True):
        np.testing.assert_array_equal(kept_part.ppg, sent.ppg)
        np.testing.assert_array_equal(kept_part.acc, sent.acc)


def test_a_record_that_comes_twice_is_taken_once(stream, tmp_path):
    sent = frames(stream)
    sent.insert(41, sent[40])
    [found], said = kept(sent, tmp_path / "a.npz")
    np.testing.assert_array_equal(found.ppg, stream.ppg)
    assert said[2].startswith("stream: 0 records missing (cause unknown), 1 came twice, 0 pieces")


def test_short_stretches_are_kept_raw(stream, tmp_path):
    sent = frames(stream)
    lost = [sent[n] for n in range(len(sent)) if n % 20 != 10]  # a record every 5 s
    with pytest.raises(RecordError, match="expected 8 s of both sensors without a gap"):
        kept(lost, tmp_path / "a.npz")
    assert (tmp_path / "a.stream").read_bytes() == b"".join(lost)


def test_a_stretch_that_is_left_out_keeps_the_raw_stream(stream, tmp_path):
    sent = frames(stream)
    del sent[20]  # 5 s in: 5 s before it are too short for a recording
    _, said = kept(sent, tmp_path / "a.npz")
    assert said[-1].startswith(f"raw stream kept: {tmp_path / 'a.stream'} ")


def test_what_arrives_is_shown_while_it_arrives(stream):
    capture = Capture()
    assert "nothing arrives" in capture.status(3.0)
    capture.feed(b"\xff" * 1000)
    assert "1,000 bytes, no record yet: is --baud the port's speed?" in capture.status(4.0)
    capture = Capture()
    for data in frames(stream):
        capture.feed(data)
    shown = "40 s  PPG 2,560 at 64.0 Hz  ACC 1,280 at 32.0 Hz  records missing 0  rejected 0"
    assert capture.status(40.0) == shown


def test_noise_leaves_no_file(tmp_path):
    with pytest.raises(RecordError, match="found 0 PPG and 0 ACC samples"):
        kept([b"\xff" * 1000], tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_is_gone_stops_no_recording(stream, tmp_path):
    class Gone(io.StringIO):
        def write(self, text):
            raise OSError(errno.EIO, "Input/output error")

    [path] = record(frames(stream), tmp_path / "a.npz", line=StatusLine(Gone()))
    assert load_recording(path).seconds == 40


def test_a_subject_that_no_reader_takes_is_refused_at_once(tmp_path):
    with pytest.raises(UserError, match="--subject: expected a name without separators, found 'a/b'"):
        record(nothing_read(), tmp_path / "x.npz", subject="a/b")


def test_another_ending_than_npz_is_refused_at_once(tmp_path):
    with pytest.raises(RecordError, match="--out: expected a name that ends in .npz"):
        record(nothing_read(), tmp_path / "a.csv")
