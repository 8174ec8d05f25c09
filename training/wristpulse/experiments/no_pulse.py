# SPDX-License-Identifier: Apache-2.0
"""Light without a pulse: how often an estimator calls a value valid that cannot be one.

Real wrists' motion with something else in place of PPG: noise of several colours and light that swings with
the arm, of which the spectral students have seen the like in training (data/spectral_examples.py); steps
as of a band that slips, the last bit, a constant, which they have not. Every other minute (`stretches`) it
takes over from a pulse, so that the tracker's memory is tested too; or it is there from beginning to end
(`whole`).

    invoke no-pulse --data DIR [--student FOLDER | --folds FOLDER]
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, UInt32

from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import DARK_COUNTS, PPG_MAX, RATE_HZ, WINDOW
from wristpulse.core.result import State
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.experiments.finished_folds import Trial
from wristpulse.recordings import Recording

KINDS = ("white", "pink", "brown", "constant", "one-bit", "steps", "swinging")
STRETCH_US = 60_000_000
WINDOW_US = WINDOW * 1_000_000 // RATE_HZ
_EXPONENTS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # of amplitude over frequency
_STEP_S = 3.0  # from one step to the next, on average
_STILL = 200.0  # counts of acceleration, 0.05 g: below it, light swings less than its noise


def coloured(rng: np.random.Generator, samples: int, exponent: float, fs: float) -> np.ndarray:
    """Make noise.

    Parameters
    ----------
    rng : numpy.random.Generator
    samples : int
    exponent : float
        Amplitude falls as f^-exponent above 0.05 Hz.
    fs : float
        Hz.

    Returns
    -------
    ndarray, float64 (samples,)
        Of standard deviation 1.
    """
    f = np.fft.rfftfreq(2 * samples, 1 / fs).clip(0.05)
    x = np.fft.irfft(np.fft.rfft(rng.normal(size=2 * samples)) * f**-exponent)[:samples]
    return x / x.std()


def _steps(rng: np.random.Generator, samples: int, fs: float) -> np.ndarray:
    """Another level, normally distributed, after times that are exponentially distributed."""
    level = np.cumsum(rng.random(samples) < 1 / (_STEP_S * fs))
    return rng.normal(size=level[-1] + 1)[level]


def _swinging(stream: SensorStream, rng: np.random.Generator, fs: float) -> np.ndarray:
    """Light that follows the arm in a random direction, up to 0.25 s late, with a little noise."""
    acc = [np.interp(stream.t_ppg_us, stream.t_acc_us, axis) for axis in stream.acc.T.astype(np.float64)]
    x = rng.normal(size=3) @ np.stack(acc)
    x = np.roll(x - x.mean(), rng.integers(0, int(fs / 4) + 1))
    swing = min(x.std() / _STILL, 1.0) / (x.std() + 1e-9)
    return x * swing + 0.3 * coloured(rng, len(x), 0.25, fs)


def light(stream: SensorStream, kind: str, seed: int = 0) -> UInt32[np.ndarray, " n"]:
    """PPG counts without a pulse, about as strong as the stream's own.

    Parameters
    ----------
    stream : SensorStream
        Gives level, strength, times and, for "swinging", acceleration.
    kind : str
        One of KINDS.
    seed : int
        The same seed gives the same light.

    Returns
    -------
    uint32 (n,)
        In contact and below the end of the range.
    """
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), len(stream.ppg)])
    fs = 1e6 / float(np.median(np.diff(stream.t_ppg_us)))
    level = float(np.median(stream.ppg))
    strength = max(float(np.percentile(np.abs(stream.ppg - level), 60)), 20.0)
    n = len(stream.ppg)
    x: np.ndarray
    if kind in _EXPONENTS:
        x = strength * coloured(rng, n, _EXPONENTS[kind], fs)
    elif kind == "one-bit":
        x = rng.integers(0, 2, n)
    elif kind == "steps":
        x = strength * _steps(rng, n, fs)
    elif kind == "swinging":
        x = strength * _swinging(stream, rng, fs)
    else:
        x = np.zeros(n)
    return np.clip(np.rint(level + x), DARK_COUNTS, PPG_MAX - 1).astype(np.uint32)


def without_pulse(stream: SensorStream, kind: str, whole: bool) -> SensorStream:
    """The stream with light of one of KINDS in place of PPG.

    Parameters
    ----------
    stream : SensorStream
    kind : str
        One of KINDS.
    whole : bool
        From beginning to end; else in the second minute and every other one after it.

    Returns
    -------
    SensorStream
        Times and acceleration are the stream's own.
    """
    lost = np.ones(len(stream.ppg), bool) if whole else stream.t_ppg_us // STRETCH_US % 2 == 1
    return replace(stream, ppg=np.where(lost, light(stream, kind), stream.ppg).astype(np.uint32))


def called_valid(
    estimator: Estimator, recordings: Iterable[Recording]
) -> dict[str, Bool[np.ndarray, " windows"]]:
    """What an estimator says of light without a pulse.

    Parameters
    ----------
    estimator : Estimator
    recordings : iterable of Recording
        One or more; their acceleration is kept.

    Returns
    -------
    dict of str to bool (windows,)
        Whether each window that holds no pulse at all is valid, by kind and part, as "white, whole".
    """
    names = [f"{kind}, {part}" for kind in KINDS for part in ("whole", "stretches")]
    by_name: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for recording in recordings:
        stream = to_counts(recording)
        for name, parts in by_name.items():
            kind, part = name.split(", ")
            results = estimator.run(without_pulse(stream, kind, part == "whole"))
            end = np.array([r.time_us for r in results])
            start = end - WINDOW_US
            lost = (start >= 0) if part == "whole" else _within_a_stretch(start, end)
            parts.append(np.array([r.state is State.VALID for r in results], bool)[lost])
    return {name: np.concatenate(parts) for name, parts in by_name.items()}


def false_valid(called: dict[str, Bool[np.ndarray, " windows"]]) -> dict[str, float]:
    """Share of windows without a pulse that are called valid.

    Parameters
    ----------
    called : dict of str to bool (windows,)
        Of `called_valid`.

    Returns
    -------
    dict of str to float
        By the same names; "swinging": all of these; "noise": all others.

    Examples
    --------
    >>> false_valid({"white, whole": np.array([False, True]), "swinging, whole": np.array([False])})
    {'white, whole': 0.5, 'swinging, whole': 0.0, 'noise': 0.5, 'swinging': 0.0}
    """
    groups = {name: [name] for name in called}
    groups["noise"] = [name for name in called if not name.startswith("swinging")]
    groups["swinging"] = [name for name in called if name.startswith("swinging")]
    together = {name: np.concatenate([called[n] for n in members]) for name, members in groups.items()}
    return {name: float(values.mean()) for name, values in together.items()}


def _within_a_stretch(start_us: np.ndarray, end_us: np.ndarray) -> np.ndarray:
    stretch = start_us // STRETCH_US
    return (stretch % 2 == 1) & ((end_us - 1) // STRETCH_US == stretch)


def of_trials(trials: Iterable[Trial], say: Callable[[str], None] = print) -> dict[str, float]:
    """Shares of `false_valid`: students on people whom they never saw.

    Parameters
    ----------
    trials : iterable of Trial
    say : callable
        Takes a line a trial.

    Returns
    -------
    dict of str to float
        0 to 1, by the names of `false_valid`.

    Raises
    ------
    UserError
        Recordings cannot be read.
    """
    by_name: dict[str, list[np.ndarray]] = {}
    for trial in trials:
        say(f"{trial.name}: {len(trial.recordings)} recordings, {2 * len(KINDS)} times")
        for name, valid in called_valid(trial.student.estimator(), trial.recordings).items():
            by_name.setdefault(name, []).append(valid)
    return false_valid({name: np.concatenate(parts) for name, parts in by_name.items()})


def report(trials: Iterable[Trial], say: Callable[[str], None] = print) -> None:
    """Print the shares of some trials, a line each.

    Parameters
    ----------
    trials : iterable of Trial
    say : callable
        Takes the lines.

    Raises
    ------
    UserError
        Recordings cannot be read.
    """
    for name, share in of_trials(trials, say).items():
        say(f"{name:22}{share:8.2%}")
