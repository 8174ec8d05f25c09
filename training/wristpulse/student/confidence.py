# SPDX-License-Identifier: Apache-2.0
"""Make confidence mean something: the share of estimates within 5 BPM that goes with a raw confidence."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Integer
from scipy.optimize import lsq_linear

from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import ONE_Q15
from wristpulse.core.sensor import to_counts
from wristpulse.core.track import IDENTITY, KNOTS
from wristpulse.data.labels import window_labels
from wristpulse.recordings import Recording
from wristpulse.student.tolerance import WITHIN_BPM

# Estimates' worth of belief, at each knot, that the raw confidence is right: for knots without data.
PRIOR = 4.0


def confidence_map(raw: Integer[np.ndarray, " n"], correct: Bool[np.ndarray, " n"]) -> tuple[int, ...]:
    """Fit the map from raw confidences to the share of estimates that are correct.

    With hat functions h_k around 17 knots and values v_0 <= v_1 <= ... <= v_16 within 0 to 1 it minimises

        sum_i (sum_k v_k h_k(raw_i) - correct_i)^2 + PRIOR sum_k (v_k - k / 16)^2

    Parameters
    ----------
    raw : ndarray (n,)
        Raw confidences, Q15.
    correct : ndarray, bool (n,)
        Whether the estimate lies within 5 BPM of the reference.

    Returns
    -------
    tuple of 17 int
        Values at the knots, Q15, never falling.

    Examples
    --------
    >>> raw = np.repeat([8192, 24576], 500)
    >>> values = confidence_map(raw, np.arange(1000) % 10 < 3)  # 30 % correct, whatever it says
    >>> round(values[4] / 32768, 1), round(values[12] / 32768, 1)
    (0.3, 0.3)
    """
    x = np.asarray(raw) / ONE_Q15 * (KNOTS - 1)
    hats = np.maximum(0, 1 - np.abs(x[:, None] - np.arange(KNOTS)))
    prior = np.sqrt(PRIOR) * np.eye(KNOTS)
    increments = np.tril(np.ones((KNOTS, KNOTS)))  # value at a knot: the sum of increments up to it
    a = np.concatenate([hats, prior]) @ increments
    b = np.concatenate([np.asarray(correct, float), np.sqrt(PRIOR) * np.array(IDENTITY) / ONE_Q15])
    values = increments @ lsq_linear(a, b, bounds=(0, 1)).x
    return tuple(int(v) for v in np.rint(np.clip(values, 0, 1) * ONE_Q15))


def fitted_map(estimator: Estimator, recordings: Iterable[Recording], aligned: bool) -> tuple[int, ...]:
    """Fit the confidence map on labelled recordings that the student was not trained on.

    Parameters
    ----------
    estimator : Estimator
    recordings : iterable of Recording
    aligned : bool
        Shift labels by each recording's clock offset.

    Returns
    -------
    tuple of 17 int
        Q15, as of `confidence_map`; the identity if no estimate has a label.
    """
    raw, correct = [], []
    for recording in recordings:
        run = estimator.full_run(to_counts(recording))
        bpm = np.array([r.bpm_q8 / 256 if r.bpm_q8 else np.nan for r in run.results])
        error = np.abs(bpm - window_labels(recording, run.windows.hops.end_us, aligned))
        scored = np.isfinite(error)
        raw.append(run.raw_confidence_q15[scored])
        correct.append(error[scored] <= WITHIN_BPM)
    if not sum(map(len, raw)):
        return IDENTITY
    return confidence_map(np.concatenate(raw), np.concatenate(correct))
