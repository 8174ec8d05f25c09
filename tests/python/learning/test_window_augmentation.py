# SPDX-License-Identifier: Apache-2.0
"""Changed copies of windows: what is changed, and what must not be."""

import dataclasses

import numpy as np
import pytest
from keras import ops

from wristpulse.config.networks import WindowAugmentation
from wristpulse.config.settings import Training
from wristpulse.core.sensor import to_counts
from wristpulse.core.window import stream_windows, window_inputs
from wristpulse.data.stretch import stretched_windows
from wristpulse.learning import losses
from wristpulse.learning.paper.augment import NO_PULSE_BPM, augmented
from wristpulse.recordings import simulate

NOTHING = WindowAugmentation(
    motion_gain=0.0, foreign_motion=0.0, leak=0.0, noise=0.0, baseline=0.0, tilt=0.0, turned=0.0, no_pulse=0.0
)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return stream_windows(to_counts(simulate(5, 120.0))).x


def changed(x, settings, seed=1):
    return augmented(x, np.full(len(x), 80.0), settings, np.random.default_rng(seed))


def test_without_changes_the_light_is_what_the_front_end_makes_of_it(x):
    inputs, bpm = changed(x, NOTHING)
    assert np.abs(inputs[:, 0].astype(int) - window_inputs(x)[:, 0]).max() <= 1
    assert (bpm == 80).all() and inputs.dtype == np.int8


def test_motion_is_turned_but_as_strong(x):
    inputs, _ = changed(x, NOTHING)
    inside = (np.abs(inputs).max(axis=(1, 2)) < 127) & (np.abs(window_inputs(x)).max(axis=(1, 2)) < 127)
    moved, plain = (
        np.sqrt((i[inside, 1:].astype(float) ** 2).sum(axis=(1, 2))) for i in (inputs, window_inputs(x))
    )
    assert inside.sum() > 10 and np.allclose(moved, plain, rtol=0.05, atol=8)
    assert np.abs(inputs[inside, 1:].astype(int) - window_inputs(x)[inside, 1:]).max() > 20


def test_polarity_turns_the_light_only(x):
    inputs, _ = changed(x, dataclasses.replace(NOTHING, turned=1.0))
    same, _ = changed(x, NOTHING)
    assert np.abs(inputs[:, 0].astype(int) + same[:, 0]).max() <= 1
    assert (inputs[:, 1:] == same[:, 1:]).all()


def test_a_leak_follows_the_motion_and_spares_a_wrist_at_rest(x):
    settings = dataclasses.replace(NOTHING, leak=1.0, leak_gain=10.0)
    still = x.copy()
    still[:, 1:] = still[:, 1:].mean(axis=-1, keepdims=True).astype(np.int64)
    for windows, least, most in ((still, 0.99, 1.0), (x, -1.0, 0.9)):
        inputs, _ = changed(windows, settings)
        plain = window_inputs(windows)[:, 0]
        alike = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(inputs[:, 0], plain, strict=True)])
        assert least <= alike <= most


def test_windows_without_a_pulse_are_labelled_so(x):
    inputs, bpm = changed(x, dataclasses.replace(NOTHING, no_pulse=1.0))
    assert (bpm == NO_PULSE_BPM).all()
    alike = [abs(np.corrcoef(a, b)[0, 1]) for a, b in zip(inputs[:, 0], window_inputs(x)[:, 0], strict=True)]
    assert np.mean(alike) < 0.3


def test_the_same_seed_gives_the_same_copies(x):
    settings = WindowAugmentation()
    first, again, other = (changed(x, settings, seed)[0] for seed in (3, 3, 4))
    assert (first == again).all() and (first != other).any()


@pytest.mark.parametrize("stretch", [0.8, 1.25])
def test_a_stretched_recording_has_a_stretched_heart_rate(stretch):
    recording = simulate(2, 60.0)
    windows, bpm = stretched_windows(recording, None, stretch, aligned=True)
    plain = stretched_windows(recording, None, 1.0, aligned=True)[1]
    assert np.nanmean(bpm) == pytest.approx(stretch * np.nanmean(plain), rel=0.03)
    assert len(windows) == pytest.approx(len(plain) / stretch, abs=4)


def test_a_label_may_be_later_than_its_window_in_played_time():
    recording = simulate(2, 60.0)
    windows, bpm = stretched_windows(recording, None, 1.25, aligned=True)
    led = stretched_windows(recording, None, 1.25, aligned=True, lead_s=2.0)[1]
    np.testing.assert_allclose(led[:-1], bpm[1:])  # a hop takes 2 s, played as fast as the rest
    assert np.isfinite(bpm).any() and len(windows) == len(led)


def test_without_a_pulse_the_uniform_answer_is_the_best():
    loss = losses.HeartRateLoss(Training())
    nobody = np.full((1, 1), NO_PULSE_BPM, "float32")
    uniform = float(loss(ops.array(nobody), ops.zeros((1, 104))))
    assert uniform == pytest.approx(np.log(104), rel=1e-4)
    sure = np.zeros((1, 104), "float32")
    sure[0, 30] = 5.0
    assert float(loss(ops.array(nobody), ops.array(sure))) > uniform
    assert float(losses.bpm_error(ops.array(nobody), ops.array(sure))) == 0
