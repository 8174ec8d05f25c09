# SPDX-License-Identifier: Apache-2.0
"""A seeded wrist: heart, vessels, arm, gait and sensor, so that everything runs without any data set.

Nothing here is a recording of a person, and results on it say nothing about people. Under motion the highest
peak of the PPG spectrum is often not the pulse; the accelerometer shows the motion that disturbs it. Signals
are rounded to counts, which removes the last-digit differences between mathematics libraries: the same seed
gives the same samples on every machine.
"""

from dataclasses import dataclass

import numpy as np

from wristpulse.recordings.recording import ACTIVITIES, WINDOW_S, Recording, make_recording, window_starts
from wristpulse.recordings.simulated.physiology import Heart, pulse_shape
from wristpulse.recordings.simulated.physiology import heart as make_heart
from wristpulse.recordings.simulated.wrist import Motion
from wristpulse.recordings.simulated.wrist import motion as make_motion

FULL_SCALE = 2**18 - 1  # counts
ACC_LSB_G = 1 / 4096
LICENCE = "Apache-2.0 (simulated)"

# Shares of time and bout lengths are those of a mixed day with exercise, compressed into minutes.
BOUT_S = (35.0, 110.0)
WEIGHTS = {"sitting": 0.22, "working": 0.16, "walking": 0.28, "running": 0.2, "cycling": 0.14}


@dataclass(frozen=True)
class Bout:
    """One stretch of one activity (index into ACTIVITIES), seconds on the recording clock."""

    start: float
    end: float
    activity: int


def simulate(
    seed: int,
    seconds: float = 600.0,
    *,
    fs_ppg: float = 64.0,
    fs_acc: float = 32.0,
    leds: int = 1,
    difficulty: float = 1.0,
    losses: bool = True,
) -> Recording:
    """Simulate one person at rest and moving; PPG in 18-bit counts.

    Parameters
    ----------
    seed : int
        The same seed gives the same person and recording.
    seconds : float
    fs_ppg, fs_acc : float
        Hz.
    leds : int
        Channels of the PPG.
    difficulty : float
        Scales the motion artefacts; 0: none.
    losses : bool
        Add losses of contact, marked in the recording's ``contact``, and glare that saturates the sensor.

    Returns
    -------
    Recording
        Its reference is the mean instantaneous rate of the beats in each 8 s window. It is the heart's, also
        where the sensor cannot see it.

    Raises
    ------
    RecordingError
        Shorter than one window.

    Examples
    --------
    >>> made = simulate(1, 60.0, leds=2)
    >>> made.ppg.shape, made.acc.shape, len(made.hr)
    ((3840, 2), (1920, 3), 27)
    """
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)]
    plan_rng, heart_rng, motion_rng, sensor_rng, noise_rng, acc_rng = streams
    bouts = _plan(plan_rng, seconds)
    heart, motion = make_heart(heart_rng, bouts, seconds), make_motion(motion_rng, bouts, seconds)
    t_ppg, t_acc = np.arange(round(seconds * fs_ppg)) / fs_ppg, np.arange(round(seconds * fs_acc)) / fs_acc
    contact = _contact(sensor_rng, t_ppg, seconds) if losses else np.ones(len(t_ppg), dtype=bool)
    glare = _glare(sensor_rng, t_ppg, seconds) if losses else np.zeros(len(t_ppg))
    light = [_light(sensor_rng, heart, motion, t_ppg, difficulty) + glare for _ in range(leds)]
    ppg = np.stack([_sensor(noise_rng, x, contact, fs_ppg) for x in light], axis=1)
    acc = motion.gravity(t_acc) + motion.dynamic(t_acc)
    acc = np.clip(acc + acc_rng.normal(0, 0.004, acc.shape), -8, 8)
    starts = window_starts(seconds)
    return make_recording(
        f"simulator seed {seed}",
        dataset="simulator",
        subject=f"sim{seed}",
        name=f"sim{seed}",
        ppg=ppg,
        fs_ppg=fs_ppg,
        ppg_unit="counts",
        ppg_lsb=1.0,
        ppg_zero=0,
        acc=np.round(acc / ACC_LSB_G) * ACC_LSB_G,
        fs_acc=fs_acc,
        hr=heart.reference(starts),
        hr_start_s=starts,
        activity=_activity(bouts, starts),
        licence=LICENCE,
        contact=contact,
    )


def _plan(rng: np.random.Generator, seconds: float) -> list[Bout]:
    """Bouts that cover the recording; the first is a rest."""
    names, weights = list(WEIGHTS), np.array(list(WEIGHTS.values()))
    bouts: list[Bout] = []
    time, name = 0.0, "sitting"
    while time < seconds:
        length = rng.uniform(*BOUT_S) if bouts else rng.uniform(25, 45)
        bouts.append(Bout(time, time + length, ACTIVITIES.index(name)))
        time += length
        p = weights * (np.array(names) != name)
        name = names[int(np.searchsorted(np.cumsum(p / p.sum()), rng.random()))]
    return bouts


def _activity(bouts: list[Bout], starts: np.ndarray) -> np.ndarray:
    """Activity in the middle of each window."""
    begins = np.array([bout.start for bout in bouts])
    index = np.searchsorted(begins, starts + WINDOW_S / 2, side="right") - 1
    return np.array([bouts[i].activity for i in index], dtype=np.int64)


def _contact(rng: np.random.Generator, t: np.ndarray, seconds: float) -> np.ndarray:
    """Where the sensor touches skin (bool (n,)): a loss of 4 to 25 s every five minutes or so."""
    touching = np.ones(len(t), dtype=bool)
    for _ in range(rng.poisson(seconds / 300)):
        start, length = rng.uniform(20, max(21, seconds - 10)), rng.uniform(4, 25)
        touching[(t >= start) & (t < start + length)] = False
    return touching


def _glare(rng: np.random.Generator, t: np.ndarray, seconds: float) -> np.ndarray:
    """Counts of ambient light under the strap (n,): a flash of 1 to 5 s every five minutes or so."""
    light = np.zeros(len(t))
    for _ in range(rng.poisson(seconds / 300)):
        centre, sigma = rng.uniform(20, max(21, seconds - 10)), rng.uniform(0.3, 1.2)
        light += rng.uniform(0.1, 1.0) * FULL_SCALE * np.exp(-0.5 * ((t - centre) / sigma) ** 2)
    return light


def _light(
    rng: np.random.Generator, heart: Heart, motion: Motion, t: np.ndarray, difficulty: float
) -> np.ndarray:
    """Light at the photodiode in counts (n,) for one LED: a large constant, modulated by a per cent or so."""
    level = rng.uniform(60e3, 215e3)  # some wrists are close to full scale
    perfusion = np.exp(rng.uniform(np.log(0.003), np.log(0.02)))  # pulse amplitude over constant light
    breath, vessels = np.sin(heart.breath(t)), heart.vessels(t)
    pulse = pulse_shape(heart.shape, heart.phase(t), heart.rate(t))
    pulse = pulse * (1 + rng.uniform(0.05, 0.25) * breath) * (0.45 + 0.9 * vessels)
    wander = rng.uniform(0.3, 1.2) * breath + 3.0 * (motion.wander(t) - 0.5)
    # What the arm does to the tissue: inertia of blood and sensor, each axis with its own lag, a
    # part that goes with pressure (the square of the shake), all in units of the pulse's amplitude.
    lags, weights = rng.uniform(0.0, 0.18, 3), rng.normal(0, 1, 3)
    weights /= np.linalg.norm(weights)
    shake = sum(
        w * motion.dynamic(t - lag)[:, i] for i, (lag, w) in enumerate(zip(lags, weights, strict=True))
    )
    tilt = motion.gravity(t - 0.1) @ rng.normal(0, 1.5, 3)
    artefact = rng.uniform(1.2, 3.5) * shake + rng.uniform(0, 0.8) * shake * np.abs(shake)
    artefact = 12.0 * np.tanh(artefact / 12.0)  # tissue gives way
    # Light falls when blood comes: the pulse counts downwards.
    return level * (1 - perfusion * (pulse + wander + difficulty * (artefact + tilt)))


def _sensor(rng: np.random.Generator, light: np.ndarray, contact: np.ndarray, fs: float) -> np.ndarray:
    """Counts as an 18-bit converter gives them: shot noise, dark stretches without contact, saturation."""
    edge = max(1, round(0.15 * fs))  # lifting off takes 0.15 s
    touch = np.convolve(np.pad(contact.astype(float), edge, mode="edge"), np.ones(2 * edge + 1), "valid")
    light = light * (touch / (2 * edge + 1)) + (1 - touch / (2 * edge + 1)) * rng.uniform(80, 600)
    light = np.maximum(light, 0)
    noise = rng.normal(0, 1, len(light)) * np.sqrt(25.0 + light / 400.0)
    return np.clip(np.round(light + noise), 0, FULL_SCALE)
