# SPDX-License-Identifier: Apache-2.0
"""What an estimate gives back: heart rate, confidence and state over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float64, Shaped

from wristpulse.api.extras import needs
from wristpulse.core.result import Result, State

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class HeartRate:
    """Heart rate over time, one value a hop of 2 s, each from the 8 s before it.

    Attributes
    ----------
    time_s : float64 (n,)
        End of each hop, seconds on the clock of the samples.
    bpm : float64 (n,)
        Heart rate in beats per minute, 30 to 223; NaN where there is none.
    confidence : float64 (n,)
        Probability, 0 to 1, that `bpm` is within 5 BPM; NaN where there is none.
    state : str (n,)
        ``valid``; a value that is not to be trusted, ``motion-uncertain`` while the wrist moves, at rest
        ``rate-uncertain`` with a pulse and ``no-pulse`` without one; ``acquiring``, no whole window yet;
        ``no-contact``, the sensor sees no skin.
    results : tuple of Result
        The same in the integers of the firmware, bit for bit.
    notes : tuple of str
        How the signals were scaled, one line each.
    """

    time_s: Float64[np.ndarray, " n"]
    bpm: Float64[np.ndarray, " n"]
    confidence: Float64[np.ndarray, " n"]
    state: Shaped[np.ndarray, " n"]
    results: tuple[Result, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def valid(self) -> Bool[np.ndarray, " n"]:
        """Where the state is ``valid``: bool (n,)."""
        return self.state == State.VALID.value

    def __len__(self) -> int:
        return len(self.time_s)

    def __repr__(self) -> str:
        return f"HeartRate({self.summary()})"

    def summary(self) -> str:
        """Summarise in one line: hops, time, share of valid hops, median and range of the valid heart rates.

        Without a valid hop: how many hops had which state.

        Returns
        -------
        str

        Examples
        --------
        >>> import wristpulse as wp
        >>> wp.estimate(wp.simulate(seed=1, seconds=60)).summary()  # doctest: +ELLIPSIS
        '29 hops, 2 s to 58 s, ... % valid...'
        """
        if not len(self):
            return "0 hops"
        share = f"{100 * self.valid.mean():.0f} % valid"
        span = f"{self.time_s[0]:.0f} s to {self.time_s[-1]:.0f} s"
        shown = self.bpm[self.valid]
        if not len(shown):
            states = ", ".join(f"{count} {state}" for state, count in Counter(self.state).most_common())
            return f"{len(self)} hops, {span}, {share} ({states})"
        course = f"median {np.median(shown):.0f} BPM ({shown.min():.0f} to {shown.max():.0f})"
        return f"{len(self)} hops, {span}, {share}, {course}"

    def to_frame(self) -> pandas.DataFrame:
        """Make a pandas frame with a row for each hop.

        Returns
        -------
        pandas.DataFrame
            Columns time_s, bpm, confidence, state.

        Raises
        ------
        ImportError
            pandas is not installed.

        Examples
        --------
        >>> import wristpulse as wp
        >>> list(wp.estimate(wp.simulate(seed=1, seconds=60)).to_frame())
        ['time_s', 'bpm', 'confidence', 'state']
        """
        with needs("plot", "HeartRate.to_frame"):
            import pandas

        columns = ("time_s", "bpm", "confidence", "state")
        return pandas.DataFrame({name: getattr(self, name) for name in columns})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw heart rate over time with its confidence, and the states below.

        The band is 5 BPM either way, which is what the confidence refers to; the darker, the more confident.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure if None.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import matplotlib; matplotlib.use("agg")
        >>> import wristpulse as wp
        >>> wp.estimate(wp.simulate(seed=1, seconds=60)).plot().get_ylabel()
        'heart rate (BPM)'
        """
        from wristpulse.api.plot import draw

        with needs("plot", "HeartRate.plot"):
            return draw(self, ax)


def heart_rate(results: Sequence[Result], notes: tuple[str, ...] = ()) -> HeartRate:
    """Convert the device's integers to seconds, BPM and probabilities.

    Parameters
    ----------
    results : sequence of Result
    notes : tuple of str

    Returns
    -------
    HeartRate
    """
    bpm_q8 = np.array([r.bpm_q8 for r in results], np.float64)
    confidence = np.array([r.confidence_q15 for r in results], np.float64) / 32768
    return HeartRate(
        time_s=np.array([r.time_us for r in results], np.float64) / 1e6,
        bpm=np.where(bpm_q8 > 0, bpm_q8 / 256, np.nan),
        confidence=np.where(bpm_q8 > 0, confidence, np.nan),
        state=np.array([r.state.value for r in results], dtype="U16"),
        results=tuple(results),
        notes=notes,
    )
