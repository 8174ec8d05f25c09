# SPDX-License-Identifier: Apache-2.0
"""What slower and dimmer sensors cost in accuracy, on real people that the student never saw.

A recording is taken anew as a sensor with other settings would have taken it. Cubic splines give samples
between its own. No filter precedes the lower rate, as a converter has none. `average` conversions make a
sample, and the front end's noise is added. Nothing can be added that the recording lacks: a rate above the
recording's own leaves it as it is, and the noise comes on top of what it has already.

Published PPG has no constant part, so the pulse sets the size of the noise. The front end states noise
against the whole light (`noise`, of one conversion), and the pulse is PULSATILE of that light. The pulse's
amplitude in the recording is that of its quietest stretches.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt

from wristpulse.evaluation.unseen import Person, Set, labelled, people_of, sets_in
from wristpulse.recordings import Recording, by_subject
from wristpulse.recordings.recording import WINDOW_S
from wristpulse.student.card import Student

PULSATILE = 0.005  # peak to peak over the whole light, green at the wrist at rest: taken low, 1 % is common
QUIET = 10  # percentile of the windows' amplitudes that counts as the pulse alone, without motion
PULSE_HZ = (0.7, 3.5)


@dataclass(frozen=True, kw_only=True)
class Group:
    """People that count together: a set, or the recordings of it whose name ends as `ending`."""

    name: str
    of: Set
    ending: str = ""


# None of them taught a student that ships (docs/model_card.md). PhysioNet's runs and walks are left out: the
# student does not read them with any sensor (docs/results.md), so a difference there says nothing.
GROUPS = (
    Group(name="BAMI-2", of=Set(name="BAMI-2", dataset="bami2")),
    Group(name="PhysioNet bikes", of=Set(name="PhysioNet", dataset="physionet-wrist"), ending="_bike"),
    Group(name="Bangle.js 2", of=Set(name="Bangle.js 2", dataset="bangle2")),
    Group(name="DaLiA S6", of=Set(name="DaLiA S6", dataset="dalia-s6")),
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the sensors are set.

    Attributes
    ----------
    ppg_hz, acc_hz
        Samples a second.
    average
        Conversions to a PPG sample.
    conversions_hz
        Of the front end, which averages neighbouring ones.
    noise
        Standard deviation of one conversion over the whole light.
    """

    ppg_hz: float = 100.0
    acc_hz: float = 100.0
    average: int = 1
    conversions_hz: float = 0.0
    noise: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """A setting on all groups: people and MAE (BPM, mean over people, all hops) by group, and over all.

    Attributes
    ----------
    coverage
        Mean share of valid hops.
    mae_valid
        Mean absolute error of these, BPM.
    wrong_shown
        Share of hops that are valid and more than 10 BPM off.
    """

    people: dict[str, int]
    mae: dict[str, float]
    mae_all: float
    coverage: float
    mae_valid: float
    wrong_shown: float


def pulse_amplitude(ppg: Float[np.ndarray, " n"], fs: float) -> float:
    """Peak to peak of the pulse in the quietest windows of a PPG.

    2 sqrt(2) standard deviations, as of a sine, in PULSE_HZ; the QUIETth percentile of windows of 8 s.

    Parameters
    ----------
    ppg : ndarray (n,)
        8 s or more.
    fs : float
        Hz.

    Returns
    -------
    float
        In the PPG's own units.

    Examples
    --------
    >>> t = np.arange(3200) / 32
    >>> round(pulse_amplitude(50 * np.sin(2 * np.pi * 1.2 * t), 32.0))
    99
    """
    band = sosfiltfilt(butter(2, PULSE_HZ, "bandpass", fs=fs, output="sos"), ppg)
    size = int(WINDOW_S * fs)
    whole = band[: len(band) // size * size].reshape(-1, size)
    return float(2 * np.sqrt(2) * np.percentile(whole.std(axis=1), QUIET))


def taken_by(recording: Recording, setting: Setting) -> Recording:
    """The recording's default LED and its acceleration as sensors with other settings would give them.

    Parameters
    ----------
    recording : Recording
    setting : Setting
        A rate above the recording's own leaves it.

    Returns
    -------
    Recording
        One LED. The noise is drawn from the recording's name, so the same setting gives the same samples.
    """
    ppg = recording.ppg[:, recording.led].astype(np.float64)
    fs = recording.fs_ppg
    rate = min(setting.ppg_hz, fs)
    light = _at(ppg, fs, rate, setting.average, setting.conversions_hz or rate)
    if setting.noise:
        rng = np.random.default_rng(zlib.crc32(f"{recording.dataset} {recording.name}".encode()))
        of_light = setting.noise / np.sqrt(setting.average)
        light = light + of_light / PULSATILE * pulse_amplitude(ppg, fs) * rng.normal(size=len(light))
    acc_rate = min(setting.acc_hz, recording.fs_acc)
    acc = _at(recording.acc.astype(np.float64), recording.fs_acc, acc_rate)
    return replace(
        recording,
        ppg=light[:, None].astype(np.float32),
        fs_ppg=rate,
        acc=acc.astype(np.float32),
        fs_acc=acc_rate,
        led=0,
        contact=None,
    )


def _at(x: np.ndarray, fs: float, rate: float, average: int = 1, conversions_hz: float = 0.0) -> np.ndarray:
    """x (n, ...) at `rate` instead of `fs`: each sample the mean of the last `average` conversions."""
    if rate == fs and average == 1:
        return x
    last = (len(x) - 1) / fs
    at = np.arange(int(last * rate + 1e-9) + 1) / rate
    spline = CubicSpline(np.arange(len(x)) / fs, x)
    back = np.arange(average) / (conversions_hz or rate)
    return np.mean([spline(np.clip(at - ago, 0, last)) for ago in back], axis=0)


def people(group: Group, data: Path) -> dict[str, list[Recording]]:
    """Collect a group's recordings by person.

    Parameters
    ----------
    group : Group
    data : Path
        Holds the data sets' folders.

    Returns
    -------
    dict of str to list of Recording
        Empty if the group's set is not in `data`.
    """
    return by_subject(r for r in labelled(group.of, data) if r.name.endswith(group.ending))


def accuracy(student: Student, groups: dict[str, dict[str, list[Recording]]], setting: Setting) -> Accuracy:
    """How well a student does on all people with these sensors.

    Parameters
    ----------
    student : Student
    groups : dict of str to (dict of str to list of Recording)
        By group and person, of `people`; one person or more in each.
    setting : Setting

    Returns
    -------
    Accuracy
    """
    results = {
        name: [
            people_of(student, [taken_by(r, setting) for r in of], leds=1, ways=["causal"])[0]
            for of in found.values()
        ]
        for name, found in groups.items()
    }
    everyone: list[Person] = [person for found in results.values() for person in found]
    sure = [p for p in everyone if p.valid.any()]
    return Accuracy(
        people={name: len(found) for name, found in results.items()},
        mae={name: float(np.mean([p.error.mean() for p in found])) for name, found in results.items()},
        mae_all=float(np.mean([p.error.mean() for p in everyone])),
        coverage=float(np.mean([p.valid.mean() for p in everyone])),
        mae_valid=float(np.mean([p.error[p.valid].mean() for p in sure])) if sure else float("nan"),
        wrong_shown=float(np.mean([p.wrong.mean() for p in everyone])),
    )


def accuracies(student: Student, data: Path, settings: Sequence[Setting]) -> Iterator[Accuracy]:
    """The accuracy of each setting on the sets that are there.

    Parameters
    ----------
    student : Student
    data : Path
        Holds the data sets' folders.
    settings : sequence of Setting

    Yields
    ------
    Accuracy
        In the order of the settings.

    Raises
    ------
    UserError
        None of the sets is there.
    """
    there = {which.dataset for which in sets_in(data)}
    groups = {g.name: people(g, data) for g in GROUPS if g.of.dataset in there}
    groups = {name: found for name, found in groups.items() if found}
    for setting in settings:
        yield accuracy(student, groups, setting)
