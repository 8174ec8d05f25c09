# SPDX-License-Identifier: Apache-2.0
"""Random processes that the simulated world is made of, on the grid of BASE_HZ."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Num
from scipy.signal import lfilter

BASE_HZ = 32.0  # rate at which the world is made; nothing in it lies above 16 Hz
CONTROL_HZ = 4.0  # rate of slow processes, drawn out linearly


def slow(rng: np.random.Generator, count: int, tau_s: float) -> Float64[np.ndarray, " {count}"]:
    """A smooth random process: two equal low-pass stages on a grid of CONTROL_HZ, drawn out linearly.

    Parameters
    ----------
    rng : numpy Generator
    count : int
        Samples of BASE_HZ.
    tau_s : float
        Time constant of a stage, s.

    Returns
    -------
    float64 (count,)
        Of unit variance.

    Examples
    --------
    >>> x = slow(np.random.default_rng(0), 32 * 3600, 2.0)
    >>> x.shape, bool(0.9 < x.std() < 1.1)
    ((115200,), True)
    """
    control = int(count * CONTROL_HZ / BASE_HZ) + 2
    settle = int(4 * tau_s * CONTROL_HZ) + 1
    keep = np.exp(-1 / (tau_s * CONTROL_HZ))
    x = rng.normal(size=control + settle)
    for _ in range(2):
        x = lfilter([1 - keep], [1, -keep], x)
    gain = (1 - keep) ** 2 / np.sqrt((1 - keep**2) ** 3 / (1 + keep**2))
    x = x[settle:] * (1 / gain)
    return np.interp(np.arange(count) / BASE_HZ, np.arange(control) / CONTROL_HZ, x)


def coloured(rng: np.random.Generator, count: int, exponent: float) -> Float64[np.ndarray, " {count}"]:
    """Noise whose amplitude falls as f^-exponent above 0.05 Hz.

    Parameters
    ----------
    rng : numpy Generator
    count : int
        Samples of BASE_HZ.
    exponent : float
        0: white, 0.5: pink, 1: brown.

    Returns
    -------
    float64 (count,)
        Of standard deviation 1.
    """
    x = rng.normal(size=count)
    if exponent:
        f = np.fft.rfftfreq(count, 1 / BASE_HZ).clip(0.05)
        x = np.fft.irfft(np.fft.rfft(x) * f**-exponent, count)
        x = x / x.std()
    return x


def band(
    rng: np.random.Generator, count: int, low_hz: float, high_hz: float
) -> Float64[np.ndarray, " {count}"]:
    """Draw noise of standard deviation 1 between two frequencies.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int
        Samples of BASE_HZ.
    low_hz, high_hz : float

    Returns
    -------
    ndarray, float64 (count,)
    """
    f = np.fft.rfftfreq(count, 1 / BASE_HZ)
    spectrum = np.where((f >= low_hz) & (f <= high_hz), 1.0, 0.0) * np.fft.rfft(rng.normal(size=count))
    x = np.fft.irfft(spectrum, count)
    return x / max(float(x.std()), 1e-9)


def bell(count: int, centre_s: float, sigma_s: float) -> tuple[slice, Float64[np.ndarray, " m"]]:
    """Gaussian bell of height 1, within 3.5 standard deviations of its centre.

    Parameters
    ----------
    count : int
        Samples of BASE_HZ.
    centre_s, sigma_s : float
        Seconds.

    Returns
    -------
    where : slice
        Which of the samples it covers.
    bell : ndarray, float64 (m,)
        Its values there.

    Examples
    --------
    >>> where, x = bell(320, 5.0, 0.1)
    >>> where, float(x.max())
    (slice(148, 172, None), 1.0)
    """
    first = max(0, int((centre_s - 3.5 * sigma_s) * BASE_HZ))
    last = min(count, int((centre_s + 3.5 * sigma_s) * BASE_HZ) + 1)
    t = np.arange(first, max(first, last)) / BASE_HZ - centre_s
    return slice(first, max(first, last)), np.exp(-0.5 * (t / sigma_s) ** 2)


def direction(rng: np.random.Generator) -> Float64[np.ndarray, "3"]:
    """Draw a direction.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, float64 (3,)
        Of length 1.
    """
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def harmonics(
    phase: Float64[np.ndarray, " n"], weights: Num[np.ndarray, " k *columns"]
) -> Float64[np.ndarray, " n *columns"]:
    """A periodic signal from its phase: sum over k of Re(weights[k - 1] exp(i k phase)).

    Parameters
    ----------
    phase : float (n,)
        Radians.
    weights : complex (k,) or (k, c)
        Of harmonics 1, 2...

    Returns
    -------
    float64 (n,) or (n, c)

    Examples
    --------
    >>> harmonics(np.array([0.0, np.pi]), np.array([1.0, 0.5])).tolist()
    [1.5, -0.5]
    """
    turn = np.exp(1j * phase)
    power = turn.copy()
    out = np.zeros((len(phase), *weights.shape[1:]))
    for k, weight in enumerate(weights):
        if k:
            power *= turn
        if np.any(weight):
            out += (np.multiply.outer(power, weight)).real
    return out
