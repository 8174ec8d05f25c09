# SPDX-License-Identifier: Apache-2.0
"""Several LEDs and smoothed results in Zephyr's images: what the Python reference says, bit for bit."""

import numpy as np
import pytest

from places import BUILD
from wristpulse.core.estimator import Estimator
from wristpulse.core.result import State
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.smooth import smooth
from wristpulse.recordings import simulate
from wristpulse.student.card import SHIPPED, load_student
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.places import EMBEDDED
from wristpulse_tools.replay.replay import Replay, replay
from wristpulse_tools.replay.targets import program_for


def leds(count: int, seconds: float = 90) -> list[SensorStream]:
    """One wrist, seen with noise of each LED's own; contact is lost for 8 s."""
    person = simulate(1, seconds, leds=count)
    streams = [to_counts(person, led) for led in range(count)]
    first = streams[0]
    lost = (first.t_ppg_us > 50_000_000) & (first.t_ppg_us < 58_000_000)
    return [
        SensorStream(np.where(lost, 0, s.ppg), first.t_ppg_us, first.acc, first.t_acc_us) for s in streams
    ]


@pytest.fixture(scope="module")
def reference() -> Estimator:
    return load_student(SHIPPED).estimator()


@pytest.fixture
def play(workspace, tmp_path):
    """Play LEDs through a target with a lag."""

    def play(target: str, streams: list[SensorStream], lag: int) -> Replay:
        program = program_for(target, EMBEDDED, BUILD / "shipped", leds=len(streams), lag=lag)
        return replay(program, streams, tmp_path / "leds.pulse")

    return play


CASES = [
    ("native_sim", 2, 1),
    ("native_sim", 3, 4),
    ("zephyr", 3, 8),
    pytest.param("zephyr", 1, 4, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("target", "count", "lag"), CASES)
@pytest.mark.qemu
@pytest.mark.zephyr
def test_hops_and_late_hops_equal_the_reference(target, count, lag, play, reference) -> None:
    streams = leds(count)
    found, expected = play(target, streams, lag), reference.full_run(streams)
    assert found.results == expected.results
    assert found.late == smooth(expected, reference.tables, lag) != found.results
    states = {result.state for result in found.late}
    assert {State.VALID, State.NO_CONTACT} <= states
    if count > 1:
        assert found.results != reference.run(streams[0])
    lost = ("shed", "misses", "ppg_lost", "acc_lost")
    assert {name: found.closing[name] for name in lost} == dict.fromkeys(lost, 0)
    if target == "zephyr":  # a third of each stack is to spare; native_sim's are the host's
        assert 0 < found.closing["stack_inference"] < 2560 * 2 // 3
        assert 0 < found.closing["stack_sampling"] < 1536 * 2 // 3


@pytest.mark.qemu
@pytest.mark.zephyr
def test_channels_of_devicetree_are_the_leds(play) -> None:
    """The snippet states slots only."""
    play("native_sim", leds(2, 20), 1)
    config = (BUILD / "shipped" / "2-leds-lag-1" / "native_sim" / "zephyr" / ".config").read_text()
    assert "CONFIG_PULSE_LEDS=2\n" in config


@pytest.mark.zephyr
@pytest.mark.slow
def test_a_board_with_three_leds_builds(workspace) -> None:
    folder = BUILD / "leds" / "nrf52840dk"
    zephyr_workspace.build("nrf52840dk", folder, "-DSNIPPET=pulse-leds-3", "-DCONFIG_PULSE_SMOOTH_HOPS=4")
    assert "CONFIG_PULSE_LEDS=3\n" in (folder / "zephyr" / ".config").read_text()


def test_more_leds_than_the_chip_has_are_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="--target zephyr: expected a recording of 1 to 3 LEDs.*found 4"):
        program_for("zephyr", EMBEDDED, tmp_path, leds=4)
