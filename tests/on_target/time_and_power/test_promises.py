# SPDX-License-Identifier: Apache-2.0
"""What a user is promised, in numbers, by firmware with the network that ships."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from places import BUILD
from wristpulse.core.align import align
from wristpulse.core.policy import moving
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, State, parse
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.experiments.no_pulse import light
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]

HOP_S = 2.0
FIRST_FIX_S = 8.125  # of signal: one window of 8 s, half a kernel of 0.125 s before it
CONTACT_LOST_S = 2 * HOP_S
PULSE_GONE_S = 8 + HOP_S  # the last window that holds some of the pulse, and one more
STALE_S = 6.0

Play = Callable[[SensorStream], list[str]]


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    return zephyr_workspace.build("mps2_an386", BUILD / "shipped" / "mps2_an386")


@pytest.fixture
def play(boot, image, tmp_path) -> Play:
    """A stream through the shipped firmware on an emulated Cortex-M4F; its lines."""

    def play(stream: SensorStream) -> list[str]:
        write_replay(tmp_path / "recording.pulse", stream)
        status, lines = boot("mps2_an386", tmp_path / "recording.pulse", image=image).run()
        assert status == 0, lines[-1:]
        return lines

    return play


def results(lines: list[str]) -> list[Result]:
    return [result for line in lines if (result := parse(line))]


def at_rest(people: int, seconds: int) -> list[SensorStream]:
    """The first simulated people who keep still from the start."""
    found, seed = [], 0
    while len(found) < people:
        stream = to_counts(simulate(seed, seconds, losses=False))
        found += [] if moving(align(stream)).any() else [stream]
        seed += 1
    return found


def still(stream: SensorStream) -> SensorStream:
    """On a table: no motion but the sensor's noise."""
    noise = np.random.default_rng(0).normal(0, 4, stream.acc.shape)
    return replace(stream, acc=np.rint(np.array([0, 0, 4096]) + noise).astype(np.int16))


def test_first_fix_at_rest(play) -> None:
    """Of eight simulated people, half by their first window and all by the second."""
    first = []
    for stream in at_rest(8, 24):
        start = int(min(stream.t_ppg_us[0], stream.t_acc_us[0]))
        valid = [r.time_us for r in results(play(stream)) if r.state is State.VALID]
        first.append((valid[0] - start) / 1e6 if valid else np.inf)
    assert sum(s <= FIRST_FIX_S for s in first) >= 4 and max(first) <= FIRST_FIX_S + HOP_S, first


def test_lost_contact_is_recognised_within_two_hops(play) -> None:
    """At every quarter of a hop."""
    stream = to_counts(simulate(1, 140, losses=False))
    lost_s, away_s = np.array([20.0, 50.5, 81.0, 111.5]), 8.0
    ppg, t_s = stream.ppg.copy(), stream.t_ppg_us / 1e6
    for start in lost_s:
        ppg[(t_s >= start) & (t_s < start + away_s)] = 200
    found = results(play(replace(stream, ppg=ppg)))
    for start in lost_s:
        later = [r for r in found if r.time_us / 1e6 > start]
        recognised = next(r for r in later if r.state is State.NO_CONTACT).time_us / 1e6
        assert recognised - start <= CONTACT_LOST_S
        until = [r for r in later if recognised <= r.time_us / 1e6 <= start + away_s]
        assert {r.state for r in until} == {State.NO_CONTACT}


@pytest.mark.parametrize("lamp", ["constant", "one-bit", "white"])
def test_no_value_on_a_desk(lamp, play) -> None:
    """In light that is constant, that toggles its last bit, and that is as strong a noise as a pulse."""
    stream = to_counts(simulate(1, 120, losses=False))
    desk = still(stream)
    found = results(play(replace(desk, ppg=light(stream, lamp))))
    assert len(found) >= 58 and State.VALID not in {r.state for r in found}


def test_no_value_on_a_desk_after_a_wrist(play) -> None:
    stream = still(to_counts(simulate(7, 120, losses=False)))
    laid_down_s = 60.0
    lies = stream.t_ppg_us >= laid_down_s * 1e6
    found = results(play(replace(stream, ppg=np.where(lies, light(stream, "constant"), stream.ppg))))
    states = {when: {r.state for r in found if when(r.time_us / 1e6 - laid_down_s)} for when in (worn, gone)}
    assert State.VALID in states[worn] and State.VALID not in states[gone]


def worn(after_s: float) -> bool:
    return after_s < 0


def gone(after_s: float) -> bool:
    return after_s > PULSE_GONE_S


@pytest.mark.parametrize(("silence_s", "stale"), [(STALE_S - 0.5, 0), (STALE_S + 0.5, 1)])
def test_stale_after_six_seconds_without_a_hop(silence_s, stale, play) -> None:
    """Both sensors pause at a hop's end; the next hop takes 2 s and half a kernel to fill."""
    stream = to_counts(simulate(3, 40, losses=False))
    end_us = results(play(stream))[8].time_us + 125_000
    pause_us = round((silence_s - HOP_S - 0.125) * 1e6)
    times = [t + pause_us * (t > end_us) for t in (stream.t_ppg_us, stream.t_acc_us)]
    lines = play(SensorStream(stream.ppg, times[0], stream.acc, times[1]))
    assert lines.count("STALE") == stale
