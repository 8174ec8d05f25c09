# SPDX-License-Identifier: Apache-2.0
"""A simulated session as a sensor delivers it: a `Recording` at the sensor's own rates.

The world's grid of 32 Hz is drawn out by its Fourier series (nothing in it lies above 16 Hz); noise and
rounding happen at the sensor's rate.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float64
from scipy.signal import resample

from wristpulse.recordings.recording import Recording, make_recording, window_starts
from wristpulse.recordings.world.people import Session, session
from wristpulse.recordings.world.sensor import FULL_SCALE
from wristpulse.recordings.world.slow import BASE_HZ

FINE = 8  # times the base rate: between its points, straight lines
PAD = 64  # samples mirrored at both ends, so that the series has no jump
PPG_RATES_HZ = (25.0, 32.0, 50.0, 64.0, 100.0, 125.0, 128.0, 200.0, 256.0)
ACC_RATES_HZ = (25.0, 32.0, 50.0, 64.0, 100.0, 208.0)
JITTER = 0.05  # of a period: standard deviation of the sampling moments
LICENCE = "Apache-2.0 (simulated)"


def recording(
    seed: int,
    seconds: float = 180.0,
    *,
    fs_ppg: float | None = None,
    fs_acc: float | None = None,
    jitter: float = JITTER,
    **options,
) -> Recording:
    """One simulated person as a sensor records it.

    Parameters
    ----------
    seed : int
        The same seed gives the same recording.
    seconds : float
        16 or more.
    fs_ppg, fs_acc : float, optional
        Hz; drawn from PPG_RATES_HZ and ACC_RATES_HZ if not given.
    jitter : float
        Standard deviation of the sampling moments, of a period.
    **options
        Of `session`: leds, without, worn.

    Returns
    -------
    Recording
        PPG in counts. The reference is the heart's, also where the light does not show it; NaN without a
        wrist.

    Raises
    ------
    UserError
        Less than 16 s, or a knob that does not exist.

    Examples
    --------
    >>> made = recording(1, 16.0, fs_ppg=50.0, fs_acc=25.0)
    >>> made.ppg.shape, made.acc.shape, len(made.hr)
    ((800, 1), (400, 3), 5)
    """
    rng = np.random.default_rng([seed, 31])
    rates = rng.choice(PPG_RATES_HZ), rng.choice(ACC_RATES_HZ)
    fs_ppg, fs_acc = fs_ppg or float(rates[0]), fs_acc or float(rates[1])
    made = session(seed, seconds, **options)
    t_ppg, t_acc = (_moments(rng, seconds, fs, jitter) for fs in (fs_ppg, fs_acc))
    light = np.stack([_at(channel, t_ppg) for channel in made.light.T], axis=1)
    light += made.noise * np.sqrt(fs_ppg / BASE_HZ) * rng.normal(size=light.shape)
    starts = window_starts(seconds)
    return make_recording(
        f"simulated session {seed}",
        dataset="world",
        subject=f"world{seed}",
        name=f"world{seed}",
        ppg=np.clip(np.rint(np.rint(light / made.step) * made.step), 0, FULL_SCALE),
        fs_ppg=fs_ppg,
        ppg_unit="counts",
        ppg_lsb=1.0,
        ppg_zero=0,
        acc=np.stack([_at(axis, t_acc) for axis in made.acc.T], axis=1),
        fs_acc=fs_acc,
        hr=labels(made, starts),
        hr_start_s=starts,
        licence=LICENCE,
        contact=made.worn[np.minimum((t_ppg * BASE_HZ).astype(int), len(made.worn) - 1)],
    )


def labels(made: Session, starts: Float[np.ndarray, " w"]) -> Float64[np.ndarray, " w"]:
    """Reference of a session's windows of 8 s.

    Parameters
    ----------
    made : Session
    starts : float (w,)
        Seconds.

    Returns
    -------
    float64 (w,)
        BPM; NaN without a heart, or where the sensor is taken off before the window's end.
    """
    if made.heart is None:
        return np.full(len(starts), np.nan)
    last = np.minimum(((starts + 8) * BASE_HZ).astype(int), len(made.worn)) - 1
    return np.where(made.worn[last], made.heart.label(starts), np.nan)


def _moments(rng: np.random.Generator, seconds: float, fs: float, jitter: float) -> np.ndarray:
    """When the samples are taken (n,), seconds."""
    t = np.arange(round(seconds * fs)) / fs
    return np.clip(t + jitter / fs * rng.normal(size=len(t)), 0, seconds)


def _at(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """A signal (n,) of BASE_HZ at any times (m,), seconds."""
    padded = np.pad(x, PAD, mode="reflect")
    fine = resample(padded, FINE * len(padded))[FINE * PAD : -FINE * PAD]
    return np.interp(t, np.arange(len(fine)) / (FINE * BASE_HZ), fine)
