# SPDX-License-Identifier: Apache-2.0
"""Whether an estimate is sure enough to be shown: docs/signal_path.md, section 8, Threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from wristpulse.core.numbers import VALID_STEP_Q8
from wristpulse.core.result import State
from wristpulse.core.track import TrackerTables


def threshold(tables: TrackerTables, bpm_q8: Any, before_q8: Any, before_valid: Any) -> Any:
    """Confidence from which an estimate is valid.

    It is harder to become valid than to stay so: a wrong value is seldom sure when it comes, a right one
    seldom loses its rate within a hop.

    Parameters
    ----------
    tables : TrackerTables
    bpm_q8, before_q8 : int, or int64 arrays of one shape
        The estimate and the one before it, 1/256 BPM.
    before_valid : bool, or bool array
        Whether the one before it was valid.

    Returns
    -------
    int64
        Q15.

    Examples
    --------
    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> tables = tracker_tables(0.1, Tracking(valid=0.75, stays_valid=0.5))
    >>> near = threshold(tables, 72 * 256, 70 * 256, True)
    >>> far = threshold(tables, 72 * 256, 60 * 256, True)
    >>> int(near), int(far)
    (16384, 24576)
    """
    stays = before_valid & (np.abs(np.asarray(bpm_q8) - before_q8) <= VALID_STEP_Q8)
    return np.where(stays, tables.stays_valid, tables.valid)


def not_valid(at_rest: bool, doubted: bool, gathered: bool) -> State:
    """State of an estimate that is not valid.

    Parameters
    ----------
    at_rest : bool
        The window's motion is at its floor.
    doubted : bool
        Of `wristpulse.core.doubt`.
    gathered : bool
        Of the tracker: there is a pulse.

    Returns
    -------
    State

    Examples
    --------
    Deep breathing and irregular beats: a pulse at rest, and no rate that stands out.

    >>> not_valid(at_rest=True, doubted=False, gathered=True).value
    'rate-uncertain'
    """
    if not at_rest:
        return State.MOTION_UNCERTAIN
    return State.RATE_UNCERTAIN if gathered and not doubted else State.NO_PULSE


def validity(tables: TrackerTables, bpm_q8: np.ndarray, confidence_q15: np.ndarray) -> np.ndarray:
    """Which estimates of hops in a row are valid, from a fresh start.

    Parameters
    ----------
    tables : TrackerTables
    bpm_q8, confidence_q15 : ndarray, int64 (time, *many)
        Of `wristpulse.core.track.track`.

    Returns
    -------
    ndarray, bool (time, *many)

    Examples
    --------
    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> tables = tracker_tables(0.1, Tracking(valid=0.75, stays_valid=0.5))
    >>> validity(tables, np.full(3, 18_000), np.array([20_000, 30_000, 20_000])).tolist()
    [False, True, True]
    """
    valid = np.zeros(bpm_q8.shape, bool)
    before_q8, before = np.zeros(bpm_q8.shape[1:], np.int64), np.zeros(bpm_q8.shape[1:], bool)
    for n, (bpm, confidence) in enumerate(zip(bpm_q8, confidence_q15, strict=True)):
        valid[n] = before = confidence >= threshold(tables, bpm, before_q8, before)
        before_q8 = bpm
    return valid
