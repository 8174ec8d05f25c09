# SPDX-License-Identifier: Apache-2.0
"""Students on data sets of real people: how far off, how often silent, how often wrong and sure.

    invoke unseen --data DIR [--students NAME=FOLDER,NAME=FOLDER] [--leds all] [--smooth] [--out FILE.json]

Aligned labels (docs/data.md), every student int8 by the device's arithmetic. The first LED; with `--leds all`
also all LEDs of the sets that have several, fused (docs/signal_path.md, section 7a). `--smooth` adds rows of
their own for results that look back (section 7b): `lag 8`, the most that a device waits, and `whole`, by all
of the recording; all others are causal.

A hop counts where the reference is known. Figures of a set are means over people:

- MAE over all hops, and its median person;
- coverage: the share of hops that are `valid`, and their MAE;
- wrong-valid: the share of valid hops that are more than 10 BPM off, and its worst person;
- wrong-shown: the same hops as a share of all;
- lag: the delay of the labels (s) at which they fit best, and the MAE against these.

People without a valid hop have no MAE of valid and no wrong-valid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64

from wristpulse.core.numbers import FUSION_LEDS
from wristpulse.core.result import Result, Run
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.core.smooth import MOST_HOPS, smooth
from wristpulse.core.track import TrackerTables
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import LAGS_S
from wristpulse.recordings import DATASETS, Recording, by_subject, iter_dataset
from wristpulse.student.card import Student, load_student
from wristpulse.student.tolerance import WRONG_BPM
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text
from wristpulse.support.markdown import table as markdown_table

# Results of a run as the device shows them, and as they are stored: name, hops of lag.
WAYS: dict[str, Callable[[Run, TrackerTables], Sequence[Result]]] = {
    "causal": lambda run, tables: run.results,
    "lag 8": lambda run, tables: smooth(run, tables, MOST_HOPS),
    "whole": lambda run, tables: smooth(run, tables),
}


@dataclass(frozen=True, kw_only=True)
class Set:
    """A set of people: `dataset` as the registry names it."""

    name: str
    dataset: str
    subjects: str = ""  # first letter of the people that count


SETS = (
    Set(name="BAMI-1", dataset="bami1"),
    Set(name="BAMI-2", dataset="bami2"),
    Set(name="SPC S", dataset="troika", subjects="S"),
    Set(name="SPC T", dataset="troika", subjects="T"),
    Set(name="PhysioNet", dataset="physionet-wrist"),
    Set(name="Bangle.js 2", dataset="bangle2"),
    Set(name="DaLiA S6", dataset="dalia-s6"),
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person's hops with a reference: error (n,) in BPM, valid (n,).

    mae_by_lag: BPM, of labels that come later by LAGS_S; NaN where that was not asked for.
    """

    error: Float64[np.ndarray, " n"]
    valid: Bool[np.ndarray, " n"]
    mae_by_lag: Float64[np.ndarray, " lags"] = field(default_factory=lambda: np.full(len(LAGS_S), np.nan))

    @property
    def wrong(self) -> Bool[np.ndarray, " n"]:
        """Valid and more than 10 BPM off."""
        return self.valid & (self.error > WRONG_BPM)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A student on a set; the fields in the order of the table."""

    student: str
    tested_on: str
    leds: int
    results: str
    people: int
    hops: int
    mae: float
    median_person: float
    coverage: float
    mae_valid: float
    wrong_valid: float
    wrong_valid_worst: float
    wrong_shown: float
    lag_s: float
    mae_at_lag: float


def streams_of(recording: Recording, leds: int) -> list[SensorStream]:
    """Convert a recording to the device's counts.

    Parameters
    ----------
    recording : Recording
    leds : int
        1: its default LED; else its first ones.

    Returns
    -------
    list of SensorStream
        One for each LED.
    """
    return [to_counts(recording, led) for led in ((None,) if leds == 1 else range(leds))]


def people_of(
    student: Student, recordings: Sequence[Recording], leds: int, ways: Sequence[str]
) -> list[Person]:
    """One person's recordings through a student.

    Parameters
    ----------
    student : Student
    recordings : sequence of Recording
        All of this person, with labels.
    leds : int
        1: the default LED; more: the first so many, fused.
    ways : sequence of str
        Keys of WAYS.

    Returns
    -------
    list of Person
        One a way.
    """
    runs = [student.estimator().full_run(streams_of(recording, leds)) for recording in recordings]
    return [
        _person([(r, WAYS[way](run, student.tables)) for r, run in zip(recordings, runs, strict=True)])
        for way in ways
    ]


def _person(results_of: Sequence[tuple[Recording, Sequence[Result]]]) -> Person:
    errors, valid = [], []
    for recording, results in results_of:
        time_us = np.array([r.time_us for r in results], np.float64)
        bpm = np.array([r.bpm_q8 / 256 if r.bpm_q8 else np.nan for r in results])
        label = [window_labels(recording, time_us - 1e6 * lag, aligned=True) for lag in LAGS_S]
        errors.append(np.abs(bpm - np.stack(label)))
        valid.append(np.array([r.state.value == "valid" for r in results], bool))
    error, known = np.concatenate(errors, axis=1), np.isfinite(np.concatenate(errors, axis=1))
    return Person(
        error=error[0, known[0]],
        valid=np.concatenate(valid)[known[0]],
        mae_by_lag=np.nanmean(error, axis=1),
    )


def row(
    student: str, tested_on: str, people: Sequence[Person], leds: int = 1, results: str = "causal"
) -> Row:
    """The line of a student on a set.

    Parameters
    ----------
    student, tested_on : str
        Names for the table.
    people : sequence of Person
        One or more. Each counts alike, whatever their number of hops.
    leds : int
    results : str
        Key of WAYS.

    Returns
    -------
    Row
        BPM and shares; NaN for figures of valid hops if nobody has one.

    Examples
    --------
    >>> person = Person(error=np.array([1.0, 3.0, 20.0]), valid=np.array([True, True, True]))
    >>> made = row("student", "set", [person])
    >>> made.mae, round(made.wrong_valid, 2), made.coverage
    (8.0, 0.33, 1.0)
    """
    by_lag = np.mean([p.mae_by_lag for p in people], axis=0)
    sure = [p for p in people if p.valid.any()]
    wrong = [p.wrong.sum() / p.valid.sum() for p in sure]
    mae = [p.error.mean() for p in people]
    return Row(
        student=student,
        tested_on=tested_on,
        leds=leds,
        results=results,
        people=len(people),
        hops=sum(len(p.error) for p in people),
        mae=float(np.mean(mae)),
        median_person=float(np.median(mae)),
        coverage=float(np.mean([p.valid.mean() for p in people])),
        mae_valid=float(np.mean([p.error[p.valid].mean() for p in sure])) if sure else float("nan"),
        wrong_valid=float(np.mean(wrong)) if sure else float("nan"),
        wrong_valid_worst=float(np.max(wrong)) if sure else float("nan"),
        wrong_shown=float(np.mean([p.wrong.mean() for p in people])),
        lag_s=float(LAGS_S[by_lag.argmin()]),
        mae_at_lag=float(by_lag.min()),
    )


def sets_in(data: Path) -> list[Set]:
    """The sets that a folder holds.

    Parameters
    ----------
    data : Path
        Holds the data sets' folders.

    Returns
    -------
    list of Set

    Raises
    ------
    UserError
        None is there.
    """
    there = [which for which in SETS if _folder(which, data)]
    if not there:
        names = ", ".join(dict.fromkeys(which.dataset for which in SETS))
        raise UserError(data, "folders", f"some of {names}", "none")
    return there


def labelled(which: Set, data: Path) -> Iterator[Recording]:
    """A set's recordings with a reference, one after the other.

    Parameters
    ----------
    which : Set
    data : Path
        Holds the set's folder.

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        One cannot be read.
    """
    for recording in iter_dataset(which.dataset, _folder(which, data)):
        if recording.hr is not None and recording.subject.startswith(which.subjects):
            yield recording


def _folder(which: Set, data: Path) -> Path | None:
    """Where a set is; None if it is not in `data`."""
    folders = [data / name for name in DATASETS[which.dataset].folders]
    return next((folder for folder in folders if folder.is_dir()), None)


def rows(
    students: dict[str, Student], data: Path, all_leds: bool = False, looking_back: bool = False
) -> Iterator[Row]:
    """Lines of all students on the sets that are there.

    Parameters
    ----------
    students : dict of str to Student
        By the name in the table.
    data : Path
        Holds the data sets' folders.
    all_leds : bool
        Also all LEDs of sets that have several, fused.
    looking_back : bool
        Also results that look back, a line each of WAYS.

    Yields
    ------
    Row

    Raises
    ------
    UserError
        No set is there.
    """
    for which in sets_in(data):
        people = by_subject(labelled(which, data))
        several = min(recording.ppg.shape[1] for of in people.values() for recording in of)
        ways = list(WAYS) if looking_back else ["causal"]
        for name, student in students.items():
            for leds in sorted({1, min(several, FUSION_LEDS)} if all_leds else {1}):
                each = [people_of(student, of, leds, ways) for of in people.values()]
                for way, those in zip(ways, zip(*each, strict=True), strict=True):
                    yield row(name, which.name, those, leds, way)


def markdown(rows: Sequence[Row]) -> str:
    """Format lines as a Markdown table.

    Parameters
    ----------
    rows : sequence of Row

    Returns
    -------
    str
    """
    head = ("student", "tested on", "LEDs", "results", "people", "hops", "MAE", "median person", "valid",
            "MAE of valid", "wrong-valid", "worst person", "wrong-shown", "lag, s", "MAE at lag")  # fmt: skip
    cells = [
        (r.student, r.tested_on, r.leds, r.results, r.people, r.hops, f"{r.mae:.2f}",
                 f"{r.median_person:.2f}", f"{r.coverage:.1%}", f"{r.mae_valid:.2f}", f"{r.wrong_valid:.2%}",
                 f"{r.wrong_valid_worst:.1%}", f"{r.wrong_shown:.2%}", f"{r.lag_s:.1f}",
                 f"{r.mae_at_lag:.2f}")
        for r in rows
    ]  # fmt: skip
    return markdown_table(head, cells)


def named(students: Sequence[str]) -> dict[str, Path]:
    """Students by name, from a command line.

    Parameters
    ----------
    students : sequence of str
        NAME=FOLDER, or FOLDER, whose last part is then the name.

    Returns
    -------
    dict of str to Path

    Examples
    --------
    >>> named(["a=build/one", "build/two"])
    {'a': PosixPath('build/one'), 'two': PosixPath('build/two')}
    """
    pairs = (text.split("=", 1) if "=" in text else (Path(text).name, text) for text in students)
    return {name: Path(folder) for name, folder in pairs}


def report(
    students: dict[str, Path],
    data: Path,
    out: Path | None,
    say: Callable[[str], None] = print,
    all_leds: bool = False,
    looking_back: bool = False,
) -> None:
    """Print the table; write its figures to a JSON file.

    Parameters
    ----------
    students : dict of str to Path
        Folders of student.tflite and student.json, by name.
    data : Path
        Holds the data sets' folders.
    out : Path or None
        The JSON file.
    say : callable
        Takes the text.
    all_leds, looking_back : bool
        As of `rows`.

    Raises
    ------
    UserError
        No set is there, or a student cannot be loaded.
    """
    loaded = {name: load_student(folder) for name, folder in students.items()}
    table = list(rows(loaded, data, all_leds, looking_back))
    say(markdown(table))
    if out:
        digests = {name: student.card.model_sha256 for name, student in loaded.items()}
        values = {"labels": "aligned", "students": digests, "table": [asdict(r) for r in table]}
        write_text(out, json.dumps(values, indent=1))
