# SPDX-License-Identifier: Apache-2.0
"""Make confidence mean something: the share of estimates within 5 BPM that goes with a raw confidence."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.optimize import lsq_linear

from wristpulse.core.estimator import Estimator
from wristpulse.core.sensor import to_counts
from wristpulse.data.labels import window_labels
from wristpulse.recordings import Recording

KNOTS = 17  # of the tracker's confidence map, evenly over 0..32768
ONE = 32768  # Q15
WITHIN_BPM = 5.0
PRIOR = (
    4.0  # estimates' worth of belief, at each knot, that the raw confidence is right: for knots without data
)
IDENTITY = tuple(range(0, ONE + 1, ONE // (KNOTS - 1)))


def confidence_map(raw: np.ndarray, correct: np.ndarray) -> tuple[int, ...]:
    """Rising, piecewise linear map (17 values, Q15) from raw confidences (n,) Q15 to shares correct.

    Least squares over hat functions whose increments are at least 0, pulled weakly towards the identity.
    """
    x = np.asarray(raw) / ONE * (KNOTS - 1)
    hats = np.maximum(0, 1 - np.abs(x[:, None] - np.arange(KNOTS)))
    prior = np.sqrt(PRIOR) * np.eye(KNOTS)
    increments = np.tril(np.ones((KNOTS, KNOTS)))  # value at a knot: the sum of increments up to it
    a = np.concatenate([hats, prior]) @ increments
    b = np.concatenate([np.asarray(correct, float), np.sqrt(PRIOR) * np.array(IDENTITY) / ONE])
    values = increments @ lsq_linear(a, b, bounds=(0, 1)).x
    return tuple(int(v) for v in np.rint(np.clip(values, 0, 1) * ONE))


def calibrated(estimator: Estimator, recordings: Iterable[Recording], aligned: bool) -> tuple[int, ...]:
    """Confidence map from an estimator's results on labelled recordings that it was not trained on.

    The identity if none of them gives a labelled estimate.
    """
    plain = estimator.with_tables(replace(estimator.tables, confidence_map=IDENTITY))
    raw, correct = [], []
    for recording in recordings:
        results = [r for r in plain.run(to_counts(recording)) if r.bpm_q8]
        reference = window_labels(recording, np.array([r.time_us for r in results], np.int64), aligned)
        error = np.abs(np.array([r.bpm_q8 / 256 for r in results]) - reference)
        known = np.isfinite(error)
        raw += [r.confidence_q15 for r, k in zip(results, known, strict=True) if k]
        correct += (error[known] <= WITHIN_BPM).tolist()
    return confidence_map(np.array(raw), np.array(correct)) if raw else IDENTITY
