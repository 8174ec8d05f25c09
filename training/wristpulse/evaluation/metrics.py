# SPDX-License-Identifier: Apache-2.0
"""Errors of heart-rate estimates, per recording set and as mean and spread over subjects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Num
from numpy.typing import ArrayLike

from wristpulse.recordings.recording import HR_RANGE
from wristpulse.student.tolerance import WRONG_BPM
from wristpulse.support.errors import UserError

LAGS_S = np.arange(0.0, 8.5, 0.5)  # by which labels are shifted to find how late estimates are


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Errors of one subject (or of all windows together), in BPM where not stated otherwise.

    Attributes
    ----------
    windows
        How many are scored.
    mae
        Mean absolute error, BPM.
    bias
        Mean error, BPM.
    p90
        90th percentile of the absolute error, BPM.
    within5
        Share within 5 BPM.
    wrong
        Share more than WRONG_BPM off, of the scored windows.
    coverage
        Share of labelled windows with an estimate (and `valid`, if so asked).
    half, double
        How many windows are read within 10 % of half or twice the reference.
    """

    windows: int
    mae: float
    bias: float
    p90: float
    within5: float
    wrong: float
    coverage: float
    half: int
    double: int


def errors(estimate: ArrayLike, reference: ArrayLike, valid: Bool[np.ndarray, " n"] | None = None) -> Errors:
    """Errors of heart-rate estimates against references.

    Parameters
    ----------
    estimate, reference : array_like (n,)
        BPM; NaN: none.
    valid : ndarray, bool (n,), optional
        Score these estimates only.

    Returns
    -------
    Errors
        With NaN if no estimate may be scored.

    Raises
    ------
    UserError
        No reference is known at all.

    Examples
    --------
    >>> found = errors([61.0, 90.0, np.nan], [60.0, 75.0, 80.0])
    >>> found.mae, found.wrong, round(found.coverage, 2)
    (8.0, 0.5, 0.67)
    """
    estimate, reference = np.asarray(estimate, np.float64), np.asarray(reference, np.float64)
    labelled = (reference >= HR_RANGE[0]) & (reference <= HR_RANGE[1])
    if not labelled.any():
        raise UserError("errors", "reference", "at least one window with a known heart rate", "none")
    scored = labelled & np.isfinite(estimate)
    if valid is not None:
        scored &= valid
    n = int(scored.sum())
    if not n:
        nan = float("nan")
        return Errors(
            windows=0, mae=nan, bias=nan, p90=nan, within5=nan, wrong=nan, coverage=0.0, half=0, double=0
        )
    ratio = estimate[scored] / reference[scored]
    error = estimate[scored] - reference[scored]
    return Errors(
        windows=n,
        mae=float(np.abs(error).mean()),
        bias=float(error.mean()),
        p90=float(np.percentile(np.abs(error), 90)),
        within5=float((np.abs(error) <= 5).mean()),
        wrong=float((np.abs(error) > WRONG_BPM).mean()),
        coverage=n / int(labelled.sum()),
        half=int((np.abs(ratio - 0.5) < 0.05).sum()),
        double=int((np.abs(ratio - 2.0) < 0.2).sum()),
    )


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Mean, standard deviation (n - 1; NaN of one) and greatest value over subjects."""

    mean: float
    std: float
    worst: float


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Per-subject errors and what they come to: every figure is the mean over subjects, not over windows."""

    subjects: dict[str, Errors]
    mae: Spread
    median_mae: float
    p90: float
    within5: float
    coverage: float
    half: int
    double: int

    def to_dict(self) -> dict:
        """Plain containers, for JSON.

        Returns
        -------
        dict
        """
        return asdict(self)


def summarise(results: Iterable[tuple[str, np.ndarray, np.ndarray, np.ndarray | None]]) -> Summary:
    """Errors by person, and the mean, spread and worst over people.

    Parameters
    ----------
    results : iterable of (str, ndarray, ndarray, ndarray or None)
        Person, estimate (n,) and reference (n,) in BPM, valid (n,) or None. Recordings of a person are
        joined.

    Returns
    -------
    Summary

    Raises
    ------
    UserError
        There is no result.

    Examples
    --------
    >>> reference = np.array([60.0, 80.0])
    >>> made = summarise([("a", reference + 1, reference, None), ("b", reference - 3, reference, None)])
    >>> made.mae.mean, made.mae.worst, made.median_mae
    (2.0, 3.0, 2.0)
    """
    joined: dict[str, list[tuple[np.ndarray, ...]]] = {}
    for subject, estimate, reference, valid in results:
        mask = np.ones(len(estimate), bool) if valid is None else valid
        joined.setdefault(subject, []).append((estimate, reference, mask))
    if not joined:
        raise UserError("summarise", "results", "at least one recording", "none")
    subjects = {
        name: errors(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        for name, parts in joined.items()
    }
    mae = np.array([e.mae for e in subjects.values()])

    def mean(field: str) -> float:
        return float(np.nanmean([getattr(e, field) for e in subjects.values()]))

    return Summary(
        subjects=subjects,
        mae=Spread(mean=float(np.nanmean(mae)), std=deviation(mae), worst=float(np.nanmax(mae))),
        median_mae=float(np.nanmedian(mae)),
        p90=mean("p90"),
        within5=mean("within5"),
        coverage=mean("coverage"),
        half=sum(e.half for e in subjects.values()),
        double=sum(e.double for e in subjects.values()),
    )


def deviation(values: Sequence[float] | np.ndarray) -> float:
    """Standard deviation of a sample (n - 1).

    Parameters
    ----------
    values : sequence of float
        Only those that are finite count.

    Returns
    -------
    float
        NaN of fewer than two.

    Examples
    --------
    >>> deviation([1.0, 3.0, float("nan")])
    1.4142135623730951
    """
    finite = np.asarray(values)[np.isfinite(values)]
    return float(finite.std(ddof=1)) if len(finite) > 1 else float("nan")


def calibration(
    confidence: Float[np.ndarray, " n"], correct: Bool[np.ndarray, " n"], bins: int = 10
) -> tuple[Float64[np.ndarray, " {bins} 3"], float]:
    """Reliability of confidences: how often those of a bin are right.

    Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.

    Parameters
    ----------
    confidence : ndarray, float (n,)
        0 to 1.
    correct : ndarray, bool (n,)
    bins : int
        Of equal width.

    Returns
    -------
    table : ndarray (bins, 3)
        Mean confidence, share correct, count; NaN, NaN, 0 of an empty bin.
    error : float
        Expected calibration error: the mean over estimates of |confidence - share correct| of their bin.

    Examples
    --------
    >>> confidence, correct = np.array([0.9, 0.9, 0.1, 0.1]), np.array([True, False, False, False])
    >>> table, error = calibration(confidence, correct, bins=2)
    >>> table.round(2).tolist(), round(error, 2)
    ([[0.1, 0.0, 2.0], [0.9, 0.5, 2.0]], 0.25)
    """
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    table = np.full((bins, 3), np.nan)
    for b in range(bins):
        inside = which == b
        table[b, 2] = inside.sum()
        if inside.any():
            table[b, :2] = confidence[inside].mean(), correct[inside].mean()
    gap = np.abs(table[:, 0] - table[:, 1]) * table[:, 2]
    return table, float(np.nansum(gap) / max(len(confidence), 1))


def clamp(
    estimate: Num[np.ndarray, " n"], history: int = 10, share: float = 0.1
) -> Float64[np.ndarray, " n"]:
    """Hold each estimate near the mean of the outputs before it: the paper's post-processing.

    Parameters
    ----------
    estimate : ndarray (n,)
        BPM.
    history : int
        How many outputs the mean is of.
    share : float
        How far from that mean an output may be, as a share of it.

    Returns
    -------
    ndarray, float64 (n,)

    Examples
    --------
    >>> clamp(np.array([60.0, 90.0, 63.0])).tolist()
    [60.0, 66.0, 63.0]
    """
    out = np.array(estimate, np.float64)
    for i in range(1, len(out)):
        centre = out[max(0, i - history) : i].mean()
        out[i] = np.clip(out[i], (1 - share) * centre, (1 + share) * centre)
    return out
