# SPDX-License-Identifier: Apache-2.0
"""Causal Bayesian filter over the heart-rate bins: docs/signal_path.md, section 7, in numpy integers.

It is the forward recursion of a hidden Markov model (Rabiner, Proc. IEEE 77(2):257-286, 1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int8, Int64

from wristpulse.config.settings import Tracking
from wristpulse.core.integer import round_div
from wristpulse.core.numbers import (
    AROUND,
    AROUND_Q15,
    BINS,
    BPM_PER_BIN,
    FIRST_BIN,
    HOPS_PER_WINDOW,
    MASS,
    NEAR,
    ONE_Q15,
)

UNIFORM = MASS // BINS
KNOTS = 17  # of a confidence map, evenly over 0..1
IDENTITY = tuple(range(0, ONE_Q15 + 1, ONE_Q15 // (KNOTS - 1)))  # the confidence map that changes nothing


@dataclass(frozen=True, kw_only=True)
class TrackerTables:
    """All numbers of a tracker, as the device holds them.

    Attributes
    ----------
    half_width
        K.
    transition
        K + 1 weights (Q15) of a step of 0..K bins, first + 2 sum(rest) = 32768.
    leak
        Q15 mass that may go anywhere.
    first
        4 values: how often the newest window counts for the estimates of the first four looks after a reset.
    likelihood
        256 values (Q15), of a logit i steps below the largest.
    confidence_map
        17 values (Q15) over a raw confidence of 0..32768.
    valid
        Q15 confidence from which an estimate becomes valid.
    stays_valid
        Q15 confidence from which it stays so, at most `valid`.
    """

    half_width: int
    transition: tuple[int, ...]
    leak: int
    first: tuple[int, ...]
    likelihood: tuple[int, ...]
    confidence_map: tuple[int, ...]
    valid: int
    stays_valid: int

    def __post_init__(self) -> None:
        """ValueError if a table breaks a condition that the integer arithmetic rests on."""
        rising = all(a <= b for a, b in zip(self.confidence_map, self.confidence_map[1:], strict=False))
        for field, ok, expected in (
            ("transition", len(self.transition) == self.half_width + 1, f"{self.half_width + 1} values"),
            (
                "transition",
                2 * sum(self.transition) - self.transition[0] == ONE_Q15,
                "a two-sided sum of 32768",
            ),
            ("transition", min(self.transition) >= 0, "no negative value"),
            ("leak", 1 <= self.leak < ONE_Q15, "1 to 32767"),
            ("first", len(self.first) == HOPS_PER_WINDOW, f"{HOPS_PER_WINDOW} values"),
            ("first", all(1 <= times <= 16 for times in self.first), "1 to 16"),
            ("likelihood", len(self.likelihood) == 256, "256 values"),
            ("likelihood", min(self.likelihood) >= 1 and max(self.likelihood) <= ONE_Q15, "1 to 32768"),
            ("confidence_map", len(self.confidence_map) == KNOTS and rising, "17 rising values"),
            (
                "confidence_map",
                0 <= self.confidence_map[0] and self.confidence_map[-1] <= ONE_Q15,
                "0 to 32768",
            ),
            ("valid", 0 <= self.valid <= ONE_Q15, "0 to 32768"),
            ("stays_valid", 0 <= self.stays_valid <= self.valid, "0 to that of valid"),
        ):
            if not ok:
                raise ValueError(
                    f"tracker tables: {field}: expected {expected}, found {getattr(self, field)}"
                )


def tracker_tables(
    logit_scale: float, settings: Tracking, confidence_map: tuple[int, ...] = IDENTITY
) -> TrackerTables:
    """Compute the tracker's tables from a configuration.

    In a hop the heart rate moves by d bins, |d| <= half_width, with probability proportional to

        exp(-sqrt(2) BPM_PER_BIN |d| / spread_bpm)

    A logit i steps below the highest has the likelihood

        max(exp(-i logit_scale temper), floor)

    Parameters
    ----------
    logit_scale : float
        Scale of the network's int8 output.
    settings : Tracking
    confidence_map : tuple of int
        Calibrated confidence (Q15) at 17 raw ones, evenly spaced from 0 to 1.

    Returns
    -------
    TrackerTables

    Examples
    --------
    >>> tables = tracker_tables(0.1, Tracking(half_width=2, spread_bpm=3.0))
    >>> tables.transition, tables.valid
    ((15118, 6245, 2580), 29491)
    """
    weights = np.exp(-np.sqrt(2) * BPM_PER_BIN / settings.spread_bpm * np.arange(settings.half_width + 1))
    sides = np.floor(ONE_Q15 * weights[1:] / (2 * weights.sum() - 1)).astype(int)
    ratios = np.rint(ONE_Q15 * np.exp(-np.arange(256) * logit_scale * settings.temper))
    return TrackerTables(
        half_width=settings.half_width,
        transition=(int(ONE_Q15 - 2 * sides.sum()), *map(int, sides)),
        leak=max(round(ONE_Q15 * settings.leak), 1),
        first=settings.first,
        likelihood=tuple(map(int, np.maximum(ratios, max(round(ONE_Q15 * settings.floor), 1)))),
        confidence_map=confidence_map,
        valid=round(ONE_Q15 * settings.valid),
        stays_valid=round(ONE_Q15 * min(settings.stays_valid, settings.valid)),
    )


class Tracker:
    """The filter, for one wrist or many in step.

    Parameters
    ----------
    tables : TrackerTables
    shape : tuple of int
        Of the many; (): one wrist.

    Attributes
    ----------
    posterior : int64 (*shape, 104)
        Its sum is about MASS.
    looks : int
        Hops whose logits were taken since the last reset, at most 4.
    raw : int64 (*shape)
        Confidence of the latest step before the confidence map, Q15.
    gathered : bool (*shape)
        Of the latest step: AROUND_Q15 of the posterior is within AROUND bins of the highest. There is a
        pulse, even if its rate is not sure.
    """

    def __init__(self, tables: TrackerTables, shape: tuple[int, ...] = ()) -> None:
        self.tables = tables
        self._likelihood = np.array(tables.likelihood, np.int64)
        self._map = np.array(tables.confidence_map, np.int64)
        self.posterior = np.empty((*shape, BINS), np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget everything: a uniform posterior."""
        self.posterior[...] = UNIFORM
        self.looks = 0
        self.raw = np.zeros(self.posterior.shape[:-1], np.int64)
        self.gathered = np.zeros(self.posterior.shape[:-1], bool)

    def predict(self) -> None:
        """Let the heart rate move for one hop, without evidence."""
        if self.looks == 0:
            return  # what may be anything stays so
        k, t, leak = self.tables.half_width, self.tables.transition, self.tables.leak
        padded = np.zeros((*self.posterior.shape[:-1], BINS + 2 * k), np.int64)
        padded[..., k : k + BINS] = self.posterior
        moved = t[0] * self.posterior
        for d in range(1, k + 1):
            moved += t[d] * (padded[..., k - d : k - d + BINS] + padded[..., k + d : k + d + BINS])
        self.posterior = ((moved >> 15) * (ONE_Q15 - leak) + leak * UNIFORM) >> 15

    def step(
        self, logits: Int8[np.ndarray, " *many 104"]
    ) -> tuple[Int64[np.ndarray, " *many"] | np.int64, Int64[np.ndarray, " *many"] | np.int64]:
        """Take one hop's logits: predict, weigh, estimate.

        Each of the first four steps after a reset weighs by the likelihood `tables.first` times, for its own
        estimate only: less was seen of its window before.

        Parameters
        ----------
        logits : int8 (*many, 104)
            Of the network.

        Returns
        -------
        bpm_q8 : int64 (*many)
            Mean of the bins within NEAR of the highest, 1/256 BPM.
        confidence_q15 : int64 (*many)
            Share of the posterior in these bins, by the confidence map.
        """
        self.predict()
        self.posterior = p = self._weighed(self.posterior, logits)
        times = self.tables.first[self.looks] if self.looks < HOPS_PER_WINDOW else 1
        self.looks = min(self.looks + 1, HOPS_PER_WINDOW)
        for _ in range(times - 1):  # less was seen of this window before
            p = self._weighed(p, logits)
        return self._estimate(p)

    def weigh(self, logits: Int8[np.ndarray, " *many 104"]) -> None:
        """Take one hop's logits without an estimate.

        Parameters
        ----------
        logits : ndarray, int8 (..., 104)
        """
        self.posterior = self._weighed(self.posterior, logits)
        self.looks = min(self.looks + 1, HOPS_PER_WINDOW)

    def looking_back(
        self, after: Int64[np.ndarray, " *many 104"]
    ) -> tuple[Int64[np.ndarray, " *many"] | np.int64, Int64[np.ndarray, " *many"] | np.int64]:
        """Estimate of a hop from the hops before, the hop itself and the hops after it.

        Parameters
        ----------
        after : int64 (*many, 104)
            What the hops after it say: the posterior of a filter that ran back to just after this hop.

        Returns
        -------
        bpm_q8, confidence_q15 : int64 (*many)
            As of `step`. `after` alone decides where it excludes all that was before.
        """
        both = self.posterior * after
        return self._estimate(_normal(both) if both.any() else after)

    def _weighed(self, p: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """A posterior p (..., 104) times the likelihood of int8 logits, its sum about MASS again."""
        q = logits.astype(np.int64)
        return _normal(p * self._likelihood[q.max(axis=-1, keepdims=True) - q])

    def _estimate(self, p: np.ndarray) -> tuple[Any, Any]:
        """Mean of the bins within NEAR of the highest, 1/256 BPM, and the calibrated share of their mass."""
        off, whole = np.abs(np.arange(BINS) - p.argmax(axis=-1)[..., None]), p.sum(axis=-1)
        around = np.where(off <= AROUND, p, 0).sum(axis=-1)
        self.gathered = (around << 15) // whole >= AROUND_Q15
        mass = np.where(off <= NEAR, p, 0)
        within = mass.sum(axis=-1)
        bpm = round_div((mass * (480 * (FIRST_BIN + np.arange(BINS)))).sum(axis=-1), within)
        self.raw = (within << 15) // whole
        return bpm, _calibrated(self._map, self.raw)


def _normal(g: np.ndarray) -> np.ndarray:
    """Masses g (..., 104) scaled to a sum of about MASS."""
    total = g.sum(axis=-1, keepdims=True)
    k = np.maximum(np.frexp(total.astype(np.float64))[1].astype(np.int64) - 16, 0)
    return ((g >> k) * (0xFFFFFFFF // (total >> k))) >> 8


def calibrate(
    confidence_map: Int64[np.ndarray, "17"], raw: Int64[np.ndarray, " *shape"]
) -> Int64[np.ndarray, " *shape"]:
    """Calibrate a raw confidence: linear between the 17 points of the map.

    Parameters
    ----------
    confidence_map : ndarray, int64 (17,)
        Q15.
    raw : ndarray, int64
        Q15.

    Returns
    -------
    ndarray, int64
        Q15, of the shape of `raw`.

    Examples
    --------
    >>> halved = np.array(IDENTITY) // 2
    >>> calibrate(halved, np.array([0, 1000, 32768])).tolist()
    [0, 500, 16384]
    """
    return np.asarray(_calibrated(confidence_map, raw))


def _calibrated(confidence_map: np.ndarray, raw: Any) -> Any:
    """As `calibrate`, of arrays or of one number."""
    i = raw >> 11
    low, high = confidence_map[i], confidence_map[np.minimum(i + 1, 16)]
    return low + (((high - low) * (raw & 2047)) >> 11)


def track(
    logits: Int8[np.ndarray, "time *many 104"], tables: TrackerTables
) -> tuple[Int64[np.ndarray, " time *many"], Int64[np.ndarray, " time *many"]]:
    """Run the filter over time, from a fresh start.

    Parameters
    ----------
    logits : int8 (time, *many, 104)
        One a hop, without a gap.
    tables : TrackerTables

    Returns
    -------
    bpm_q8 : int64 (time, *many)
        1/256 BPM.
    confidence_q15 : int64 (time, *many)

    Examples
    --------
    >>> logits = np.full((3, 104), -128, np.int8)
    >>> logits[:, 32] = 127  # 90 BPM
    >>> bpm, confidence = track(logits, tracker_tables(0.1, Tracking()))
    >>> (bpm / 256).tolist(), (confidence > 32000).all()
    ([90.0, 90.0, 90.0], np.True_)
    """
    tracker = Tracker(tables, logits.shape[1:-1])
    steps = [tracker.step(q) for q in logits]
    bpm, confidence = zip(*steps, strict=True) if steps else ((), ())
    shape = logits.shape[:-1]
    return np.array(bpm, np.int64).reshape(shape), np.array(confidence, np.int64).reshape(shape)
