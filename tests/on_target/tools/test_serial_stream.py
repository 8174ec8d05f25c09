# SPDX-License-Identifier: Apache-2.0
"""The raw data stream end to end: replayed through the Zephyr image, recorded, and replayed again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, parse
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import load_recording, simulate
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.stream.capture import Capture
from wristpulse_tools.stream.decoder import Decoder
from wristpulse_tools.stream.record import record
from wristpulse_tools.stream.sources import run_emulated

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]


@pytest.fixture(scope="module")
def image(workspace, model_dir) -> Path:
    return zephyr_workspace.build(
        "mps2_an386", BUILD / "stream", f"-DPULSE_MODEL_DIR={model_dir}", "-DSNIPPET=pulse-stream"
    )


def console_results(folder: Path) -> list[Result]:
    found = map(parse, (folder / "console.log").read_text().splitlines())
    return [result for result in found if result is not None]


def play(image: Path, stream: SensorStream | list[SensorStream], folder: Path) -> list[bytes]:
    write_replay(folder / "replay.pulse", stream)
    return list(run_emulated(image, folder / "replay.pulse", folder))


def test_what_is_recorded_is_what_was_replayed(image, reference, tmp_path) -> None:
    first = to_counts(simulate(1, 60))
    data = play(image, first, tmp_path)
    results = console_results(tmp_path)
    assert results == reference.run(first) and len(results) >= 28

    record(data, tmp_path / "kept.npz")
    second = to_counts(load_recording(tmp_path / "kept.npz"))
    for name in ("ppg", "t_ppg_us", "acc", "t_acc_us"):
        np.testing.assert_array_equal(getattr(second, name), getattr(first, name))
    play(image, second, tmp_path)
    assert console_results(tmp_path) == results


@pytest.mark.slow
def test_two_channels_are_recorded_as_they_were_replayed(workspace, model_dir, tmp_path) -> None:
    options = (f"-DPULSE_MODEL_DIR={model_dir}", "-DSNIPPET=pulse-stream;pulse-leds-2")
    image = zephyr_workspace.build("mps2_an386", BUILD / "stream-two", *options)
    first = to_counts(simulate(1, 30))
    streams = [first, replace(first, ppg=first.ppg // 2)]
    record(play(image, streams, tmp_path), tmp_path / "kept.npz")
    recording = load_recording(tmp_path / "kept.npz")
    for led, stream in enumerate(streams):
        np.testing.assert_array_equal(to_counts(recording, led).ppg, stream.ppg)


def test_results_and_counters_are_the_devices_own(image, tmp_path) -> None:
    stream = to_counts(simulate(2, 30))
    decoder = Decoder()
    records = decoder.feed(b"".join(play(image, stream, tmp_path)))
    assert [r for r in records if isinstance(r, Result)] == console_results(tmp_path)
    capture = Capture()
    capture.feed(b"".join(play(image, stream, tmp_path)))
    counters = capture.counters
    assert (counters.acc_lsb_per_g, counters.ppg_bits, counters.dropped) == (4096, 18, 0)
    assert counters.hops == len(console_results(tmp_path))
    assert len(stream.ppg) - 128 < counters.ppg <= len(stream.ppg)
    assert (counters.ppg_lost, counters.acc_lost, counters.shed, counters.misses) == (0, 0, 0, 0)
    assert 0 < counters.execution_us <= counters.response_us <= counters.worst_us < 2_000_000
    assert 0 < counters.busy_permille < 200
    assert decoder.rejected == 0 and not any(decoder.lost.values())


@pytest.mark.slow
def test_what_finds_no_room_is_dropped_and_counted_and_sampling_goes_on(
    workspace, model_dir, reference, tmp_path
) -> None:
    options = ("-DSNIPPET=pulse-stream", "-DCONFIG_PULSE_STREAM_BUFFER=90")  # counters fit, samples do not
    image = zephyr_workspace.build(
        "mps2_an386", BUILD / "stream-full", f"-DPULSE_MODEL_DIR={model_dir}", *options
    )
    stream = to_counts(simulate(1, 60))
    capture = Capture()
    for data in play(image, stream, tmp_path):
        capture.feed(data)
    assert console_results(tmp_path) == reference.run(stream)
    assert capture.ppg == [] and capture.counters.dropped > 100


@pytest.mark.slow
def test_the_shell_turns_it_off_and_on(workspace, model_dir, boot, tmp_path) -> None:
    options = (f"-DPULSE_MODEL_DIR={model_dir}", "-DSNIPPET=pulse-shell;pulse-stream")
    image = zephyr_workspace.build("mps2_an386", BUILD / "stream-shell", *options)
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 20)))
    sent = tmp_path / "stream.bin"
    firmware = boot("mps2_an386", image=image, second_serial=f"file:{sent}")
    firmware.expect(rb"pulse:~\$ ")
    firmware.expect(b"STALE")  # the emulated sensors are silent, and that much goes out
    sizes = []
    for state in ("off", "on"):
        firmware.emulator.write(f"pulse stream {state}\r".encode())
        firmware.expect(rb"pulse:~\$ ")
        sizes.append(sent.stat().st_size)
        firmware.emulator.write(f"pulse replay start {tmp_path}/wrist.pulse\r".encode())
        firmware.expect(rb"(?m)^END [^\n]*\n")
        firmware.expect(b"STALE")  # and again: idle time flies
    assert sizes[1] == sizes[0] < 1000 and sent.stat().st_size > sizes[1] + 10_000
    firmware.emulator.write(b"pulse stream maybe\r")
    firmware.expect(rb"expected on or off, found maybe")
