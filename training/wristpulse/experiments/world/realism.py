# SPDX-License-Identifier: Apache-2.0
"""Real wrists beside simulated ones: the same figures of the light's spectra, by how strongly the arm moves.

    invoke realism --data DIR

No student learns from these figures; they show where the simulator's ranges lie beside real sets. Each is the
median over windows with a known heart rate, with the 10th and 90th percentile in brackets:

- pulse: height of the light's spectrum at the heart rate over its highest peak;
- floor: median of the light's spectrum over its highest peak;
- second: height at twice the heart rate over that at the heart rate;
- alike: correlation of the light's spectrum with the acceleration's;
- picked: share of windows whose highest peak is within 5 BPM of the heart rate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Num

from wristpulse.config.networks import Augmentation
from wristpulse.core.bins import bin_bpm
from wristpulse.core.numbers import ACC_FLOOR, BPM_PER_BIN, FIRST_BIN
from wristpulse.data.spectral_examples import SpectralExamples, recording_examples
from wristpulse.data.world_examples import WorldExamples, session_examples
from wristpulse.evaluation.unseen import labelled, sets_in
from wristpulse.recordings.world import session
from wristpulse.support import markdown

NEAR = 2  # bins around the heart rate
G = 65536  # r_acc of 1 g
LEVELS_G = (0.0, 0.0401, 0.15, 0.5, 1.0, 9.0)
UNCHANGED = Augmentation(stretches=())


@dataclass(frozen=True, kw_only=True)
class Spectra:
    """Windows with a known heart rate: magnitudes (n, 4, 104), r_acc (n,), BPM (n,)."""

    magnitude: Num[np.ndarray, "n 4 104"]
    motion: Num[np.ndarray, " n"]
    bpm: Float[np.ndarray, " n"]

    def chosen(self, where: Bool[np.ndarray, " n"]) -> Spectra:
        """Choose some windows.

        Parameters
        ----------
        where : ndarray, bool (n,)

        Returns
        -------
        Spectra
        """
        return Spectra(magnitude=self.magnitude[where], motion=self.motion[where], bpm=self.bpm[where])


def real(data: Path) -> Iterator[tuple[str, Spectra]]:
    """Make the spectra of each data set in a folder: every LED, aligned labels.

    Parameters
    ----------
    data : Path

    Yields
    ------
    name : str
    spectra : Spectra

    Raises
    ------
    UserError
        None is there.
    """
    for which in sets_in(data):
        yield which.name, _together(recording_examples(r, UNCHANGED) for r in labelled(which, data))


def simulated(sessions: int, without: Sequence[str] = ()) -> Spectra:
    """Windows of simulated people who wear the sensor.

    Parameters
    ----------
    sessions : int
        Of 180 s, seeds 0, 1...
    without : sequence of str
        Knobs left out.

    Returns
    -------
    Spectra

    Raises
    ------
    UserError
        A knob does not exist.
    """
    return _together(session_examples(session(s, worn=True, without=without)) for s in range(sessions))


def _together(parts: Iterator[SpectralExamples | WorldExamples]) -> Spectra:
    columns = zip(*((p.spectra, p.motion, p.bpm) for p in parts), strict=True)
    magnitude, motion, bpm = map(np.concatenate, columns)
    spectra = Spectra(magnitude=magnitude, motion=motion, bpm=bpm)
    return spectra.chosen(np.isfinite(spectra.bpm) & (spectra.bpm > 31) & (spectra.bpm < 215))


def figures(s: Spectra) -> dict[str, Float[np.ndarray, " n"]]:
    """The figures of each window; the module says what they are.

    Parameters
    ----------
    s : Spectra
        Of n windows.

    Returns
    -------
    dict of str to float (n,)
        pulse, floor, second, alike, and picked (0 or 1).

    Examples
    --------
    >>> magnitude = np.full((1, 4, 104), 10.0)
    >>> magnitude[0, 0, 32] = 100.0  # 90 BPM
    >>> found = figures(Spectra(magnitude=magnitude, motion=np.array([0]), bpm=np.array([90.0])))
    >>> float(found["pulse"][0]), float(found["floor"][0]), float(found["picked"][0])
    (1.0, 0.1, 1.0)
    """
    light, acc = s.magnitude[:, 0], s.magnitude[:, 2]
    top = np.maximum(light.max(axis=1), 1e-6)
    rows = np.arange(len(light))[:, None]
    at = np.rint(s.bpm / BPM_PER_BIN).astype(int)[:, None] - FIRST_BIN + np.arange(-NEAR, NEAR + 1)
    at = at.clip(0, light.shape[1] - 1)
    pulse = light[rows, at].max(axis=1)
    a, b = (np.sqrt(m) - np.sqrt(m).mean(axis=1, keepdims=True) for m in (light, acc))
    alike = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1) + 1e-9)
    return {
        "pulse": pulse / top,
        "floor": np.median(light, axis=1) / top,
        "second": s.magnitude[:, 1][rows, at].max(axis=1) / np.maximum(pulse, 1e-6),
        "alike": alike,
        "picked": (np.abs(bin_bpm()[light.argmax(axis=1)] - s.bpm) < 5).astype(float),
    }


def table(sets: Sequence[tuple[str, Spectra]]) -> str:
    """Format all sets by level of motion as a Markdown table.

    Parameters
    ----------
    sets : sequence of (str, Spectra)
        By name.

    Returns
    -------
    str
    """
    rows = []
    for low, high in zip(LEVELS_G, LEVELS_G[1:], strict=False):
        for name, s in sets:
            level = np.maximum(s.motion, ACC_FLOOR) / G
            part = s.chosen((level >= low) & (level < high))
            if len(part.bpm) < 20:
                continue
            found = figures(part)
            cells = [_spread(found[f]) for f in ("pulse", "floor", "second", "alike")]
            picked = f"{found['picked'].mean():.0%}"
            rows.append((f"{low:.2f} to {high:.2f}", name, len(part.bpm), *cells, picked))
    head = ("motion, g", "set", "windows", "pulse", "floor", "second", "alike", "picked")
    return markdown.table(head, rows)


def _spread(x: np.ndarray) -> str:
    low, middle, high = np.percentile(x, [10, 50, 90])
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def report(data: Path, sessions: int, say: Callable[[str], None] = print) -> None:
    """Print the table of the real sets and of simulated sessions.

    Parameters
    ----------
    data : Path
        Holds the data sets' folders.
    sessions : int
        Simulated ones, of 180 s.
    say : callable
        Gets the table.

    Raises
    ------
    UserError
        No data set is there.
    """
    say(table([*real(data), ("simulated", simulated(sessions))]))
