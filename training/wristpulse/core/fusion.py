# SPDX-License-Identifier: Apache-2.0
"""Several LEDs: whose evidence counts how much, added up; docs/signal_path.md, section 7a.

zephyr_app/core/src/fusion.c does the same; both give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int8, Int64

from wristpulse.core.integer import isqrt
from wristpulse.core.numbers import (
    BINS,
    FUSION_BLIND,
    FUSION_CLIPPED,
    FUSION_FULL,
    FUSION_NONE,
    FUSION_REST,
    FUSION_SHIFT,
    FUSION_TRUST,
    FUSION_UNSURE,
    FUSION_WHOLE,
    HOPS_PER_WINDOW,
    NEAR,
    PPG_FLOOR,
)
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.window import Windows


@dataclass
class _Led:
    """One LED's record: its own track, and how much it is trusted (Q15)."""

    track: Tracker
    trust: int = FUSION_TRUST
    rested: int = 0
    weight: int = 0
    steps: np.ndarray = field(default_factory=lambda: np.zeros(BINS, np.int64))
    unsure: bool = False

    def forget(self) -> None:
        self.track.reset()
        self.trust, self.rested, self.weight = FUSION_TRUST, 0, 0


class Fusion:
    """What is known of the LEDs from one hop to the next.

    Each LED has a tracker of its own. Its trust (Q15) follows that tracker's confidence c,
    trust += (c - trust) / 2^FUSION_SHIFT, and its weight falls with its distance to the most trusted LED.

    Parameters
    ----------
    tables : TrackerTables
        Of every LED's tracker.
    leds : int
        2 to 4.

    Attributes
    ----------
    weights : list of int
        Of the latest estimate, 0 to 16 for each LED.
    runs : int
        How often the network ran for the latest estimate.

    Examples
    --------
    Two LEDs of which the second says nothing:

    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> pulse, nothing = np.full(104, -128, np.int8), np.zeros(104, np.int8)
    >>> pulse[32] = 127
    >>> fusion = Fusion(tracker_tables(0.1, Tracking()), 2)
    >>> for _ in range(8):
    ...     fusion.push(np.array([True, True]))
    ...     logits = fusion.hop(
    ...         np.array([True, True]), np.array([True, True]), [pulse, nothing], np.zeros(2, bool)
    ...     )
    >>> fusion.weights, int(logits.argmax())
    ([16, 0], 32)
    """

    def __init__(self, tables: TrackerTables, leds: int) -> None:
        self._likelihood = np.array(tables.likelihood, np.int64)
        self._leds = [_Led(Tracker(tables)) for _ in range(leds)]
        self._lit = np.zeros(leds, bool)
        self.runs = 0

    @property
    def weights(self) -> list[int]:
        """Of the latest estimate."""
        return [own.weight for own in self._leds]

    def break_off(self) -> None:
        """What comes next does not follow; tracks and trust stay, as the estimator's track does."""
        for own in self._leds:
            own.rested = own.weight = 0

    def reset(self) -> None:
        """Forget the tracks too."""
        for own in self._leds:
            own.track.reset()
            own.trust = FUSION_TRUST

    def push(self, lit: Bool[np.ndarray, " leds"]) -> None:
        """Begin a hop; before `hop` or `predict`.

        Parameters
        ----------
        lit : bool (leds,)
            Which LEDs have contact. One without is forgotten: track, trust and rest.
        """
        self._lit = lit
        for own, has_contact in zip(self._leds, lit, strict=True):
            if not has_contact:
                own.forget()

    def predict(self) -> None:
        """No LED has a whole window on this hop."""
        for own, has_contact in zip(self._leds, self._lit, strict=True):
            if has_contact:
                own.track.predict()

    def hop(
        self,
        whole: Bool[np.ndarray, " leds"],
        seeing: Bool[np.ndarray, " leds"],
        logits: list[Int8[np.ndarray, "104"] | None],
        clipped: Bool[np.ndarray, " leds"],
    ) -> Int8[np.ndarray, "104"]:
        """One hop's logits for the tracker, from the LEDs' own.

        Parameters
        ----------
        whole : bool (leds,)
            LEDs with a whole window; one or more.
        seeing : bool (leds,)
            Of these, those whose light is neither flat nor saturated: the first of `light_quality`.
        logits : list of int8 (104,) or None
            The network's; None where there is no whole window.
        clipped : bool (leds,)
            Some of the light is at the end of the range: the second of `light_quality`.

        Returns
        -------
        int8 (104,)
            127 the highest; steps below it are the LEDs' weighted sums, at most 255.
        """
        ran = self._choose(whole & seeing if (whole & seeing).any() else whole)
        self.runs = int(ran.sum())
        for led, own in enumerate(self._leds):
            evidence = logits[led]
            if ran[led] and evidence is not None:
                self._take(own, evidence, bool(clipped[led]))
            elif self._lit[led]:
                own.track.predict()
        return self._add(ran)

    def _choose(self, seeing: np.ndarray) -> np.ndarray:
        """Of the LEDs that see something, those that do not rest; all if every one rests."""
        chosen = np.zeros(len(seeing), bool)
        for led in np.flatnonzero(seeing):
            own = self._leds[led]
            own.rested += own.rested > 0
            chosen[led] = own.rested == 0 or own.rested > FUSION_REST
        return chosen if chosen.any() else seeing

    def _take(self, own: _Led, logits: np.ndarray, clipped: bool) -> None:
        _, confidence = own.track.step(logits)
        own.trust += (int(confidence) - own.trust) >> FUSION_SHIFT
        own.steps = int(logits.max()) - logits.astype(np.int64)
        own.unsure = clipped or self.certainty(own.steps) < FUSION_UNSURE

    def certainty(self, steps: Int64[np.ndarray, "104"]) -> int:
        """Share of the likelihood within NEAR bins of its peak.

        Parameters
        ----------
        steps : ndarray, int64 (104,)
            Logit steps below the highest, one for each bin.

        Returns
        -------
        int
            Q15.
        """
        likelihood = self._likelihood[steps]
        peak = int(steps.argmin())
        near = likelihood[max(0, peak - NEAR) : peak + NEAR + 1]
        return int((near.sum() << 15) // likelihood.sum())

    def _add(self, ran: np.ndarray) -> np.ndarray:
        trusts = [own.trust for own, has_run in zip(self._leds, ran, strict=True) if has_run]
        best = max(trusts)
        alone = sum(best - trust < FUSION_NONE for trust in trusts) == 1
        total = np.zeros(BINS, np.int64)
        for own, has_run in zip(self._leds, ran, strict=True):
            own.weight = 0
            if has_run:
                own.weight = _weight(own, best - own.trust, alone)
                own.rested = int(own.weight == 0)
                total += own.steps * own.weight // FUSION_WHOLE
        return (127 - np.minimum(total - total.min(), 255)).astype(np.int8)


def _weight(own: _Led, below: int, alone: bool) -> int:
    """Of an LED whose trust lies so much below the best; alone: no other LED has a weight."""
    if below >= FUSION_NONE:
        return 0
    if alone:
        return FUSION_WHOLE
    whole = FUSION_WHOLE
    if below > FUSION_FULL:
        whole = whole * (FUSION_NONE - below) // (FUSION_NONE - FUSION_FULL)
    return whole // 2 if own.unsure else whole


def light_quality(windows: Windows) -> tuple[Bool[np.ndarray, " w"], Bool[np.ndarray, " w"]]:
    """How good the light of one LED's windows is.

    Parameters
    ----------
    windows : Windows
        w windows of one LED.

    Returns
    -------
    seeing : bool (w,)
        Neither flat (deviation of PPG_FLOOR at most) nor saturated (more than one raw sample in FUSION_BLIND
        at an end of the range).
    clipped : bool (w,)
        More than one raw sample in FUSION_CLIPPED at an end of the range.
    """
    x, hops = windows.x, windows.hops
    d = x[:, 0] - (x[:, 0].sum(axis=1, keepdims=True) >> 8)
    of_window = windows.ends[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1)
    saturated, samples = hops.saturated[of_window].sum(axis=1), hops.samples[of_window].sum(axis=1)
    blind = (FUSION_BLIND * saturated > samples) | (isqrt((d**2).sum(axis=1)) <= PPG_FLOOR)
    return ~blind, FUSION_CLIPPED * saturated > samples
