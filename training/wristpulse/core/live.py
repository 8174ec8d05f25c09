# SPDX-License-Identifier: Apache-2.0
"""The estimator for samples that come in chunks, as a device gets them; the same results as for the whole."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from wristpulse.core.align import Hops, align
from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import HOPS_PER_WINDOW, REACH_US
from wristpulse.core.result import Result
from wristpulse.core.sensor import SensorStream
from wristpulse.core.window import Windows, window_ends, windows

LOOK_BACK = 2 * (HOPS_PER_WINDOW - 1)  # hops: a network input holds four windows of four hops


class LiveAligner:
    """Samples in, hops out, in chunks of any length.

    The hops depend on the samples' times only, not on where a chunk ends. Each channel's times must increase.

    Examples
    --------
    >>> aligner = LiveAligner()
    >>> t = np.arange(150) * 20_000  # 3 s at 50 Hz
    >>> light, still = np.full(150, 100_000, np.uint32), np.tile(np.array([0, 0, 4096], np.int16), (150, 1))
    >>> [len(aligner.take(SensorStream(light, t + late, still, t + late))) for late in (0, 3_000_000)]
    [1, 1]
    """

    def __init__(self) -> None:
        self._held: SensorStream | None = None  # what later hops look at

    def take(self, stream: SensorStream) -> Hops:
        """The hops that these samples complete.

        Parameters
        ----------
        stream : SensorStream
            Samples that follow those of the call before, of any number, none in one channel included.

        Returns
        -------
        Hops
        """
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
    """Results hop by hop, from chunks of any length; one LED, without a power policy.

    Parameters
    ----------
    estimator : Estimator
        Of the student; its tables and network are shared, its state is not.

    Examples
    --------
    A network that always says 90 BPM, on 12 s of steady light that come in chunks of 3 s:

    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> def predict(inputs):
    ...     return np.tile(np.where(np.arange(104) == 32, 127, -128).astype(np.int8), (len(inputs), 1))
    >>> live = LiveEstimator(Estimator(predict, tracker_tables(0.1, Tracking())))
    >>> t = np.arange(150) * 20_000
    >>> light, still = np.full(150, 100_000, np.uint32), np.tile(np.array([0, 0, 4096], np.int16), (150, 1))
    >>> for start in range(0, 12_000_000, 3_000_000):
    ...     print([r.bpm_q8 / 256 for r in live.take(SensorStream(light, t + start, still, t + start))])
    [0.0]
    [0.0]
    [0.0, 90.0]
    [90.0]
    """

    def __init__(self, estimator: Estimator) -> None:
        self._aligner, self._progress = LiveAligner(), estimator.start()
        self._before: Hops | None = None  # the hops that the next ones' windows look back on

    def take(self, stream: SensorStream) -> list[Result]:
        """Results of the hops that these samples complete.

        Parameters
        ----------
        stream : SensorStream
            Samples that follow those of the call before.

        Returns
        -------
        list of Result
            Their hop numbers go on from call to call.

        Raises
        ------
        UserError
            The network does not give a logit for each of the tracker's bins.
        """
        new = self._aligner.take(stream)
        earlier = len(self._before) if self._before else 0
        hops = _joined(Hops, self._before, new) if self._before else new
        ends = window_ends(hops)
        run = self._progress.take(Windows(hops=hops, ends=ends, x=windows(hops, ends)), first=earlier)
        self._before = _part(hops, slice(max(0, len(hops) - LOOK_BACK), None))
        return run.results


def _joined(kind, *parts):
    """Streams, or hops, one after the other."""
    return kind(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(kind)})


def _part(hops: Hops, which: slice) -> Hops:
    return Hops(**{f.name: getattr(hops, f.name)[which] for f in fields(hops)})
