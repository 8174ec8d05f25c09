# SPDX-License-Identifier: Apache-2.0
"""The simulated world: labels are the heart's, knobs stay in range, draws repeat, no data is read."""

import builtins
import io
from pathlib import Path

import numpy as np
import pytest

from wristpulse.recordings.world import BASE_HZ, session
from wristpulse.recordings.world.delivery import labels, recording
from wristpulse.recordings.world.heart import BPM
from wristpulse.recordings.world.knobs import KNOBS, draws, table
from wristpulse.recordings.world.motion import ACTIVITIES, plan
from wristpulse.support.errors import UserError

DOCS = Path(__file__).parents[4] / "docs"
DISTURBED = (
    "coupling", "loose", "hidden", "hidden_loose", "flexion", "tilt", "pressing", "flicker", "gain_step",
    "noise", "pink", "baseline", "breath_base", "constriction", "ectopic_share", "fibrillation",
)  # fmt: skip


@pytest.fixture(scope="module")
def sessions():
    return [session(seed, 60.0) for seed in range(40)]


def test_the_same_seed_draws_the_same_session_and_another_seed_another(sessions):
    again = session(3, 60.0)
    for field in ("light", "pulse", "acc", "noise", "step", "worn"):
        np.testing.assert_array_equal(getattr(again, field), getattr(sessions[3], field))
    assert again.kind == sessions[3].kind
    assert not np.array_equal(session(4, 60.0).light, again.light)


@pytest.mark.parametrize("name", KNOBS)
def test_knobs_stay_in_range_and_leave_the_others_alone_when_left_out(name):
    draw = draws(np.random.default_rng(0))
    values = [draw(name) for _ in range(200)]
    knob = KNOBS[name]
    assert knob.low <= min(values) and max(values) <= knob.high
    assert max(values) - min(values) > 0.5 * (knob.high - knob.low)
    with_, without = draws(np.random.default_rng(1)), draws(np.random.default_rng(1), [name])
    assert without(name) == knob.off
    with_(name)
    other = next(n for n in KNOBS if n != name)
    assert with_(other) == without(other)


def test_what_is_no_knob_and_what_is_too_short_is_refused():
    with pytest.raises(UserError, match="knobs: without: expected names of knobs, found colour, smell"):
        session(1, 60.0, without=("smell", "colour"))
    with pytest.raises(UserError, match="session: seconds: expected at least 16, found 8"):
        session(1, 8.0)


@pytest.mark.parametrize("seed", range(6))
def test_labels_are_the_rate_of_the_pulse_that_is_in_the_light(seed):
    made = session(seed, 120.0, worn=True, without=DISTURBED)
    start = np.arange(4.0, 110.0, 4.0)
    label = made.heart.label(start)
    steady = np.abs(np.gradient(label)) < 2
    for at, bpm in zip(start[steady], label[steady], strict=True):
        part = made.pulse[int(at * BASE_HZ) : int((at + 8) * BASE_HZ), 0]
        spectrum = np.abs(np.fft.rfft((part - part.mean()) * np.hanning(len(part)), 8192))
        f = np.fft.rfftfreq(8192, 1 / BASE_HZ) * 60
        near = (f > 0.75 * bpm) & (f < 1.25 * bpm)
        assert abs(f[near][spectrum[near].argmax()] - bpm) < 4


def test_hearts_are_slow_fast_irregular_and_at_multiples_of_the_cadence(sessions):
    hearts = [made.heart for made in sessions if made.heart]
    rates = np.concatenate([heart.rate for heart in hearts])
    assert rates.min() >= BPM[0] and rates.max() <= BPM[1]
    many = [session(seed, 16.0) for seed in range(300)]
    assert 0.01 < np.mean([m.heart.fibrillating for m in many if m.heart]) < 0.08
    assert 0.03 < np.mean([m.heart is None for m in many]) < 0.15
    tied = 0
    for seed in range(300):  # the plan is the session's first draw: the same bouts
        bout = plan(draws(np.random.default_rng([seed, 17])), 16.0)[0]
        if bout.hz and many[seed].heart:
            tied += any(abs(many[seed].heart.rate[-1] / (120 * bout.hz) - r) < 0.03 for r in (0.5, 1.0))
    assert tied > 8


def test_without_a_wrist_there_is_no_label(sessions):
    desk = session(5, 60.0, worn=False)
    assert desk.heart is None and not desk.worn.any() and not desk.pulse.any()
    assert np.isnan(labels(desk, np.arange(10.0))).all()
    for made in sessions:
        if made.heart is not None and not made.worn.all():
            off = np.flatnonzero(~made.worn)[0] / BASE_HZ
            known = np.isfinite(labels(made, np.array([off - 10, off + 1])))
            assert known.tolist() == [True, False]


def test_accelerometers_show_gravity_at_rest_and_clip_at_their_range():
    still = session(2, 60.0, worn=False)
    assert 0.85 < np.median(np.linalg.norm(still.acc, axis=1)) < 1.15
    for seed in range(40):
        assert np.abs(session(seed, 20.0).acc).max() <= 16


def test_every_activity_is_drawn():
    names = {b.activity.name for s in range(200) for b in plan(draws(np.random.default_rng(s)), 300.0)}
    assert names == {activity.name for activity in ACTIVITIES}


@pytest.mark.parametrize(("fs_ppg", "fs_acc"), [(25.0, 25.0), (64.0, 32.0), (256.0, 208.0)])
def test_a_recording_of_any_sensor_rate(fs_ppg, fs_acc):
    made = recording(7, 30.0, fs_ppg=fs_ppg, fs_acc=fs_acc, leds=3)
    assert made.ppg.shape == (30 * fs_ppg, 3) and made.acc.shape == (30 * fs_acc, 3)
    assert made.ppg.min() >= 0 and made.ppg.max() < 2**18
    assert len(made.contact) == len(made.ppg) and len(made.hr) == 12
    np.testing.assert_array_equal(made.ppg, recording(7, 30.0, fs_ppg=fs_ppg, fs_acc=fs_acc, leds=3).ppg)


def test_no_data_is_read(monkeypatch):
    def refuse(*_arguments, **_options):
        raise AssertionError("the simulator opened a file")

    session(0, 20.0)  # what is imported late is imported now
    for module in (builtins, io):
        monkeypatch.setattr(module, "open", refuse)
    monkeypatch.setattr(np, "load", refuse)
    recording(1, 20.0)


def test_the_documentation_lists_every_knob():
    assert table() in (DOCS / "simulator.md").read_text()
