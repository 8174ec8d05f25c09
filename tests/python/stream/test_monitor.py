# SPDX-License-Identifier: Apache-2.0
"""The live view: what it shows of a stream, and that a terminal shows it."""

import io
import os
import pty
import struct
import threading
from contextlib import closing
from itertools import islice

import numpy as np
import pytest
from rich.console import Console

from wristpulse.core.result import Result, State
from wristpulse_tools.stream.decoder import Acc, Counters, Decoder, FurtherPpg, Ppg, Restart, Stale, frame
from wristpulse_tools.stream.monitor import Screen, monitor, motion_g, render, steady, trace, update
from wristpulse_tools.stream.sources import serial_port
from wristpulse_tools.support.blocks import bars


def screen(view: Screen, width: int = 80) -> str:
    console = Console(width=width, record=True, file=open(os.devnull, "w"))
    console.print(render(view, Decoder(), width))
    return console.export_text()


def seen(*records) -> Screen:
    view = Screen()
    for record in records:
        view = update(view, record)
    return view


VALID = Result(hop=3, time_us=10_000_000, bpm_q8=72 << 8, confidence_q15=31_000, state=State.VALID, gaps=0)
NO_CONTACT = Result(hop=4, time_us=12_000_000, bpm_q8=0, confidence_q15=0, state=State.NO_CONTACT, gaps=0)


def pulse(start_s: float, seconds: float) -> Ppg:
    t_us = (np.arange(start_s * 64, (start_s + seconds) * 64) / 64 * 1e6).astype(np.int64)
    return Ppg(t_us, (100_000 - 500 * np.sin(2 * np.pi * t_us / 1e6)).astype(np.uint32))


def test_a_valid_result_is_shown_with_its_confidence():
    shown = screen(seen(VALID))
    assert "72.0 BPM" in shown and "valid" in shown and "0.95" in shown


@pytest.mark.parametrize("after", [Stale(16_000_000), NO_CONTACT])
def test_without_a_rate_none_is_shown(after):
    shown = screen(seen(VALID, after))
    assert "--- BPM" in shown and "72.0" not in shown
    assert ("stale" if isinstance(after, Stale) else "no-contact") in shown


def test_further_channels_leave_the_trace_alone():
    first = seen(pulse(0, 5), VALID)
    also = seen(pulse(0, 5), VALID, FurtherPpg(1, np.array([9_000_000]), np.array([5], np.uint32)))
    assert screen(also) == screen(first)


def test_the_screen_keeps_the_last_eight_seconds_and_begins_anew_with_the_device():
    view = seen(pulse(0, 10), pulse(10, 5))
    assert view.t_ppg_us[-1] - view.t_ppg_us[0] == pytest.approx(8e6, abs=2e4)
    assert len(seen(pulse(10, 5), pulse(0, 1)).ppg) == 64


def test_a_restart_begins_an_empty_screen():
    assert screen(seen(VALID, pulse(0, 10), Restart())) == screen(Screen())


@pytest.mark.parametrize(("height", "lines"), [(24, 23), (40, 25)])
def test_the_screen_fits_24_lines(height, lines):
    counters = Counters(0, 1, 18, 4096, *range(12), 123)
    full = seen(pulse(0, 10), Acc(np.array([0]), np.array([[0, 0, 4096]])), counters, VALID)
    console = Console(width=80, record=True, file=open(os.devnull, "w"))
    console.print(render(full, Decoder(), 80, height))
    assert len(console.export_text().splitlines()) == lines


def test_what_a_source_says_before_its_first_bytes_stands_above_the_screen(capsys):
    def builds():
        print("building")
        yield b""

    shown = io.StringIO()
    monitor(builds(), Console(file=shown, width=80, force_terminal=True))
    assert capsys.readouterr().out == "building\n"


def test_a_beat_a_second_is_eight_peaks():
    columns = trace(*(lambda p: (p.t_us, p.counts))(pulse(0, 8)), 80, 8_000_000)
    top = bars(-columns, -100_500, -99_500, rows=5)[0]
    assert sum(a == " " and b != " " for a, b in zip(" " + top, top, strict=False)) == 8


def test_drift_is_left_out_and_a_beat_stays():
    t = np.arange(80) / 10
    drift, beats = 1000 * t, np.sin(2 * np.pi * t)
    assert np.abs(steady(drift + beats, 10) - beats)[6:-6].max() < 0.3
    assert np.isnan(steady(np.array([np.nan, 1.0]), 1)[0])


def test_bars_are_as_high_as_their_values():
    assert bars(np.array([0.0, 1.0, np.nan]), 0, 1) == ["▁█ "]
    assert bars(np.array([0.0, 1.0]), 0, 1, rows=2) == [" █", "▁█"]
    assert bars(np.array([5.0, 5.0]), 5, 5) == ["▅▅"]  # no span: half height


def test_motion_is_none_at_rest():
    assert motion_g(np.tile([0, 0, 4096], (32, 1))) == 0
    assert motion_g(np.array([[0, 0, 2048], [0, 0, 6144]])) == pytest.approx(0.5)


def test_counters_are_shown():
    counters = Counters(0, 1, 18, 4096, 7, 640, 3, 320, 2, 1, 9, 4, 5, 31_000, 30_000, 25_000, 123)
    shown = screen(seen(Acc(np.array([0]), np.array([[0, 0, 4096]])), counters))
    for text in ("processor 12.3 %", "inference 25.0 ms", "shed 4", "misses 5", "dropped 7", "worst 31.0 ms"):
        assert text in shown


@pytest.fixture
def port():
    """A pseudo terminal on which a device keeps saying 72 BPM between lines of text."""
    device, port = pty.openpty()
    said = b"text\n" + frame(3, 0, struct.pack("<qIiHBI", 10_000_000, 3, 72 << 8, 31_000, 1, 0))
    done = threading.Event()

    def talk() -> None:
        while not done.wait(0.02):
            os.write(device, said)

    talker = threading.Thread(target=talk)
    talker.start()
    yield os.ttyname(port)
    done.set()
    talker.join()
    os.close(device)
    os.close(port)


def test_it_shows_what_comes_from_a_serial_port(port):
    screen = Console(file=io.StringIO(), width=80, force_terminal=True)
    with closing(serial_port(port)) as source:
        view = monitor(islice(source, 20), screen)
    assert view.results[-1] == VALID
    assert "72.0 BPM" in screen.file.getvalue()
