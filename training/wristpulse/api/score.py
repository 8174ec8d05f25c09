# SPDX-License-Identifier: Apache-2.0
"""How far estimates are from a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wristpulse.api.heart_rate import HeartRate
from wristpulse.data.labels import between_labels, window_labels
from wristpulse.evaluation.metrics import errors
from wristpulse.recordings.recording import HR_RANGE, Recording
from wristpulse.recordings.scale import SignalError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, kw_only=True)
class Score:
    """Errors of the valid hops against a reference; BPM, or shares of 0 to 1. NaN where there is no hop.

    Attributes
    ----------
    hops : int
        Hops with a known reference.
    coverage : float
        Share of them that are valid. All further figures are of these.
    mae, bias, p90 : float
        Mean absolute error, mean error, 90th percentile of the absolute error, BPM.
    within5 : float
        Share within 5 BPM.
    wrong_valid : float
        Share more than 10 BPM off: values that a user would trust, and should not.
    half, double : float
        Share within 10 % of half, or of twice, the reference.
    """

    hops: int
    coverage: float
    mae: float
    bias: float
    p90: float
    within5: float
    wrong_valid: float
    half: float
    double: float

    def __str__(self) -> str:
        if not self.coverage:
            return f"no valid value in {self.hops} hops"
        return (
            f"MAE {self.mae:.2f} BPM at {100 * self.coverage:.0f} % coverage ({self.hops} hops), "
            f"{100 * self.wrong_valid:.1f} % of the valid values wrong"
        )


def score(
    hr: HeartRate,
    reference: Recording | ArrayLike,
    reference_time_s: ArrayLike | None = None,
    *,
    aligned: bool = False,
) -> Score:
    """Compare heart rate with a reference.

    Parameters
    ----------
    hr : HeartRate
        As `estimate` gives it.
    reference : Recording or array (w,)
        A Recording with labels, or reference heart rates in BPM, NaN where unknown; values outside 40 to
        200 BPM count as unknown.
    reference_time_s : array (w,), optional
        Ends of the 8 s windows that the reference is of, seconds on the clock of `hr.time_s`, increasing; the
        reference is interpolated linearly, but not over holes of more than 4 s. If None, `reference` has a
        value for each hop of `hr`.
    aligned : bool
        Shift a Recording's labels by the clock offset that it states.

    Returns
    -------
    Score

    Raises
    ------
    SignalError
        If lengths do not match, times do not increase, or no hop has a known reference.

    Examples
    --------
    >>> import wristpulse as wp
    >>> recording = wp.simulate(seed=1, seconds=60)
    >>> score = wp.score(wp.estimate(recording), recording)
    >>> score.hops
    26
    """
    labels = _reference(hr, reference, reference_time_s, aligned)
    inside = (labels >= HR_RANGE[0]) & (labels <= HR_RANGE[1])
    if not inside.any():
        raise SignalError(
            "reference", f"a heart rate of {HR_RANGE[0]:g} to {HR_RANGE[1]:g} BPM for some hop", "none"
        )
    e = errors(hr.bpm, labels, hr.valid)
    n = e.windows
    return Score(
        hops=int(inside.sum()),
        coverage=e.coverage,
        mae=e.mae,
        bias=e.bias,
        p90=e.p90,
        within5=e.within5,
        wrong_valid=e.wrong,
        half=e.half / n if n else np.nan,
        double=e.double / n if n else np.nan,
    )


def _reference(
    hr: HeartRate, reference: Recording | ArrayLike, time_s: ArrayLike | None, aligned: bool
) -> np.ndarray:
    """Reference of each hop, float64 (n,), NaN where unknown."""
    if isinstance(reference, Recording):
        if reference.hr is None:
            raise SignalError("reference", "a recording with labels", f"{reference.name}, which has none")
        ends = np.array([r.time_us for r in hr.results], np.int64)
        return window_labels(reference, ends, aligned)
    labels = np.asarray(reference)
    if labels.ndim != 1 or labels.dtype.kind not in "iuf":
        raise SignalError("reference", "numbers of shape (w,)", f"{labels.dtype} of shape {labels.shape}")
    labels = labels.astype(np.float64)
    if time_s is None:
        if len(labels) != len(hr):
            expected = f"{len(hr)} values, one a hop, or reference_time_s with them"
            raise SignalError("reference", expected, f"{len(labels)}")
        return labels
    at = np.asarray(time_s, np.float64)
    if at.shape != labels.shape or not len(at):
        raise SignalError("reference_time_s", f"{len(labels)} times", f"shape {at.shape}")
    if not (np.diff(at) > 0).all():
        raise SignalError("reference_time_s", "times in seconds that increase", "others")
    return between_labels(at, labels, hr.time_s)
