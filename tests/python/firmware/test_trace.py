# SPDX-License-Identifier: Apache-2.0
"""The trace's reader: every event once, times that go on where 32 bits end, and clear errors."""

import json
import struct
import subprocess
import sys

import pytest

from wristpulse_tools.firmware.thread_trace import (
    METADATA,
    Slice,
    TraceError,
    awake,
    events,
    layouts,
    perfetto,
    read_runs,
    table,
)

TSDL = """/* CTF 1.8 */
event {
	name = thread_switched_out;
	id = 0x10;
	fields := struct {
		uint32_t thread_id;
		ctf_bounded_string_t name[20];
	};
};

event {
	name = thread_switched_in;
	id = 0x11;
	fields := struct {
		uint32_t thread_id;
		ctf_bounded_string_t name[20];
	};
};

event {
	name = idle;
	id = 0x1E;
};
"""
OUT, IN = 0x10, 0x11
NAMES = {1: b"idle", 2: b"sampling", 3: b"inference"}


def switch(time_ns: int, kind: int, thread: int, name: bytes | None = None) -> bytes:
    return struct.pack("<IBI20s", time_ns % 2**32, kind, thread, name or NAMES[thread])


def spell(start_ns: int, end_ns: int, thread: int) -> bytes:
    return switch(start_ns, IN, thread) + switch(end_ns, OUT, thread)


@pytest.fixture
def zephyr(tmp_path):
    (tmp_path / METADATA).parent.mkdir(parents=True)
    (tmp_path / METADATA).write_text(TSDL)
    return tmp_path


@pytest.fixture
def read(zephyr):
    def read(data: bytes) -> list[Slice]:
        (zephyr / "trace").write_bytes(data)
        return read_runs(zephyr / "trace", zephyr)

    return read


START = 2**32 - 1000
WAKE = spell(START, START + 500, 1) + spell(START + 510, START + 700, 2) + spell(START + 710, START + 2000, 3)
SLEEP = struct.pack("<IB", 1010, 0x1E) + spell(START + 2010, START + 9000, 1)


def test_runs_go_on_where_32_bits_end(read) -> None:
    runs = read(switch(START - 5, OUT, 3) + WAKE + SLEEP)  # who ran before the trace began is left out
    assert [(run.thread, run.start_ns - START, run.end_ns - START) for run in runs] == [
        ("idle", 0, 500),
        ("sampling", 510, 700),
        ("inference", 710, 2000),
        ("idle", 2010, 9000),
    ]
    assert [[run.thread for run in group] for group in awake(runs)] == [["sampling", "inference"]]


def test_an_event_that_the_end_cuts_off_is_left_out(read) -> None:
    whole = read(WAKE + SLEEP)
    for cut in range(1, 29):
        assert read((WAKE + SLEEP)[:-cut]) == whole[:-1]


def test_an_interrupts_event_may_come_before_an_earlier_one(zephyr) -> None:
    (zephyr / "trace").write_bytes(struct.pack("<IBIBIB", 5, 0x1E, 2**32 - 5, 0x1E, 15, 0x1E))
    assert [time for time, _, _ in events(zephyr / "trace", layouts(TSDL))] == [5, -5, 15]


def test_a_name_given_later_is_the_threads(read) -> None:
    runs = read(
        switch(1, IN, 9, b"unknown") + switch(2, OUT, 9, b"unknown") + spell(3, 4, 3) + spell(5, 6, 9 - 7)
    )
    assert [run.thread for run in runs] == ["0x9", "inference", "sampling"]
    runs = read(switch(1, IN, 3, b"unknown") + switch(2, OUT, 3))
    assert [run.thread for run in runs] == ["inference"]


def test_what_is_no_trace_is_one_clear_error(read) -> None:
    with pytest.raises(TraceError, match=r"trace: byte 58: expected an event of Zephyr's, found 0xff"):
        read(spell(1, 2, 3) + b"\xff" * 40)
    with pytest.raises(TraceError, match="expected threads that are switched in and out, found none"):
        read(b"")
    with pytest.raises(TraceError, match=r"idle.x: expected one of .*, found float_t"):
        layouts("event {\n\tname = idle;\n\tid = 0x1E;\n\tfields := struct {\n\t\tfloat_t x;\n\t};\n};\n")


def test_table_and_picture_say_what_ran(read) -> None:
    runs = read(WAKE + SLEEP)
    said = table(runs).splitlines()
    assert said[1].split() == ["idle", "2", "0.01", "83.22", "0.007"]
    assert said[2].split()[:2] == ["inference", "1"] and len(said) == 5
    assert table(runs[:1]).endswith("0.0 s: awake 0.0 times a second, for 0.00 ms at most")
    slices = [event for event in json.loads(perfetto(runs))["traceEvents"] if event["ph"] == "X"]
    assert [event["name"] for event in slices] == [run.thread for run in runs]
    assert slices[2]["dur"] == pytest.approx(1.29)


def test_a_missing_file_ends_with_status_1(tmp_path) -> None:
    words = [sys.executable, "-m", "wristpulse_tools.tasks", "thread-trace", str(tmp_path / "none")]
    run = subprocess.run(words, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr.startswith("error: ") and run.stdout == ""
