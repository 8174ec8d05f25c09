# SPDX-License-Identifier: Apache-2.0
"""The device's estimator in Python, bit for bit: sensor samples in, one result per hop out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Int8

from wristpulse.core.align import Hops, no_contact
from wristpulse.core.doubt import Doubt
from wristpulse.core.fusion import Fusion, light_quality
from wristpulse.core.numbers import ACC_FLOOR, BINS, DOUBT_Q15, FEATURES, FUSION_WHOLE, TRACK_GAP_US
from wristpulse.core.policy import Policy, moving
from wristpulse.core.result import Result, Run, State
from wristpulse.core.sensor import Sampled, SensorStream, check_leds, to_counts
from wristpulse.core.spectrum import spectrum_inputs
from wristpulse.core.track import Tracker, TrackerTables
from wristpulse.core.validity import not_valid, threshold
from wristpulse.core.window import Windows, device_order, motion, stream_windows, window_inputs
from wristpulse.support.errors import UserError

# What the network sees: windows int64 (w, 4, 256) and their hops (w,) to int8 (w, ...) in the device's order.
FrontEnd = Callable[[np.ndarray, np.ndarray], np.ndarray]
FRONT_ENDS: dict[str, FrontEnd] = {
    "window": lambda x, ends: device_order(window_inputs(x)),
    "spectrum": spectrum_inputs,
}


def front_end_inputs(recording: Sampled, front_end: str) -> Int8[np.ndarray, "w ..."]:
    """What the network sees of a recording's default channel.

    Parameters
    ----------
    recording : Sampled
    front_end : str
        Key of `FRONT_ENDS`.

    Returns
    -------
    int8 (w, 1024) for "window", (w, 104, 20) for "spectrum"
        Of each of the w windows.
    """
    windows = stream_windows(to_counts(recording))
    return FRONT_ENDS[front_end](windows.x, windows.ends)


class Estimator:
    """Heart rate from sensor samples, as the firmware computes it.

    Parameters
    ----------
    predict : the network, int8 inputs (n, ...) of the front end to int8 logits (n, 104).
    tables : the tracker's numbers.
    front_end : one of FRONT_ENDS.

    Examples
    --------
    A network that always says 90 BPM, on 14 s of steady light:

    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> def predict(inputs):
    ...     return np.tile(np.where(np.arange(104) == 32, 127, -128).astype(np.int8), (len(inputs), 1))
    >>> t = np.arange(700) * 20_000
    >>> light, still = np.full(700, 100_000, np.uint32), np.tile(np.array([0, 0, 4096], np.int16), (700, 1))
    >>> estimator = Estimator(predict, tracker_tables(0.1, Tracking()))
    >>> for result in estimator.run(SensorStream(light, t, still, t)):
    ...     print(result)
    HOP 0 t_us=2125000 bpm_q8=0 conf_q15=0 state=acquiring gaps=0
    HOP 1 t_us=4125000 bpm_q8=0 conf_q15=0 state=acquiring gaps=0
    HOP 2 t_us=6125000 bpm_q8=0 conf_q15=0 state=acquiring gaps=0
    HOP 3 t_us=8125000 bpm_q8=23040 conf_q15=32768 state=valid gaps=0
    HOP 4 t_us=10125000 bpm_q8=23040 conf_q15=32768 state=valid gaps=0
    HOP 5 t_us=12125000 bpm_q8=23040 conf_q15=32768 state=valid gaps=0
    """

    def __init__(
        self,
        predict: Callable[[np.ndarray], np.ndarray],
        tables: TrackerTables,
        front_end: str = "window",
    ) -> None:
        self._predict, self.tables, self._front_end = predict, tables, front_end

    def with_tables(self, tables: TrackerTables) -> Estimator:
        """Make an estimator of the same network with another tracker.

        Parameters
        ----------
        tables : TrackerTables

        Returns
        -------
        Estimator
        """
        return Estimator(self._predict, tables, self._front_end)

    def run(
        self, stream: SensorStream | Sequence[SensorStream], policy: Policy | None = None
    ) -> list[Result]:
        """Results of all hops of a stream, from a fresh start.

        Parameters
        ----------
        stream : SensorStream, or a sequence of 1 to 4
            Several are one LED each, with the same times and the same acceleration; they are fused
            (docs/signal_path.md, section 7a).
        policy : Policy, optional
            Fresh; it decides on which hops the network runs. Without one it runs on every hop with a whole
            window.

        Returns
        -------
        list of Result
            One a hop.

        Raises
        ------
        ValueError
            More than four LEDs, or their times or acceleration differ.
        UserError
            The network does not give a logit for each of the tracker's bins.
        """
        return self.full_run(stream, policy).results

    def full_run(self, stream: SensorStream | Sequence[SensorStream], policy: Policy | None = None) -> Run:
        """Estimate as `run` does, and keep what lies between the stream and its results.

        Parameters
        ----------
        stream : SensorStream or sequence of SensorStream
        policy : Policy, optional
            As `run` takes them.

        Returns
        -------
        Run
            Results, windows and logits.

        Raises
        ------
        ValueError
            As `run` does.
        """
        streams = [stream] if isinstance(stream, SensorStream) else list(stream)
        check_leds(streams)
        return self.run_windows([stream_windows(one) for one in streams], policy)

    def run_windows(self, windows: Windows | Sequence[Windows], policy: Policy | None = None) -> Run:
        """Estimate as `full_run` does, from windows that are aligned already.

        Parameters
        ----------
        windows : Windows or sequence of Windows
            One for each LED.
        policy : Policy, optional

        Returns
        -------
        Run
        """
        leds = [windows] if isinstance(windows, Windows) else list(windows)
        return self.start(policy, len(leds)).take(*leds)

    def start(self, policy: Policy | None = None, leds: int = 1) -> Progress:
        """Start an estimate of hops that come one after the other.

        Parameters
        ----------
        policy : Policy, optional
        leds : int

        Returns
        -------
        Progress
        """
        return Progress(self._predict, self.tables, FRONT_ENDS[self._front_end], policy, leds)


class Progress:
    """What an estimator keeps from one hop to the next; made by `Estimator.start`."""

    def __init__(
        self,
        predict: Callable[[np.ndarray], np.ndarray],
        tables: TrackerTables,
        front_end: FrontEnd,
        policy: Policy | None,
        leds: int = 1,
    ) -> None:
        self._fusion = Fusion(tables, leds) if leds > 1 else None
        self._predict, self._front_end, self._policy = predict, front_end, policy
        self._tracker, self._tables = Tracker(tables), tables
        self._hop = self._gaps = 0
        self._doubt = Doubt() if front_end is spectrum_inputs else None
        self._held = (0, 0, State.ACQUIRING)  # the latest inference's

    def take(self, *leds: Windows, first: int = 0) -> Run:
        """Results of the hops from index `first` on; those before are what their windows look back on.

        Parameters
        ----------
        *leds : Windows
            Of each LED that `Estimator.start` was told of, over the same hops.
        first : int
            How many of the hops were taken before.

        Returns
        -------
        Run
            Its arrays and results cover the new hops only; `windows` covers all.

        Raises
        ------
        UserError
            The network does not give a logit for each of the tracker's bins.
        """
        hops, policy, tracker = leds[0].hops, self._policy, self._tracker
        evidence = [
            _Evidence(windows, first, *self._look(windows, windows.ends >= first)) for windows in leds
        ]
        weights = np.zeros((len(hops) - first, len(leds)), np.int64)
        ran, at_rest, doubted = np.zeros((3, len(hops) - first), bool)
        fed = np.zeros((len(hops) - first, BINS), np.int8)
        away = np.all([no_contact(windows.hops) for windows in leds], axis=0)
        reset = _resets(hops, away)
        moves = moving(hops) if policy else np.zeros(len(hops), bool)
        results, raw = [], np.zeros(len(hops) - first, np.int64)
        for n in range(first, len(hops)):
            bpm, confidence, state = 0, 0, State.ACQUIRING
            if reset[n]:
                self._forget()
            if away[n] or hops.discontinuous[n]:
                self._break_off()
            if self._fusion:
                self._fusion.push(np.array([not one.away[n] for one in evidence]))
            whole = [one for one in evidence if n in one.window_of]
            at_rest[n - first] = bool(whole) and whole[0].at_rest[whole[0].window_of[n]]
            if away[n]:
                state = State.NO_CONTACT
            elif whole and policy and policy.skips(moves[n]):
                bpm, confidence, state = self._held  # a wrist at rest: the track holds, too
            elif whole:
                ran[n - first], fed[n - first] = True, self._fused(evidence, n)
                bpm, confidence = map(int, tracker.step(fed[n - first]))
                raw[n - first] = tracker.raw
                weights[n - first] = self._fusion.weights if self._fusion else FUSION_WHOLE
                before_q8, _, before = self._held
                needed = threshold(self._tables, bpm, before_q8, before is State.VALID)
                if self._doubt:
                    one = evidence[int(weights[n - first].argmax())]
                    doubted[n - first] = self._doubt.hop(
                        one.features[one.window_of[n]],
                        bpm,
                        bool(at_rest[n - first]),
                        bool(confidence >= needed),
                    )
                    confidence = min(confidence, DOUBT_Q15) if doubted[n - first] else confidence
                if confidence >= needed:
                    state = State.VALID
                else:
                    state = not_valid(
                        bool(at_rest[n - first]), bool(doubted[n - first]), bool(tracker.gathered)
                    )
                self._held = bpm, confidence, state
                if policy:
                    policy.note(state is State.VALID, confidence, moves[n])
            else:
                self._pass()
            self._gaps += int(hops.discontinuous[n])
            results.append(
                Result(
                    hop=self._hop,
                    time_us=int(hops.end_us[n]),
                    bpm_q8=bpm,
                    confidence_q15=confidence,
                    state=state,
                    gaps=self._gaps,
                )
            )
            self._hop += 1
        return Run(
            windows=leds[0],
            logits=evidence[0].logits,
            results=results,
            raw_confidence_q15=raw,
            ran=ran,
            evidence=fed,
            at_rest=at_rest,
            doubted=doubted,
            weights=weights,
        )

    def _forget(self) -> None:
        self._tracker.reset()
        if self._fusion:
            self._fusion.reset()

    def _break_off(self) -> None:
        self._held = (0, 0, State.ACQUIRING)
        if self._policy:
            self._policy.reset()
        if self._fusion:
            self._fusion.break_off()
        if self._doubt:
            self._doubt.break_off()

    def _pass(self) -> None:
        """A hop without a whole window: the heart rate may move."""
        self._tracker.predict()
        if self._fusion:
            self._fusion.predict()

    def _fused(self, evidence: Sequence[_Evidence], n: int) -> np.ndarray:
        """Logits of hop n, on which an LED or more has a whole window."""
        if not self._fusion:
            return evidence[0].logits[evidence[0].window_of[n]]
        at = [one.window_of.get(n) for one in evidence]

        def each(values: Sequence[np.ndarray]) -> np.ndarray:
            return np.array([w is not None and bool(v[w]) for w, v in zip(at, values, strict=True)])

        return self._fusion.hop(
            np.array([w is not None for w in at]),
            each([one.seeing for one in evidence]),
            [None if w is None else one.logits[w] for w, one in zip(at, evidence, strict=True)],
            each([one.clipped for one in evidence]),
        )

    def _look(self, windows: Windows, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the network sees of the new windows, int8 (w, ...), and its logits, int8 (w, 104)."""
        if not new.any():
            return np.empty((0, BINS, FEATURES), np.int8), np.empty((0, BINS), np.int8)
        inputs = self._front_end(windows.x, windows.ends)[new]
        logits = self._predict(inputs)
        if logits.shape[-1] != BINS:
            raise UserError("network", "logits", BINS, logits.shape[-1])
        return inputs, logits


class _Evidence:
    """What one LED brings to the hops from `first` on: the network's inputs and logits of its windows.

    features: of the newest window of each, (w, 104, 5), if the front end makes spectra.
    """

    def __init__(self, windows: Windows, first: int, inputs: np.ndarray, logits: np.ndarray) -> None:
        new = windows.ends >= first
        self.features = inputs[..., -FEATURES:]
        self.logits, self.away = logits, no_contact(windows.hops)
        self.window_of = {hop: w for w, hop in enumerate(windows.ends[new].tolist())}
        self.at_rest = motion(windows.x[new]) == ACC_FLOOR
        self.seeing, self.clipped = (quality[new] for quality in light_quality(windows))


def _resets(hops: Hops, away: np.ndarray) -> np.ndarray:
    """Before which hops the tracker starts afresh: bool (n,), without contact or after a long gap."""
    after = np.diff(hops.end_us, prepend=hops.end_us[:1] - 1)
    return away | (after <= 0) | (after > TRACK_GAP_US)
