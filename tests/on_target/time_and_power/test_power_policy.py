# SPDX-License-Identifier: Apache-2.0
"""The power policy on firmware: the LED goes down at rest and up with motion, and no estimate moves.

With the student `people`, which is sure of a pulse as even as the one here.
"""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from places import BUILD
from wristpulse.core.policy import Policy
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, parse
from wristpulse.core.sensor import SensorStream
from wristpulse.student.card import load_student
from wristpulse_tools.firmware import zephyr_workspace

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]
STUDENT = "people"
MACHINES = ["mps2_an386", pytest.param("native_sim", marks=pytest.mark.slow)]

SECONDS = 130
TWITCH_S, WALK_S = 57.0, (81.0, 86.0)
BATCH_US = 17 * 1_000_000 // 64


def wrist(step: int) -> SensorStream:
    """A sure pulse on a wrist that lies still but for a twitch and a walk; counts in multiples of `step`."""
    rng = np.random.default_rng(1)
    t, t_acc = np.arange(SECONDS * 64) / 64, np.arange(SECONDS * 32) / 32
    phase = 2 * np.pi * np.cumsum(1.2 + 0.02 * np.sin(2 * np.pi * t / 20)) / 64
    ppg = 120_000 + 1500 * np.exp(3 * np.cos(phase) - 3) + rng.normal(0, 3, len(t))
    acc = np.array([0, 0, 4096]) + rng.normal(0, 4, (len(t_acc), 3))
    acc[t_acc == TWITCH_S] += 400
    walks = (t_acc >= WALK_S[0]) & (t_acc < WALK_S[1])
    acc[walks] += np.outer(np.cos(2 * np.pi * 2.3 * t_acc[walks]), [1200, 600, 400])
    return SensorStream(
        (np.rint(ppg / step) * step).astype(np.uint32),
        np.rint(t * 1e6).astype(np.int64),
        np.rint(acc).astype(np.int16),
        np.rint(t_acc * 1e6).astype(np.int64),
    )


@pytest.fixture(scope="module")
def image_of(workspace):
    """Image of a machine, built once."""
    option = f"-DPULSE_STUDENT={STUDENT}"
    return cache(lambda machine: zephyr_workspace.build(machine, BUILD / STUDENT / machine, option))


@pytest.fixture
def play(boot, image_of, tmp_path):
    """Play a stream on a machine with the policy on, and with an LED current in uA; its lines."""

    def play(stream: SensorStream, machine: str, image: Path | None = None, led_ua: int = 0) -> list[str]:
        recording: Path = tmp_path / "recording.pulse"
        write_replay(recording, stream)
        recording.with_name("recording.pulse.faults").write_text(
            (f"0 save {led_ua}\n" if led_ua else "") + "0 policy 1\n"
        )
        status, lines = boot(machine, recording, image=image or image_of(machine)).run()
        assert status == 0, lines[-1:]
        return lines

    return play


def hops(lines: list[str]) -> list[Result]:
    return [result for line in lines if (result := parse(line))]


def led(lines: list[str]) -> list[tuple[int, int]]:
    """Changes of the LED: sample's time in us from which on it has a current in uA."""
    changes = (re.match(r"LED t_us=(\d+) ua=(\d+)", line) for line in lines)
    return [(int(change[1]), int(change[2])) for change in changes if change]


def without_mixed(stream: SensorStream, lines: list[str]) -> SensorStream:
    """What the driver hands out: not the sample in which the LED changes, the first one lit anew."""
    kept = ~np.isin(stream.t_ppg_us, [t_us for t_us, _ in led(lines)])
    return replace(stream, ppg=stream.ppg[kept], t_ppg_us=stream.t_ppg_us[kept])


def reference(stream: SensorStream) -> tuple[list[Result], Policy]:
    policy = Policy()
    return load_student(STUDENT).estimator().run(stream, policy), policy


@pytest.mark.parametrize("machine", MACHINES)
def test_rest_dims_the_led_and_motion_lights_it(machine, play) -> None:
    stream = wrist(step=2)  # half of an even count is a count: nothing is lost by dimming
    lines = play(stream, machine)
    expected, policy = reference(without_mixed(stream, lines))
    assert hops(lines) == expected
    assert int(re.search(r"inferences=(\d+)", lines[-1])[1]) == policy.inferences < len(policy.rows) * 0.65

    changes = led(lines)
    assert [ua for _, ua in changes] == [5000, 10000, 5000, 10000, 5000]
    down, up_by_twitch, down_again, up_by_walk, down_at_last = (t_us for t_us, _ in changes)

    # A row in force at a full window is what the window before it brought about.
    ends = [result.time_us for result in expected[-len(policy.rows) :]]
    dimmed = [end for end, row in zip(ends[:-1], policy.rows[1:], strict=True) if row.led_shift]
    first, later = dimmed[0], min(end for end in dimmed if end > WALK_S[1] * 1e6)
    soon = 4 * BATCH_US  # the hop's last batch, its inference, and the batch under way
    assert 30_000_000 < first < 45_000_000
    assert 0 < down - first < soon and 0 < down_at_last - later < soon

    # The accelerometer's interrupt: the next batch is lit, whatever is left of the hop.
    for motion_s, up in ((TWITCH_S, up_by_twitch), (WALK_S[0], up_by_walk)):
        assert 0 < up - motion_s * 1e6 <= BATCH_US + 32_000
    # No hop takes the twitch for motion: dark again as soon as the one that holds it says so.
    judged = next(end for end in ends if end > TWITCH_S * 1e6)
    assert judged in dimmed and 0 < down_again - judged < soon
    assert lines[-1].endswith(" wakes=2")


def test_what_dimming_rounds_off_is_no_step(play) -> None:
    """Half the light of an odd count: one count of 120,000 is off while dimmed."""
    stream = wrist(step=1)
    lines = play(stream, "mps2_an386")
    found, (expected, _) = hops(lines), reference(without_mixed(stream, lines))
    assert [result.state for result in found] == [result.state for result in expected]
    off = [abs(a.bpm_q8 - b.bpm_q8) / 256 for a, b in zip(found, expected, strict=True)]
    assert max(off) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("user_ua", "currents"), [(399, [200]), (600, [600, 200])])
def test_dimming_stops_at_the_chips_last_step(user_ua, currents, workspace, play) -> None:
    """Steps of 200 uA: half of 399 uA would be no light, half of 600 uA is lit as 200 uA."""
    overlay = Path(__file__).with_name("faint_led.overlay")
    folder = BUILD / "faint_led"
    options = (f"-DEXTRA_DTC_OVERLAY_FILE={overlay}", f"-DPULSE_STUDENT={STUDENT}")
    image = zephyr_workspace.build("mps2_an386", folder, *options)
    stream = wrist(step=2)
    lines = play(stream, "mps2_an386", image=image, led_ua=user_ua)
    expected, policy = reference(without_mixed(stream, lines))  # as with the board's current
    assert any(row.led_shift for row in policy.rows)
    assert hops(lines) == expected
    changes = [ua for _, ua in led(lines)]
    assert changes[: len(currents)] == currents and set(changes) == set(currents)
