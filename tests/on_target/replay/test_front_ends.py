# SPDX-License-Identifier: Apache-2.0
"""Another front end, and more than one channel: the same hops as the Python reference's, bit for bit.

The overlay of the MAX86141 is the one of docs/porting_afe.md.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from places import BUILD, ROOT
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, State, parse
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse.student.card import SHIPPED, load_student
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.replay.replay import closing_figures

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]
FRONT_ENDS = ["max86141", pytest.param("two_slots", marks=pytest.mark.slow)]
SECONDS = 60


def overlay(front_end: str, folder: Path) -> Path:
    """As the page has it."""
    name = f"{front_end}.overlay"
    page = (ROOT / "docs" / "porting_afe.md").read_text()
    [found] = re.findall(rf'^```dts title="{name}"\n(.*?)^```', page, re.M | re.S)
    (folder / name).write_text(found)
    return folder / name


@pytest.fixture(scope="module")
def image(workspace, tmp_path_factory):
    """Image of QEMU's Cortex-M4F for two channels with a front end, built once."""

    def build(front_end: str) -> Path:
        option = "-DSNIPPET=pulse-leds-2"
        if front_end != "two_slots":
            path = overlay(front_end, tmp_path_factory.mktemp("overlay"))
            option = f"-DEXTRA_DTC_OVERLAY_FILE={path}"
        return zephyr_workspace.build("mps2_an386", BUILD / front_end / "mps2_an386", option)

    return cache(build)


@pytest.fixture
def play(boot, image, tmp_path):
    """Play streams, one a channel, through a front end; its lines."""

    def play(front_end: str, streams: list[SensorStream], faults: str = "") -> list[str]:
        recording = tmp_path / "recording.pulse"
        write_replay(recording, streams)
        recording.with_name("recording.pulse.faults").write_text(faults)
        status, lines = boot("mps2_an386", recording, image=image(front_end)).run()
        assert status == 0, lines[-1:]
        return lines

    return play


def two_channels() -> list[SensorStream]:
    """One wrist seen by two LEDs: the same beats and motion, noise of each channel's own."""
    person = simulate(1, SECONDS, leds=2)
    return [to_counts(person, led) for led in range(2)]


def hops(lines: list[str]) -> list[Result]:
    return [result for line in lines if (result := parse(line))]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_two_channels_reach_the_estimator(front_end, play) -> None:
    streams = two_channels()
    lines = play(front_end, streams)
    estimator = load_student(SHIPPED).estimator()
    assert hops(lines) == estimator.run(streams) != estimator.run(streams[0])
    assert closing_figures(lines)["ppg_lost"] == 0


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_a_dark_channel_changes_nothing(front_end, play) -> None:
    stream = to_counts(simulate(1, SECONDS))
    assert hops(play(front_end, [stream])) == load_student(SHIPPED).estimator().run(stream)


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_it_survives_its_faults(front_end, play) -> None:
    faults = (
        "8000000 nack 1\n12000000 mute 1\n16000000 stick 0\n20000000 reset 0\n30000000 hold_sensors 2000\n"
    )
    lines = play(front_end, two_channels(), faults)
    found = hops(lines)
    end = closing_figures(lines)
    assert end["recoveries"] >= 3 and end["lost_interrupts"] == 1 and end["overflows"] >= 1
    assert [result.state for result in found[-4:]] == [State.VALID] * 4
