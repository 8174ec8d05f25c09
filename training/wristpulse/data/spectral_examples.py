# SPDX-License-Identifier: Apache-2.0
"""Examples of the spectral line: every window of every LED and time-stretch, and noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32

from wristpulse.config.networks import Augmentation
from wristpulse.core.numbers import HOP, HOPS_PER_WINDOW, RATE_HZ, WINDOW
from wristpulse.core.spectrum import last_windows, magnitudes
from wristpulse.core.window import Windows, motion
from wristpulse.data.stretch import TAUGHT_BPM, stretched_windows
from wristpulse.recordings.recording import Recording
from wristpulse.support.errors import UserError


@dataclass(frozen=True, kw_only=True)
class SpectralExamples:
    """Windows to learn from.

    Attributes
    ----------
    spectra
        As of `wristpulse.core.spectrum.magnitudes`.
    motion
        r_acc of each window (`wristpulse.core.window.motion`).
    bpm
        The label, NaN without one.
    hops
        The rows that stand side by side in the network.
    weight
        By which it is drawn.
    """

    spectra: Float32[np.ndarray, "n 4 104"]
    motion: Float32[np.ndarray, " n"]
    bpm: Float32[np.ndarray, " n"]
    hops: Int32[np.ndarray, "n 4"]
    weight: Float64[np.ndarray, " n"]

    def chances(self, unlabelled: float) -> Float64[np.ndarray, " n"]:
        """Probability of each window to be drawn.

        Parameters
        ----------
        unlabelled : float
            Probability that a drawn window has no label, if there are such windows.

        Returns
        -------
        ndarray, float64 (n,)
            Their sum is 1.
        """
        without = np.isnan(self.bpm)
        if not unlabelled or not without.any():
            return self.weight / self.weight.sum()
        labelled = (1 - unlabelled) * self.weight / self.weight.sum()
        return labelled + unlabelled * without / without.sum()


def recording_examples(
    recording: Recording, augmentation: Augmentation, aligned: bool = True, lead_s: float = 0.0
) -> SpectralExamples:
    """Make the examples of a recording: every PPG channel, at its own pace and at the augmentation's.

    Parameters
    ----------
    recording : Recording
    augmentation : Augmentation
    aligned : bool
        Correct the labels by the recording's offset.
    lead_s : float
        Seconds by which the labels are later than the windows.

    Returns
    -------
    SpectralExamples
    """
    parts = [
        _channel(
            stretched_windows(recording, led, stretch, aligned, lead_s),
            1.0 if stretch == 1.0 else augmentation.stretched_share,
        )
        for led in range(recording.ppg.shape[1])
        for stretch in (1.0, *augmentation.stretches)
    ]
    return _join(parts, [1 / recording.ppg.shape[1]] * len(parts))


def _channel(labelled: tuple[Windows, np.ndarray], weight: float) -> SpectralExamples:
    """Windows of one PPG channel and their labels, each with a weight if its label is within the bins."""
    windows, bpm = labelled
    return SpectralExamples(
        spectra=magnitudes(windows.x).astype(np.float32),
        motion=motion(windows.x).astype(np.float32),
        bpm=bpm.astype(np.float32),
        hops=last_windows(windows.ends).astype(np.int32),
        weight=np.where((bpm >= TAUGHT_BPM[0]) & (bpm <= TAUGHT_BPM[1]), weight, 0.0),
    )


def _join(parts: Sequence[SpectralExamples], weights: Sequence[float]) -> SpectralExamples:
    """The examples of all parts, each part's weights multiplied by its own."""
    base = np.cumsum([0, *(len(part.bpm) for part in parts)])
    return SpectralExamples(
        spectra=np.concatenate([part.spectra for part in parts]),
        motion=np.concatenate([part.motion for part in parts]),
        bpm=np.concatenate([part.bpm for part in parts]),
        hops=np.concatenate([part.hops + np.int32(start) for part, start in zip(parts, base, strict=False)]),
        weight=np.concatenate([part.weight * weight for part, weight in zip(parts, weights, strict=True)]),
    )


def gather(recordings: Sequence[Recording], parts: Sequence[SpectralExamples]) -> SpectralExamples:
    """Join the examples of recordings; a data set weighs by the square root of its length.

    Parameters
    ----------
    recordings : sequence of Recording
    parts : sequence of SpectralExamples
        One for each recording.

    Returns
    -------
    SpectralExamples

    Raises
    ------
    UserError
        No recording has a label.
    """
    seconds: dict[str, float] = {}
    for r in recordings:
        seconds[r.dataset] = seconds.get(r.dataset, 0.0) + r.seconds
    together = _join(parts, [seconds[r.dataset] ** -0.5 for r in recordings])
    if not together.weight.any():
        raise UserError("spectral student", "recordings", "one with a reference heart rate", "none")
    return together


def noise_spectra(seed: int, count: int = 2000) -> Float32[np.ndarray, "{count} 4 2 104"]:
    """Make PPG spectra of noise without a pulse, with power from flat to 1/f^3.

    Parameters
    ----------
    seed : int
    count : int

    Returns
    -------
    ndarray, float32 (count, 4, 2, 104)
        Four hops of two spectra each.
    """
    rng = np.random.default_rng(seed)
    samples = HOP * (HOPS_PER_WINDOW - 1) + WINDOW
    white = np.fft.rfft(rng.normal(size=(count, 2 * samples)))
    colour = np.fft.rfftfreq(2 * samples, 1 / RATE_HZ).clip(0.05) ** -rng.uniform(0, 1.5, (count, 1))
    x = np.fft.irfft(white * colour)[:, :samples]
    strength = 2.0 ** rng.uniform(2, 14, (count, 1))
    counts = np.rint(x / x.std(axis=1, keepdims=True) * strength).astype(np.int64)
    hops = np.lib.stride_tricks.sliding_window_view(counts, WINDOW, axis=1)[:, ::HOP].reshape(-1, WINDOW)
    signals = np.zeros((len(hops), 4, WINDOW), np.int64)
    signals[:, 0] = hops
    return magnitudes(signals)[:, :2].astype(np.float32).reshape(count, HOPS_PER_WINDOW, 2, -1)
