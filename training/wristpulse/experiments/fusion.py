# SPDX-License-Identifier: Apache-2.0
"""Several LEDs: their networks' evidence added hop by hop, each LED weighted by the quality of its light.

A network sees one LED. Its int8 logits of a hop are counted as steps below the highest; the steps of all
LEDs, each shifted right by its weight, are added and go to the tracker as one network's logits would. Logits
are log posteriors but for a constant, so that this adds log posteriors. Integers throughout. Four rules of
weighting are compared; the device has another, with a trust in each LED (core/fusion.py), which `invoke
weak-leds` sets beside them.

    invoke fusion --folds FOLDER --data DIR
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64, Int8, Int64

from wristpulse.config.settings import Config
from wristpulse.core.align import no_contact
from wristpulse.core.estimator import FRONT_ENDS
from wristpulse.core.numbers import BINS, HOPS_PER_WINDOW, NEAR, ONE_Q15, PPG_FLOOR, PPG_MAX, TRACK_GAP_US
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.track import Tracker, TrackerTables, calibrate
from wristpulse.core.window import stream_windows
from wristpulse.data.folds import person
from wristpulse.data.labels import window_labels
from wristpulse.evaluation import jobs
from wristpulse.evaluation.metrics import summarise
from wristpulse.evaluation.results import JobResult
from wristpulse.evaluation.summary import groups
from wristpulse.experiments import no_pulse
from wristpulse.experiments.finished_folds import read_folds
from wristpulse.learning.artefacts import INT8
from wristpulse.recordings import Recording
from wristpulse.student.card import Student, load_student
from wristpulse.student.confidence import confidence_map
from wristpulse.student.tolerance import WITHIN_BPM
from wristpulse.support.markdown import table

LEFT_OUT = 8  # a shift that leaves nothing of 0..255 steps
BLINDED = 2  # more than one raw sample in so many of a window at the end of the range: the LED is left out
CLIPPED = 8  # more than one in so many: half the weight
UNSURE = 9830  # Q15, 0.3: evidence that is spread wider gets half the weight


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What one LED says, hop by hop.

    end_us: int64 (n,), the hops' ends; steps: int64 (n, 104), 0..255 below the hop's highest logit, 0 where
    there is no window; contact: bool (n,); whole: bool (n,), a whole window with contact; blind: bool (n,),
    light that is saturated or flat; unsure: bool (n,), light that is clipped, or evidence that is spread
    wide; certainty: int64 (n,), Q15, share of the evidence near its highest bin.
    """

    end_us: Int64[np.ndarray, " n"]
    steps: Int64[np.ndarray, "n 104"]
    contact: Bool[np.ndarray, " n"]
    whole: Bool[np.ndarray, " n"]
    blind: Bool[np.ndarray, " n"]
    unsure: Bool[np.ndarray, " n"]
    certainty: Int64[np.ndarray, " n"]


def channel(stream: SensorStream, student: Student) -> Channel:
    """One LED through front end and network.

    Parameters
    ----------
    stream : SensorStream
        Of this LED.
    student : Student

    Returns
    -------
    Channel
        An entry a hop.
    """
    windows = stream_windows(stream)
    hops, ends, x = windows.hops, windows.ends, windows.x
    steps, (blind, clipped) = np.zeros((len(hops), BINS), np.int64), np.zeros((2, len(hops)), bool)
    if len(windows):
        logits = student.model.predict(FRONT_ENDS[student.card.front_end](x, ends)).astype(np.int64)
        steps[ends] = logits.max(axis=1, keepdims=True) - logits
        of_window = ends[:, None] + np.arange(1 - HOPS_PER_WINDOW, 1)
        saturated, samples = hops.saturated[of_window].sum(axis=1), hops.samples[of_window].sum(axis=1)
        d = x[:, 0] - (x[:, 0].sum(axis=1, keepdims=True) >> 8)
        blind[ends] = (BLINDED * saturated > samples) | ((d**2).sum(axis=1) <= PPG_FLOOR**2)
        clipped[ends] = CLIPPED * saturated > samples
    sure = certainty(steps, student.tables)
    return Channel(
        end_us=hops.end_us,
        steps=steps,
        contact=~no_contact(hops),
        whole=np.isin(np.arange(len(hops)), ends),
        blind=blind,
        unsure=clipped | (sure < UNSURE),
        certainty=sure,
    )


def certainty(steps: Int64[np.ndarray, "n 104"], tables: TrackerTables) -> Int64[np.ndarray, " n"]:
    """Share of each hop's likelihood within NEAR bins of its highest: `Fusion.certainty` of many hops.

    Parameters
    ----------
    steps : int64 (n, 104)
        Steps of the logits below the hop's highest, 0 to 255.
    tables : TrackerTables

    Returns
    -------
    int64 (n,)
        Q15.

    Examples
    --------
    >>> from wristpulse.config.settings import Tracking
    >>> from wristpulse.core.track import tracker_tables
    >>> steps = np.full((2, 104), 255)
    >>> steps[0, 32], steps[1] = 0, 0  # one line; nothing known
    >>> (certainty(steps, tracker_tables(0.1, Tracking())) / 32768).round(2).tolist()
    [1.0, 0.05]
    """
    likelihood = np.array(tables.likelihood, np.int64)[steps]
    near = np.abs(np.arange(BINS) - steps.argmin(axis=1)[:, None]) <= NEAR
    return (np.where(near, likelihood, 0).sum(axis=1) << 15) // likelihood.sum(axis=1)


# Shifts int64 (leds, n), LEFT_OUT for an LED that has no say, from the LEDs' channels.
Rule = Callable[[Sequence[Channel]], np.ndarray]


def added(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Every LED that has a window, alike."""
    return np.array([np.where(c.whole, 0, LEFT_OUT) for c in channels])


def halved(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Every LED that has a window, with half its evidence: two that agree say as much as one."""
    return np.array([np.where(c.whole, 1, LEFT_OUT) for c in channels])


def by_quality(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """Blind LEDs are left out, unsure ones have half a say."""
    return np.array([np.where(c.whole & ~c.blind, np.where(c.unsure, 1, 0), LEFT_OUT) for c in channels])


def most_certain(channels: Sequence[Channel]) -> Int64[np.ndarray, "leds n"]:
    """The LED whose evidence is the most certain, alone."""
    sure = np.array([np.where(c.whole & ~c.blind, c.certainty, -1) for c in channels])
    best = np.arange(len(channels))[:, None] == sure.argmax(axis=0)
    return np.where(best & (sure >= 0), 0, LEFT_OUT)


RULES: dict[str, Rule] = {
    "added": added,
    "added, halved": halved,
    "added by quality": by_quality,
    "most certain alone": most_certain,
}


def fuse(channels: Sequence[Channel], shifts: Int64[np.ndarray, "leds n"]) -> Int8[np.ndarray, "n 104"]:
    """Logits that stand for all LEDs.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.
    shifts : int64 (leds, n)
        Of a `Rule`: bits by which each LED's steps are shifted right.

    Returns
    -------
    int8 (n, 104)
        127 the highest; all 127 where no LED has a say.
    """
    total = sum(c.steps >> shift[:, None] for c, shift in zip(channels, shifts, strict=True))
    below = total - total.min(axis=1, keepdims=True)
    return (127 - np.minimum(below, 255)).astype(np.int8)


def track(
    channels: Sequence[Channel], rule: Rule, tables: TrackerTables
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """Run the tracker over a recording's LEDs.

    There is contact as long as one LED has it, and an estimate as long as one has a whole window.

    Parameters
    ----------
    channels : sequence of Channel
        Of n hops.
    rule : Rule
    tables : TrackerTables

    Returns
    -------
    bpm_q8, confidence_q15, raw_q15 : int64 (n,)
        raw: before the confidence map; 0 where there is no estimate. With one LED these are the estimator's.
    """
    logits, end_us = fuse(channels, rule(channels)), channels[0].end_us
    whole, contact = (np.any([getattr(c, name) for c in channels], axis=0) for name in ("whole", "contact"))
    after = np.diff(end_us, prepend=end_us[:1] - 1)
    tracker, (bpm, confidence, raw) = Tracker(tables), np.zeros((3, len(end_us)), np.int64)
    for n in range(len(end_us)):
        if not contact[n] or not 0 < after[n] <= TRACK_GAP_US:
            tracker.reset()
        if whole[n]:
            bpm[n], confidence[n] = tracker.step(logits[n])
            raw[n] = tracker.raw
        elif contact[n]:
            tracker.predict()
    return bpm, confidence, raw


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A recording tracked by one rule.

    bpm, reference: float64 (n,), NaN none; raw_confidence, confidence: int64 (n,), Q15, before and after a
    confidence map.
    """

    person: str
    fold: str
    bpm: Float64[np.ndarray, " n"]
    reference: Float64[np.ndarray, " n"]
    raw_confidence: Int64[np.ndarray, " n"]
    confidence: Int64[np.ndarray, " n"]


def glare(stream: SensorStream) -> SensorStream:
    """The same light under so much more that two samples in five are beyond the sensor's range."""
    more = PPG_MAX - np.percentile(stream.ppg, 60)
    return replace(stream, ppg=np.clip(stream.ppg + more, 0, PPG_MAX).astype(np.uint32))


# Ways to spoil the light of the default LED.
SPOILED: dict[str, Callable[[SensorStream], SensorStream]] = {
    "as recorded": lambda stream: stream,
    "glare": glare,
    "swinging light": lambda stream: no_pulse.without_pulse(stream, "swinging", whole=True),
}


def track_recording(recording: Recording, fold: str, student: Student, spoiled: str) -> dict[str, Tracked]:
    """A recording by every rule, and each LED alone.

    Parameters
    ----------
    recording : Recording
        Of one LED or more.
    fold : str
        Noted in the results.
    student : Student
        Which never saw this person.
    spoiled : str
        Key of SPOILED: what happens to the light of the default LED.

    Returns
    -------
    dict of str to Tracked
        By the rule's name.
    """
    streams = [to_counts(recording, led) for led in range(recording.ppg.shape[1])]
    streams[recording.led] = SPOILED[spoiled](streams[recording.led])
    channels = [channel(stream, student) for stream in streams]
    ways: dict[str, tuple[Sequence[Channel], Rule]] = {
        f"LED {led + 1} alone": ((one,), added) for led, one in enumerate(channels)
    }
    ways |= {name: (channels, rule) for name, rule in RULES.items()}
    reference = window_labels(recording, channels[0].end_us, aligned=True)
    by_rule = {}
    for name, (those, rule) in ways.items():
        bpm, confidence, raw = track(those, rule, student.tables)
        by_rule[name] = Tracked(
            person="/".join(person(recording)),
            fold=fold,
            bpm=np.where(bpm > 0, bpm / 256, np.nan),
            reference=reference,
            raw_confidence=raw,
            confidence=confidence,
        )
    return by_rule


def of_folds(
    results: Iterable[JobResult], data: Path | None, spoiled: str, say: Callable[[str], None] = print
) -> dict[str, list[Tracked]]:
    """Each fold's test people, whom its student never saw, by rule."""
    by_rule: dict[str, list[Tracked]] = {}
    for result in results:
        student = load_student(result.folder / INT8)
        fold = jobs.fold_of(result.metrics, data)
        for recording in fold.test:
            for name, tracked in track_recording(recording, fold.name, student, spoiled).items():
                by_rule.setdefault(name, []).append(tracked)
        say(f"{spoiled}: {fold.name} done")
    return by_rule


def calibrated(members: Sequence[Tracked]) -> list[Tracked]:
    """The recordings with confidence mapped by the other folds' people.

    Parameters
    ----------
    members : sequence of Tracked
        Of one rule.

    Returns
    -------
    list of Tracked
        As they are if there is one fold only.
    """
    maps = {}
    for fold in {one.fold for one in members}:
        others = [one for one in members if one.fold != fold]
        if not others:
            return list(members)
        error = np.concatenate([np.abs(one.bpm - one.reference) for one in others])
        raw = np.concatenate([one.raw_confidence for one in others])[np.isfinite(error)]
        correct = error[np.isfinite(error)] <= WITHIN_BPM
        maps[fold] = np.array(confidence_map(raw, correct), np.int64)
    return [replace(one, confidence=calibrate(maps[one.fold], one.raw_confidence)) for one in members]


def markdown(by_rule: dict[str, list[Tracked]], valid: float) -> str:
    """Format MAE (BPM), its spread over people, median and worst person; valid hops by themselves.

    Parameters
    ----------
    by_rule : dict of str to list of Tracked
        As of `of_folds`.
    valid : float
        Threshold of the confidence, 0 to 1.

    Returns
    -------
    str
        A Markdown table.
    """
    head = ("rule", "tested on", "people", "MAE", "over people", "median", "worst", "valid", "MAE of valid")
    rows = [
        (rule, group, *_cells(chosen, valid * ONE_Q15))
        for rule, members in by_rule.items()
        for group, chosen in groups(calibrated(members)).items()
        if group != "troika"  # its two kinds have rows of their own
    ]
    return table(head, rows)


def _cells(members: Sequence[Tracked], threshold: float) -> tuple[str, ...]:
    every = summarise((r.person, r.bpm, r.reference, None) for r in members)
    of_valid = ("0.0%", "-")
    if any((r.confidence >= threshold).any() for r in members):
        only = summarise((r.person, r.bpm, r.reference, r.confidence >= threshold) for r in members)
        of_valid = (f"{only.coverage:.1%}", f"{only.mae.mean:.2f}")
    mae = every.mae
    errors = (f"{mae.mean:.2f}", f"{mae.std:.2f}", f"{every.median_mae:.2f}", f"{mae.worst:.1f}")
    return (str(len(every.subjects)), *errors, *of_valid)


def report(
    folds: Path,
    data: Path | None,
    config: Config,
    valid: float,
    spoiled: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Print a table of a configuration's finished folds.

    Parameters
    ----------
    folds : Path
        `invoke evaluate` wrote it.
    data : Path or None
        Holds the data sets' folders.
    config : Config
        The evaluation's.
    valid : float
        Threshold of the confidence, 0 to 1.
    spoiled : bool
        Also with the default LED's light spoiled, a table each of SPOILED.
    say : callable
        Takes the text.

    Raises
    ------
    UserError
        No fold is finished, or recordings cannot be read.
    """
    results = read_folds(folds, config, say)
    for name in SPOILED if spoiled else ("as recorded",):
        by_rule = of_folds(results, data, name, say)
        say(f"\nThe default LED {name}:\n\n{markdown(by_rule, valid)}\n")
