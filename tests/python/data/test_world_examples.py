# SPDX-License-Identifier: Apache-2.0
"""Windows straight from the world's grid are those that alignment and the device's front end make."""

import dataclasses
import time

import numpy as np
import pytest

from wristpulse.core.align import align
from wristpulse.core.numbers import HOP
from wristpulse.core.sensor import to_counts
from wristpulse.core.spectrum import magnitudes
from wristpulse.core.window import motion, window_ends, windows
from wristpulse.data.world_examples import FIRST_S, SETTLE_HOPS, gather_sessions, session_examples
from wristpulse.recordings.world import BASE_HZ, session
from wristpulse.recordings.world.delivery import recording


def quiet(made):
    """The same session by a converter without noise and steps."""
    return dataclasses.replace(made, noise=made.noise * 0, step=made.step * 0 + 1 / 64)


@pytest.mark.parametrize(("fs_ppg", "fs_acc"), [(32.0, 32.0), (50.0, 50.0), (100.0, 64.0), (256.0, 208.0)])
@pytest.mark.parametrize("seed", [3, 7])
def test_the_direct_way_gives_what_the_device_computes(monkeypatch, seed, fs_ppg, fs_acc):
    made = quiet(session(seed, 60.0))
    monkeypatch.setattr("wristpulse.recordings.world.delivery.session", lambda *_, **__: made)
    hops = align(to_counts(recording(seed, 60.0, fs_ppg=fs_ppg, fs_acc=fs_acc, jitter=0)))
    x = windows(hops, window_ends(hops))[SETTLE_HOPS:]
    device, direct = magnitudes(x.copy()).astype(float), session_examples(made)
    count = min(len(device), len(direct))
    assert count >= 20
    for channels in (slice(0, 2), slice(2, 4)):  # light, acceleration: each relative to its own highest
        a, b = device[:count, channels], direct.spectra[:count, channels]
        a, b = (np.sqrt(m / m.max(axis=(1, 2), keepdims=True)) for m in (a, b))
        assert np.abs(a - b).mean() < 0.01
    np.testing.assert_allclose(motion(x)[:count], direct.motion[:count], rtol=0.02)


def test_a_pulse_that_nobody_could_see_teaches_silence():
    made = quiet(session(11, 60.0, worn=True))
    clear = dataclasses.replace(made, light=made.pulse + 1e5)
    assert session_examples(clear).seen.min() == 1
    rng = np.random.default_rng(0)
    buried = dataclasses.replace(
        made, light=made.pulse + 1e5 + 60 * made.pulse.std() * rng.normal(size=made.light.shape)
    )
    assert np.median(session_examples(buried).seen) == 0
    desk = session_examples(session(5, 60.0, worn=False))
    assert not desk.seen.any() and np.isnan(desk.bpm).all()


def test_labels_may_be_later_than_the_windows_which_stay_as_they_are():
    made = session(11, 60.0, worn=True)
    plain, led = session_examples(made), session_examples(made, lead_s=3.0)
    assert len(led) == len(plain) - 1  # the last window has no heart rate 3 s later
    np.testing.assert_array_equal(led.spectra, plain.spectra[: len(led)])
    start = (np.arange(len(led)) + SETTLE_HOPS) * HOP / BASE_HZ + FIRST_S
    np.testing.assert_allclose(led.bpm, made.heart.label(start + 3.0), rtol=1e-5)
    assert np.abs(led.bpm - plain.bpm[: len(led)]).max() > 0.1


def test_sessions_together_keep_their_neighbours_to_themselves():
    parts = [session_examples(session(seed, 40.0)) for seed in (1, 2)]
    both = gather_sessions(parts)
    assert len(both) == sum(map(len, parts))
    assert (np.ptp(both.session[both.hops], axis=1) == 0).all()
    second = both.session == 1
    np.testing.assert_array_equal(both.hops[second] - len(parts[0]), parts[1].hops)


@pytest.mark.slow
def test_two_hundred_hours_of_signal_an_hour_of_processor_time():
    start = time.process_time()
    windows = gather_sessions([session_examples(session(seed, 180.0)) for seed in range(20)])
    hours = (time.process_time() - start) / 3600
    assert len(windows) > 1600
    assert 20 * 180 / 3600 / hours > 200
