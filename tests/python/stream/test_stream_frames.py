# SPDX-License-Identifier: Apache-2.0
"""The raw data stream's decoder: every record survives whatever comes between, and nothing else is one."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wristpulse.core.result import Result, State
from wristpulse_tools.stream.decoder import (
    RECORD_MAX,
    Acc,
    Counters,
    Decoder,
    Ppg,
    Restart,
    Stale,
    StreamError,
    frame,
    stuff,
    unstuff,
)

STEPS = st.integers(0, 65535)
AXIS = st.integers(-32768, 32767)


def ppg_payload(start: int, samples: list[tuple[int, int]]) -> bytes:
    body = (struct.pack("<H", step) + count.to_bytes(3, "little") for step, count in samples)
    return struct.pack("<q", start) + b"".join(body)


def acc_payload(start: int, samples: list[tuple[int, int, int, int]]) -> bytes:
    return struct.pack("<q", start) + b"".join(struct.pack("<H3h", *sample) for sample in samples)


PPG = st.lists(st.tuples(STEPS, st.integers(0, 2**18 - 1)), max_size=47)
ACC = st.lists(st.tuples(STEPS, AXIS, AXIS, AXIS), max_size=29)
# Type, time since the last record of the type in us, samples: the clock of a device never goes back.
PAUSES = st.integers(0, 2**40)
RECORDS = st.lists(
    st.one_of(st.tuples(st.just(1), PAUSES, PPG), st.tuples(st.just(2), PAUSES, ACC)), max_size=8
)


def numbered(records: list[tuple[int, int, list]]) -> list[bytes]:
    count = {1: 65530, 2: 0}  # one of the two wraps
    time_us = {1: -(2**40), 2: 0}
    frames = []
    for kind, pause, samples in records:
        payload = (ppg_payload if kind == 1 else acc_payload)(time_us[kind] + pause, samples)
        frames.append(frame(kind, count[kind], payload))
        count[kind] += 1
        time_us[kind] += pause + sum(step for step, *_ in samples)
    return frames


def plain(records: list) -> list:
    return [(type(r), r.t_us.tolist(), (r.counts if type(r) is Ppg else r.xyz).tolist()) for r in records]


def decoded(data: bytes) -> list:
    return plain(Decoder().feed(data))


@settings(deadline=None)  # a loaded machine is no fault
@given(st.binary(max_size=RECORD_MAX))
def test_stuffing_leaves_no_zero_and_comes_undone(record):
    stuffed = stuff(record)
    assert 0 not in stuffed and len(stuffed) == len(record) + 1
    assert unstuff(stuffed) == record


def test_what_is_too_long_for_a_record_is_refused():
    with pytest.raises(ValueError, match="expected at most 254 bytes, found 255"):
        stuff(bytes(255))


@settings(deadline=None)  # a loaded machine is no fault
@given(RECORDS, st.lists(st.binary(max_size=300), min_size=9, max_size=9))
def test_garbage_between_frames_costs_no_record(records, garbage):
    frames = numbered(records)
    decoder = Decoder()
    mixed = b"".join(noise + one for noise, one in zip(garbage, frames, strict=False)) + garbage[-1]
    assert plain(decoder.feed(mixed)) == decoded(b"".join(frames))
    assert not any(decoder.lost.values())


@settings(deadline=None)  # a loaded machine is no fault
@given(RECORDS, st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_bytes_may_come_in_any_pieces(records, sizes):
    data, decoder, found = b"".join(numbered(records)), Decoder(), []
    at = 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        found += decoder.feed(data[at : at + size])
        at += size
    assert plain(found) == decoded(data)


@settings(deadline=None)  # a loaded machine is no fault
@given(RECORDS.filter(lambda records: len(records) >= 3), st.data())
def test_a_damaged_frame_costs_itself_alone_and_is_counted(records, data):
    frames = numbered(records)
    bad = data.draw(st.integers(1, len(frames) - 2))
    damaged = bytearray(frames[bad])
    at = data.draw(st.integers(1, len(damaged) - 2))
    damaged[at] ^= data.draw(st.integers(1, 255))
    decoder = Decoder()
    found = decoder.feed(b"".join(frames[:bad]) + bytes(damaged) + b"".join(frames[bad + 1 :]))
    assert plain(found) == decoded(b"".join(frames[:bad] + frames[bad + 1 :]))
    assert decoder.rejected >= 1 or bytes(damaged).strip(b"\0") == b""
    kinds = [kind for kind, *_ in records]
    assert decoder.lost.total() == (kinds[bad] in kinds[:bad] and kinds[bad] in kinds[bad + 1 :])


@settings(deadline=None)  # a loaded machine is no fault
@given(st.binary(max_size=2000))
def test_noise_is_no_record(noise):
    assert Decoder().feed(noise + b"\0") == []


def test_what_the_records_say():
    start = -5
    found = Decoder().feed(
        frame(1, 0, ppg_payload(start, [(0, 1), (15625, 2**18 - 1)]))
        + frame(2, 0, acc_payload(start, [(0, 4096, -32768, 32767)]))
        + frame(3, 0, struct.pack("<qIiHBI", 2_000_000, 7, 70 << 8, 30000, 1, 2))
        + frame(3, 1, struct.pack("<qIiHBI", 8_000_000, 7, 0, 0, 5, 2))
        + frame(4, 0, struct.pack("<qBBH12IH", 9, 1, 18, 4096, *range(12), 123))
    )
    ppg, acc, result, stale, counters = found
    assert ppg.t_us.tolist() == [-5, 15620] and ppg.counts.tolist() == [1, 2**18 - 1]
    assert isinstance(acc, Acc) and acc.xyz.tolist() == [[4096, -32768, 32767]]
    assert result == Result(
        hop=7, time_us=2_000_000, bpm_q8=70 << 8, confidence_q15=30000, state=State.VALID, gaps=2
    )
    assert stale == Stale(8_000_000)
    assert counters == Counters(9, 1, 18, 4096, *range(12), 123)


def test_text_without_end_takes_no_memory():
    decoder = Decoder()
    for _ in range(100):
        decoder.feed(b"HOP 1 t_us=2000000 " * 100)
    assert len(decoder._pending) <= RECORD_MAX + 2


@pytest.mark.parametrize(
    "kind, payload, complaint",
    [
        (1, bytes(9), "expected samples of 5 bytes, found 1 bytes"),
        (3, struct.pack("<qIiHBI", 0, 0, 0, 0, 9, 0), "state: expected 0 to 6, found 9"),
        (4, struct.pack("<qB", 0, 2), "version: expected 1, found 2"),
    ],
)
def test_another_version_is_said_so(kind, payload, complaint):
    with pytest.raises(StreamError, match=complaint):
        Decoder().feed(frame(kind, 0, payload))


def test_types_of_a_later_version_are_passed_over():
    assert Decoder().feed(frame(9, 0, b"later")) == []


SAMPLE = [(0, 1)]


def test_a_device_that_starts_anew_is_said_once_and_costs_nothing():
    decoder = Decoder()
    decoder.feed(frame(1, 4, ppg_payload(90_000_000, SAMPLE)) + frame(2, 4, acc_payload(90_000_000, [])))
    sent = (
        frame(2, 0, acc_payload(100, [])),
        frame(1, 0, ppg_payload(0, SAMPLE)),
        frame(1, 1, ppg_payload(20, SAMPLE)),
    )
    found = [type(record) for data in sent for record in decoder.feed(data)]
    assert found == [Restart, Acc, Ppg, Ppg]
    assert decoder.lost.total() == 0


def test_a_clock_that_goes_back_is_a_restart_although_the_numbers_go_on():
    """A device that restarts while the cable is out may be found at any number."""
    decoder = Decoder()
    decoder.feed(frame(1, 4, ppg_payload(90_000_000, SAMPLE)))
    assert [type(r) for r in decoder.feed(frame(1, 9, ppg_payload(5_000_000, SAMPLE)))] == [Restart, Ppg]
    # Jitter of a time stamp is none.
    assert [type(r) for r in decoder.feed(frame(1, 10, ppg_payload(4_990_000, SAMPLE)))] == [Ppg]


def test_a_record_that_comes_twice_is_one_record():
    decoder = Decoder()
    sent = [frame(1, n, ppg_payload(n * 1000, SAMPLE)) for n in (7, 8, 8, 7, 9)]
    assert len(decoder.feed(b"".join(sent))) == 3
    assert decoder.repeated == 2 and decoder.lost.total() == 0
