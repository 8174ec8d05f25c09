# SPDX-License-Identifier: Apache-2.0
"""The estimator for samples that come in chunks, as a device gets them; the same results as for the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np

from wristpulse.core.align import Hops, align, no_contact
from wristpulse.core.estimator import FRONT_ENDS, Result, State
from wristpulse.core.numbers import ACC_FLOOR, HOPS_PER_WINDOW, REACH_US, TRACK_GAP_US
from wristpulse.core.sensor import SensorStream
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.window import motion, window_ends, windows

LOOK_BACK = 2 * (HOPS_PER_WINDOW - 1)  # hops: a network input holds four windows of four hops


class LiveAligner:
    """Samples in, hops out, in chunks of any length.

    The hops depend on the samples' times only, not on where a chunk ends. Each channel's times must increase.
    """

    def __init__(self) -> None:
        self._held: SensorStream | None = None  # what later hops look at

    def take(self, stream: SensorStream) -> Hops:
        """The hops that these samples complete."""
        held = _joined(SensorStream, self._held, stream) if self._held else stream
        hops = align(held)
        self._held = _from_hop(held, int(hops.end_us[-1])) if len(hops) else held
        return hops


def _from_hop(stream: SensorStream, start_us: int) -> SensorStream:
    """What the hop that starts at start_us and later ones look at.

    A sample stands at the far end of the first frame's kernel in each channel. Its weight is zero in every
    frame, and it keeps the frames where they were: `align` starts them one kernel's reach after it.
    """
    edge = start_us - REACH_US
    first = [int(np.searchsorted(t, edge, side="right")) for t in (stream.t_ppg_us, stream.t_acc_us)]
    ppg, t_ppg = stream.ppg[first[0] - 1 :], stream.t_ppg_us[first[0] - 1 :].copy()
    acc, t_acc = stream.acc[first[1] - 1 :], stream.t_acc_us[first[1] - 1 :].copy()
    t_ppg[0] = t_acc[0] = edge
    return SensorStream(ppg, t_ppg, acc, t_acc)


class LiveEstimator:
    """Results hop by hop, from chunks of any length.

    predict: the network, int8 inputs (n, ...) of the front end to int8 logits (n, 104); tables: the tracker's
    numbers; front_end: one of FRONT_ENDS.
    """

    def __init__(
        self, predict: Callable[[np.ndarray], np.ndarray], tables: TrackerTables, front_end: str
    ) -> None:
        self._predict, self._tables, self._front_end = predict, tables, FRONT_ENDS[front_end]
        self._aligner, self._tracker = LiveAligner(), Tracker(tables)
        self._before: Hops | None = None  # the hops that the next ones' windows look back on
        self._hop = self._gaps = 0

    def take(self, stream: SensorStream) -> list[Result]:
        """Results of the hops that these samples complete."""
        new = self._aligner.take(stream)
        known = len(self._before) if self._before else 0
        hops = _joined(Hops, self._before, new) if self._before else new
        logits, at_rest = self._network(hops, known)
        away, after = no_contact(hops), np.diff(hops.end_us, prepend=hops.end_us[:1] - 1)
        results = []
        for n in range(known, len(hops)):
            if away[n] or not 0 < after[n] <= TRACK_GAP_US:
                self._tracker.reset()
            self._gaps += int(hops.discontinuous[n])
            bpm, confidence, state = 0, 0, State.NO_CONTACT if away[n] else State.ACQUIRING
            if n in logits:
                bpm, confidence = map(int, self._tracker.step(logits[n]))
                uncertain = State.NO_PULSE if at_rest[n] else State.MOTION_UNCERTAIN
                state = State.VALID if confidence >= self._tables.valid else uncertain
            elif not away[n]:
                self._tracker.predict()
            result = dict(bpm_q8=bpm, confidence_q15=confidence, state=state, gaps=self._gaps)
            results.append(Result(hop=self._hop, time_us=int(hops.end_us[n]), **result))
            self._hop += 1
        self._before = _part(hops, slice(max(0, len(hops) - LOOK_BACK), None))
        return results

    def _network(self, hops: Hops, known: int) -> tuple[dict[int, np.ndarray], dict[int, bool]]:
        """Logits, and whether the wrist is at rest, by hop: of windows that end at hop `known` or later."""
        ends = window_ends(hops)
        new = ends >= known
        if not new.any():
            return {}, {}
        x = windows(hops, ends)
        logits, rest = self._predict(self._front_end(x, ends)[new]), motion(x[new]) == ACC_FLOOR
        at = ends[new].tolist()
        return dict(zip(at, logits, strict=True)), dict(zip(at, rest.tolist(), strict=True))


def _joined(kind, *parts):
    """Streams, or hops, one after the other."""
    return kind(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(kind)})


def _part(hops: Hops, which: slice) -> Hops:
    return Hops(**{f.name: getattr(hops, f.name)[which] for f in fields(hops)})
