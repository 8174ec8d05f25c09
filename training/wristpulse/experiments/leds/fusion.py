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

import numpy as np
from jaxtyping import Float64, Int64

from wristpulse.core.numbers import ONE_Q15, PPG_MAX
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.track import calibrate
from wristpulse.data.folds import person
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import summarise
from wristpulse.evaluation.summary import groups
from wristpulse.experiments import no_pulse
from wristpulse.experiments.finished_folds import Trial
from wristpulse.experiments.leds.rules import RULES, Channel, Rule, added, channel, track
from wristpulse.recordings import Recording
from wristpulse.student.card import Student
from wristpulse.student.confidence import confidence_map
from wristpulse.student.tolerance import WITHIN_BPM
from wristpulse.support.markdown import table


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A recording tracked by one rule.

    Attributes
    ----------
    bpm, reference
        float64 (n,), BPM; NaN where there is none.
    raw_confidence, confidence
        int64 (n,), Q15, before and after a confidence map.
    """

    person: str
    fold: str
    bpm: Float64[np.ndarray, " n"]
    reference: Float64[np.ndarray, " n"]
    raw_confidence: Int64[np.ndarray, " n"]
    confidence: Int64[np.ndarray, " n"]


def glare(stream: SensorStream) -> SensorStream:
    """Put the same light on so much more that two samples in five are beyond the sensor's range.

    Parameters
    ----------
    stream : SensorStream

    Returns
    -------
    SensorStream
    """
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


def of_trials(
    trials: Iterable[Trial], kinds: Sequence[str], say: Callable[[str], None] = print
) -> dict[str, dict[str, list[Tracked]]]:
    """Track each fold's test people, whom its student never saw.

    Parameters
    ----------
    trials : iterable of Trial
        As of `finished_folds.of_folds`.
    kinds : sequence of str
        What is done to the default LED: keys of SPOILED.
    say : callable
        Gets a line for each fold.

    Returns
    -------
    dict of str to dict of str to list of Tracked
        By kind and rule.
    """
    by_kind: dict[str, dict[str, list[Tracked]]] = {kind: {} for kind in kinds}
    for trial in trials:
        for kind, by_rule in by_kind.items():
            for recording in trial.recordings:
                for name, tracked in track_recording(recording, trial.name, trial.student, kind).items():
                    by_rule.setdefault(name, []).append(tracked)
        say(f"{trial.name}: {len(trial.recordings)} recordings")
    return by_kind


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
        As of `of_trials`, of one kind.
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
    trials: Iterable[Trial], valid: float, say: Callable[[str], None] = print, *, spoiled: bool = False
) -> None:
    """Print a table of finished folds.

    Parameters
    ----------
    trials : iterable of Trial
        As of `finished_folds.of_folds`.
    valid : float
        Threshold of the confidence, 0 to 1.
    say : callable
        Takes the text.
    spoiled : bool
        Also with the default LED's light spoiled, a table each of SPOILED.
    """
    kinds = tuple(SPOILED) if spoiled else ("as recorded",)
    for kind, by_rule in of_trials(trials, kinds, say).items():
        say(f"\nThe default LED {kind}:\n\n{markdown(by_rule, valid)}\n")
