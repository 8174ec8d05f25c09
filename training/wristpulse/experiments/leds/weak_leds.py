# SPDX-License-Identifier: Apache-2.0
"""One good LED beside two weak ones that agree, as green beside red and infrared: does the fusion notice?

    invoke weak-leds --data DIR [--student FOLDER]

LED 1 is as recorded. The others are made of it: a quarter and a third of its pulse, and about half as much
light that swings with the arm, mostly the same for both. Aligned labels, SPC T and BAMI-2. The tables are
those of `invoke unseen`, a row a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfiltfilt

from wristpulse.core.align import align
from wristpulse.core.numbers import PPG_MAX
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.validity import validity
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import LAGS_S
from wristpulse.evaluation.unseen import Person, Row, labelled, markdown, row, sets_in
from wristpulse.experiments.leds.rules import added, by_quality, channel, track
from wristpulse.recordings import Recording
from wristpulse.student.card import Student, load_student

WEAK = ((0.25, 0.4), (0.35, 0.5))  # pulse and swinging light of the others, of the good LED's deviation
LEVEL = 100_000  # counts
BAND_HZ = (0.5, 6.0)
SET_NAMES = ("SPC T", "BAMI-2")

# Rate in BPM and whether it is shown, by hop, of a student that gets the LEDs.
Rule = Callable[[Student, Sequence[SensorStream]], tuple[np.ndarray, np.ndarray]]


def with_weak_leds(recording: Recording) -> list[SensorStream]:
    """The first LED and two weak ones made of it; the same for every call.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    list of 3 SensorStream
        With the same times and acceleration; WEAK says how weak the others are.
    """
    good = to_counts(recording, 0)
    rng = np.random.default_rng(sum(map(ord, recording.name)))
    band = butter(2, BAND_HZ, "band", fs=recording.fs_ppg, output="sos")
    pulse = sosfiltfilt(band, good.ppg.astype(np.float64))
    at = [np.interp(good.t_ppg_us, good.t_acc_us, axis) for axis in good.acc.T.astype(np.float64)]
    arm = sosfiltfilt(band, np.stack(at, axis=1), axis=0)
    both = _one(arm @ rng.normal(size=3))
    both = _one(both + 0.5 * np.sign(both) * both**2)
    streams = [good]
    for share, swing in WEAK:
        motion = 0.9 * both + 0.3 * _one(arm @ rng.normal(size=3))
        noise = 0.1 * rng.normal(size=len(pulse))
        light = LEVEL + share * pulse + pulse.std() * (swing * motion + noise)
        streams.append(replace(good, ppg=np.clip(np.rint(light), 0, PPG_MAX).astype(np.uint32)))
    return streams


def _one(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / max(float(x.std()), 1e-9))


def _evidence(rule: Callable, leds: int | None = None) -> Rule:
    """A rule of experiments.leds.rules, on the first `leds`."""

    def run(student: Student, streams: Sequence[SensorStream]) -> tuple[np.ndarray, np.ndarray]:
        channels = [channel(one, student) for one in streams[:leds]]
        bpm, confidence, _ = track(channels, rule, student.tables)
        return bpm / 256, validity(student.tables, bpm, confidence)

    return run


def _device(student: Student, streams: Sequence[SensorStream]) -> tuple[np.ndarray, np.ndarray]:
    results = student.estimator().run(streams)
    bpm = np.array([r.bpm_q8 for r in results]) / 256
    return bpm, np.array([r.state.value == "valid" for r in results], bool)


RULES: dict[str, Rule] = {
    "LED 1 alone": _evidence(added, 1),
    "added": _evidence(added),
    "added by quality": _evidence(by_quality),
    "as the device": _device,
}


def rows(student: Student, data: Path) -> Iterator[Row]:
    """A line a rule and set, of the sets that are there.

    Parameters
    ----------
    student : Student
    data : Path
        Holds the data sets' folders.

    Yields
    ------
    Row

    Raises
    ------
    UserError
        None of the sets of `invoke unseen` is there.
    """
    for which in (one for one in sets_in(data) if one.name in SET_NAMES):
        people: dict[str, dict[str, list[np.ndarray]]] = {}
        for recording in labelled(which, data):
            streams = with_weak_leds(recording)
            label = window_labels(recording, align(streams[0]).end_us, aligned=True)
            for name, rule in RULES.items():
                bpm, shown = rule(student, streams)
                error = np.abs(bpm - label)
                known = np.isfinite(error) & (bpm > 0)
                hops = people.setdefault(name, {}).setdefault(recording.subject, [])
                hops.append(np.stack([error[known], shown[known]]))
        for name, those in people.items():
            hops_of = [np.concatenate(parts, axis=1) for parts in those.values()]
            yield row(name, which.name, [_person(hops) for hops in hops_of], leds=3)


def _person(hops: np.ndarray) -> Person:
    mae = np.full(len(LAGS_S), hops[0].mean())
    return Person(error=hops[0], valid=hops[1].astype(bool), mae_by_lag=mae)


def report(student: Path, data: Path, say: Callable[[str], None] = print) -> None:
    """Print the table.

    Parameters
    ----------
    student : Path
        Its folder.
    data : Path
        Holds the data sets' folders.
    say : callable
        Gets the table.

    Raises
    ------
    UserError
        None of the sets of `invoke unseen` is there.
    """
    say(markdown(list(rows(load_student(student), data))))
