# SPDX-License-Identifier: Apache-2.0
"""What users of other firmware complain of, made anew: wrong or missing values at rest, walking, on a desk.

Each scene is synthetic light and motion with a known heart rate, or with none.

    invoke complaints [--student FOLDER]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float64

from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.result import State
from wristpulse.core.sensor import SensorStream
from wristpulse.experiments.no_pulse import coloured
from wristpulse.recordings.recording import WINDOW_S
from wristpulse.student.card import Student
from wristpulse.student.tolerance import WRONG_BPM
from wristpulse.support.markdown import table

FS = 100.0  # of the light, Hz
FS_ACC = 50.0
LEVEL, PULSE, NOISE = 100_000.0, 400.0, 20.0  # counts: of the light, standard deviation of pulse and of noise


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a wrist or a desk gives.

    Attributes
    ----------
    light : float64 (n,)
        Counts without the level, at FS.
    acc : float64 (m, 3)
        g, at FS_ACC.
    bpm : float64 (n,), optional
        Heart rate at each sample of light; None: no heart.
    """

    light: Float64[np.ndarray, " n"]
    acc: Float64[np.ndarray, "m 3"]
    bpm: Float64[np.ndarray, " n"] | None

    def stream(self) -> SensorStream:
        """Give it as a sensor does, with noise.

        Returns
        -------
        SensorStream
        """
        noise = np.random.default_rng(2).normal(0, NOISE, len(self.light))
        return SensorStream(
            np.rint(LEVEL + self.light + noise).astype(np.uint32),
            (np.arange(len(self.light)) * (1e6 / FS)).astype(np.int64),
            np.rint(self.acc * ACC_LSB_PER_G).astype(np.int16),
            (np.arange(len(self.acc)) * (1e6 / FS_ACC)).astype(np.int64),
        )


def times(seconds: float) -> Float64[np.ndarray, " n"]:
    """Times of the light's samples.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    ndarray, float64 (n,)
        Seconds.
    """
    return np.arange(int(seconds * FS)) / FS


def still(seconds: float) -> Float64[np.ndarray, "m 3"]:
    """Acceleration of a wrist on a table.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    ndarray, float64 (m, 3)
        g.
    """
    acc = np.tile([0.0, 0.0, 1.0], (int(seconds * FS_ACC), 1))
    return acc + np.random.default_rng(1).normal(0, 0.002, acc.shape)


def beats(bpm: Float64[np.ndarray, " n"], kind: str) -> Float64[np.ndarray, " n"]:
    """Pulse whose beats come 2 % early or late.

    Parameters
    ----------
    bpm : ndarray, float64 (n,)
        Rate at each sample.
    kind : str
        "decay": quick rise and exponential decay; "narrow": two Gaussians a beat.

    Returns
    -------
    ndarray, float64 (n,)
        Counts, their standard deviation PULSE.
    """
    phase = np.cumsum(bpm / 60) / FS
    jitter = np.random.default_rng(3).normal(0, 0.02, int(phase[-1]) + 2)
    s = np.mod(phase + np.interp(phase, np.arange(len(jitter)), jitter), 1) * 60 / bpm
    if kind == "decay":
        x = np.minimum(s / 0.12, 1) * np.exp(-np.maximum(s - 0.12, 0) / 0.45)
    else:
        x = np.exp(-(((s - 0.15) / 0.07) ** 2)) + 0.4 * np.exp(-(((s - 0.42) / 0.1) ** 2))
    return _strong(x)


def at_rest(bpm: float, swing: float, swing_hz: float, kind: str = "decay", seconds: float = 180) -> Scene:
    """A heart whose rate swings, at rest.

    Parameters
    ----------
    bpm, swing : float
        Mean rate, and by how much it swings either way, BPM.
    swing_hz : float
        How often.
    kind : str
        Of `beats`.
    seconds : float

    Returns
    -------
    Scene
    """
    rate = bpm + swing * np.sin(2 * np.pi * swing_hz * times(seconds))
    return Scene(light=beats(rate, kind), acc=still(seconds), bpm=rate)


def fibrillating(bpm: float, seconds: float = 180) -> Scene:
    """Beats at intervals that vary by a fifth, at rest.

    Parameters
    ----------
    bpm : float
        Mean rate.
    seconds : float

    Returns
    -------
    Scene
    """
    intervals = np.random.default_rng(5).normal(1, 0.2, int(seconds * bpm / 30)).clip(0.4, 2) * 60 / bpm
    phase = np.interp(times(seconds), np.cumsum(intervals), np.arange(len(intervals)))
    rate = np.maximum(np.gradient(phase) * FS * 60, 20.0)
    return Scene(light=beats(rate, "narrow"), acc=still(seconds), bpm=np.full(len(rate), bpm))


def lamp(kind: str, hz: float, seconds: float = 120) -> Scene:
    """Light on a table.

    Parameters
    ----------
    kind : str
        "sine", "blinking" (on for 0.3 of the time), or "mains": 100 Hz sampled at a rate `hz` too low.
    hz : float
        What is seen of it.
    seconds : float

    Returns
    -------
    Scene
    """
    t = times(seconds)
    light = {
        "sine": np.sin(2 * np.pi * hz * t),
        "blinking": (np.mod(hz * t, 1) < 0.3).astype(float),
        "mains": np.sin(2 * np.pi * 100 * t * FS / (FS - hz)),
    }[kind]
    return Scene(light=PULSE * light, acc=still(seconds), bpm=None)


def noise(exponent: float, seconds: float = 180) -> Scene:
    """Light without any rhythm, still.

    Parameters
    ----------
    exponent : float
        Of amplitude over frequency, falling: 0 white, 1 brown.
    seconds : float

    Returns
    -------
    Scene
    """
    light = PULSE * coloured(np.random.default_rng(6), int(seconds * FS), exponent, FS)
    return Scene(light=light, acc=still(seconds), bpm=None)


def walking(bpm: float, coupling: float = 0.5, seconds: float = 180) -> Scene:
    """160 steps a minute, 2 % early or late, that swing the light.

    Parameters
    ----------
    bpm : float
        Of the heart.
    coupling : float
        Of the light's swing over the pulse.
    seconds : float

    Returns
    -------
    Scene
    """
    rng, t = np.random.default_rng(4), times(seconds)
    steps = np.arange(0, seconds + 1, 60 / 160)
    stride = 1 + 0.02 * np.interp(t, steps, rng.normal(size=len(steps)))
    phase = np.pi * 160 / 60 * np.cumsum(stride) / FS
    parts = rng.uniform(0, 6, (3, 3))
    sway = sum(
        weight * np.sin(k * phase[:, None] + parts[:, row])
        for row, (k, weight) in enumerate(((1, 0.25), (2, 0.4), (4, 0.08)))
    ) + 0.03 * rng.normal(size=(len(t), 3))
    swung = _strong(sway @ [1.0, -0.5, 0.3] + 0.7 * (sway @ [0.2, 1.0, -0.4]) ** 2)
    rate = bpm + 0.5 * np.sin(2 * np.pi * 0.05 * t)
    acc = (sway + [0, 0, 1.0])[:: int(FS / FS_ACC)]
    return Scene(light=beats(rate, "narrow") + coupling * swung, acc=acc, bpm=rate)


SCENES = {
    **{f"at rest, heart {bpm}": partial(at_rest, bpm, 1.5, 0.1) for bpm in (32, 36, 40, 43)},
    **{f"walking 160 steps a minute, heart {bpm}": partial(walking, bpm) for bpm in (78, 80, 82)},
    "on a desk, white noise": partial(noise, 0.0),
    "on a desk, brown noise": partial(noise, 1.0),
    "on a desk, mains flicker": partial(lamp, "mains", 1.2),
    "on a desk, blinking at 1 Hz": partial(lamp, "blinking", 1.0),
    **{
        f"breathing 6 a minute, heart 65 ± {swing}": partial(at_rest, 65, swing, 0.1)
        for swing in (10, 15, 20)
    },
    **{f"fibrillation, heart {bpm}": partial(fibrillating, bpm) for bpm in (80, 110, 140)},
}


def judged(student: Student, scene: Scene) -> tuple[list[State], int]:
    """What a student says of a scene.

    Parameters
    ----------
    student : Student
    scene : Scene

    Returns
    -------
    states : list of State
        Of each hop.
    wrong : int
        How many are valid and more than 10 BPM off the window's mean rate; without a heart, all valid ones.
    """
    found = student.estimator().run(scene.stream())
    states = [r.state for r in found]
    valid = np.array([state is State.VALID for state in states])
    if scene.bpm is None:
        return states, int(valid.sum())
    off = np.abs(
        np.array([r.bpm_q8 / 256 for r in found]) - _of_windows(scene.bpm, [r.time_us for r in found])
    )
    return states, int((valid & (off > WRONG_BPM)).sum())


def report(student: Student) -> str:
    """Say what a student makes of each scene.

    Parameters
    ----------
    student : Student

    Returns
    -------
    str
        A Markdown table: hops, how many are valid, wrong, rate-uncertain and no-pulse.
    """
    rows = []
    for name, make in SCENES.items():
        states, wrong = judged(student, make())
        valid, *others = (states.count(s) for s in (State.VALID, State.RATE_UNCERTAIN, State.NO_PULSE))
        rows.append((name, len(states), valid, wrong, *others))
    return table(("scene", "hops", "valid", "wrong", "rate-uncertain", "no-pulse"), rows)


def _strong(x: np.ndarray) -> np.ndarray:
    return PULSE * (x - x.mean()) / x.std()


def _of_windows(bpm: np.ndarray, end_us: Sequence[int]) -> np.ndarray:
    """Mean rate of the 8 s before each end."""
    total = np.concatenate([[0.0], np.cumsum(bpm)])
    last = np.clip((np.array(end_us) * FS / 1e6).astype(int), 1, len(bpm))
    first = np.maximum(last - int(WINDOW_S * FS), 0)
    return (total[last] - total[first]) / (last - first)
