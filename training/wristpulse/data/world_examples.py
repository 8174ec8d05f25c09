# SPDX-License-Identifier: Apache-2.0
"""Windows of simulated sessions, straight from the grid of 32 Hz: what alignment and front end would make.

The device's alignment kernel, at multiples of a frame, is a filter of seven taps; its spectra are weighted
means of a Fourier transform's bins. Both are computed here in single precision, many windows at a time.
`tests/python/data/test_world_examples.py` holds the two paths together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32
from scipy.fft import rfft

from wristpulse.config.networks import World
from wristpulse.core.numbers import (
    ACC_FLOOR,
    ACC_LSB_PER_G,
    BINS,
    BPM_PER_BIN,
    FIRST_BIN,
    FRAME_US,
    HOP,
    HOPS_PER_WINDOW,
    KERNEL,
    WINDOW,
)
from wristpulse.core.spectrum import LAST, bins
from wristpulse.recordings.world import BASE_HZ, Session, session

SETTLE_HOPS = 2  # at the start, in which a sensor's filter settles
SEEN = (0.5, 1.2)  # pulse over what lies around it: unreadable below the first, plain above the second
SECOND = 0.6  # weight of the second harmonic in this
AROUND = 3  # bins around the pulse's
TAUGHT_BPM = (30.5, 222.0)  # labels within the bins

POINTS = 1024  # of the transform that tells how well a pulse is seen: bin k is k/32 Hz
FIRST_S = 0.125  # of the device's frames, too: half a kernel after the first sample

_STEP = FRAME_US // 1024 + FRAME_US % 1024 / 1024
_DISTANCE = np.abs(np.arange(-3, 4)) * _STEP
TAPS = np.interp(_DISTANCE, np.arange(len(KERNEL)), KERNEL)
TAPS /= TAPS.sum()
_HANN = (2 - 2 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
_BINS = FIRST_BIN + np.arange(BINS)


@dataclass(frozen=True, kw_only=True)
class WorldExamples:
    """Windows of sessions.

    Attributes
    ----------
    spectra
        As of `wristpulse.core.spectrum.magnitudes`.
    motion
        r_acc of each window (`wristpulse.core.window.motion`).
    bpm
        The heart's, NaN without one.
    seen
        0 where nobody could know the heart rate, 1 where the light shows it.
    hops
        The rows that stand side by side in the network.
    session
        Its number among those gathered.
    """

    spectra: Float32[np.ndarray, "n 4 104"]
    motion: Float32[np.ndarray, " n"]
    bpm: Float32[np.ndarray, " n"]
    seen: Float32[np.ndarray, " n"]
    hops: Int32[np.ndarray, "n 4"]
    session: Int32[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.bpm)


@dataclass(frozen=True, kw_only=True)
class SessionWindows:
    """Windows of one session, one a hop, before any front end.

    Attributes
    ----------
    x
        PPG in 1/16 counts and three axes in 1/4096 g, whole numbers.
    bpm
        The label, NaN without one.
    seen
        The pulse in each window's light, over what lies around it.
    """

    x: Float64[np.ndarray, "n 4 256"]
    bpm: Float64[np.ndarray, " n"]
    seen: Float64[np.ndarray, " n"]


def session_windows(made: Session, led: int = 0, lead_s: float = 0.0) -> SessionWindows:
    """Cut the windows of one LED of a simulated session, as far as the labels go.

    Parameters
    ----------
    made : Session
    led : int
    lead_s : float
        Seconds by which the labels are later than the windows.

    Returns
    -------
    SessionWindows
    """
    rng = np.random.default_rng([made.seed, led, 29])
    pulse = made.pulse[:, led]
    light = made.light[:, led] + made.noise[led] * rng.normal(size=len(pulse))
    light = np.rint(light / made.step[led]) * made.step[led]
    signals = np.stack([light, *(made.acc * ACC_LSB_PER_G).T, pulse, light - pulse])
    frames = np.stack([np.convolve(s[1:], TAPS, "valid") for s in signals])  # the first at FIRST_S
    frames[0] *= 16
    frames[:4] = np.rint(frames[:4])
    cut = np.lib.stride_tricks.sliding_window_view(frames, WINDOW, axis=1)[:, SETTLE_HOPS * HOP :: HOP]
    start = (np.arange(cut.shape[1]) + SETTLE_HOPS) * HOP / BASE_HZ + FIRST_S
    start = start[start + lead_s + WINDOW / BASE_HZ <= len(made.worn) / BASE_HZ]
    cut = cut[:, : len(start)].swapaxes(0, 1)
    parts = (cut[:, 4:] - cut[:, 4:].mean(axis=2, keepdims=True)).astype(np.float32)
    around = np.abs(rfft(parts * _HANN, POINTS, axis=2))  # (n, 2, 513)
    worn = made.worn[((start + WINDOW / BASE_HZ) * BASE_HZ).astype(int) - 1]
    bpm, label = np.full((2, len(start)), np.nan)
    if made.heart:
        bpm, label = (np.where(worn, made.heart.label(start + later), np.nan) for later in (0, lead_s))
    return SessionWindows(x=cut[:, :4], bpm=label, seen=_seen(around[:, 0], around[:, 1], bpm))


def session_examples(made: Session, led: int = 0, lead_s: float = 0.0) -> WorldExamples:
    """Make the spectra of one LED of a simulated session, one for each hop.

    Parameters
    ----------
    made : Session
    led : int
    lead_s : float
        Seconds by which the labels are later than the windows.

    Returns
    -------
    WorldExamples
    """
    windows = session_windows(made, led, lead_s)
    x = (windows.x - windows.x.mean(axis=2, keepdims=True)).astype(np.float32).swapaxes(0, 1)
    motion = np.sqrt((x[1:4] ** 2).sum(axis=(0, 2)))
    hops = np.maximum(np.arange(len(motion))[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1), 0)
    seen = 0.5 * (windows.seen + windows.seen[hops].mean(axis=1))
    return WorldExamples(
        spectra=_spectra(x),
        motion=np.maximum(motion, ACC_FLOOR).astype(np.float32),
        bpm=windows.bpm.astype(np.float32),
        seen=clear(seen, windows.bpm).astype(np.float32),
        hops=hops.astype(np.int32),
        session=np.zeros(len(motion), np.int32),
    )


def world_examples(seeds: Iterable[int], world: World, lead_s: float = 0.0) -> WorldExamples:
    """Make the spectra of simulated sessions, one LED of each.

    Parameters
    ----------
    seeds : iterable of int
        Of the sessions.
    world : World
        Their length, and the effects left out.
    lead_s : float
        Seconds by which the labels are later than the windows.

    Returns
    -------
    WorldExamples
    """
    sessions = (session(seed, world.seconds, without=world.without) for seed in seeds)
    return gather_sessions([session_examples(made, lead_s=lead_s) for made in sessions])


def gather_sessions(parts: Sequence[WorldExamples]) -> WorldExamples:
    """Join the examples of several sessions, numbered in their order.

    Parameters
    ----------
    parts : sequence of WorldExamples

    Returns
    -------
    WorldExamples
    """
    base = np.cumsum([0, *map(len, parts)])
    hops = [part.hops + start for part, start in zip(parts, base, strict=False)]
    return WorldExamples(
        spectra=np.concatenate([part.spectra for part in parts]),
        motion=np.concatenate([part.motion for part in parts]),
        bpm=np.concatenate([part.bpm for part in parts]),
        seen=np.concatenate([part.seen for part in parts]),
        hops=np.concatenate(hops).astype(np.int32),
        session=np.concatenate([np.full(len(part), n, np.int32) for n, part in enumerate(parts)]),
    )


def _spectra(x: np.ndarray) -> np.ndarray:
    """PPG, PPG at twice each bin, ACC, ACC at twice each, as of `magnitudes`: float32 (w, 4, 104)."""
    centred = rfft(np.roll(x, WINDOW // 2, axis=2), axis=2)[:, :, : WINDOW // 4]  # (4, w, 64)
    magnitude = np.abs(bins(centred.transpose(2, 0, 1).reshape(WINDOW // 4, -1))).reshape(
        LAST + 1, *x.shape[:2]
    )
    extra = np.frexp(np.abs(x[0]).max(axis=1))[1] - 16
    ppg = magnitude[:, 0] * np.exp2(-extra)
    acc = np.sqrt((magnitude[:, 1:] ** 2).sum(axis=1))
    return (
        np.stack([ppg[_BINS], ppg[2 * _BINS], acc[_BINS], acc[2 * _BINS]])
        .transpose(2, 0, 1)
        .astype(np.float32)
    )


def _seen(pulse: np.ndarray, rest: np.ndarray, bpm: np.ndarray) -> np.ndarray:
    """Pulse over the rest of the light (w,) around the heart rate or twice it; 0 without a heart."""
    known = np.isfinite(bpm)
    found = np.zeros(len(bpm))
    w = np.flatnonzero(known)[:, None]
    for order, weight in ((1, 1.0), (2, SECOND)):
        centre = np.rint(order * bpm[known] / BPM_PER_BIN).astype(int)
        at = np.clip(centre[:, None] + np.arange(-AROUND, AROUND + 1), 1, POINTS // 2)
        ratio = pulse[w, at].max(axis=1) / np.maximum(np.sqrt((rest[w, at] ** 2).mean(axis=1)), 1e-6)
        found[known] = np.maximum(found[known], weight * ratio)
    return found


def clear(ratio: np.ndarray, bpm: np.ndarray) -> np.ndarray:
    """Say how far labels are taught: not at all where the light does not show the pulse.

        logarithm of the ratio, linear from 0 at SEEN[0] to 1 at SEEN[1]

    Parameters
    ----------
    ratio : ndarray (n,)
        Pulse over everything else, as `SessionWindows.seen`.
    bpm : ndarray (n,)
        Labels; NaN or outside TAUGHT_BPM gives 0.

    Returns
    -------
    ndarray (n,)
        0 to 1.
    """
    inside = (bpm >= TAUGHT_BPM[0]) & (bpm <= TAUGHT_BPM[1])
    low, high = np.log(SEEN)
    clear = np.clip((np.log(np.maximum(ratio, 1e-6)) - low) / (high - low), 0, 1)
    return np.where(inside, clear, 0.0)
