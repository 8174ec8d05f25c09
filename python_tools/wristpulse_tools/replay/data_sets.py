# SPDX-License-Identifier: Apache-2.0
"""Replay all recordings of data sets through an image, several emulators at a time: `invoke replay-all`."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from wristpulse.core.estimator import Estimator
from wristpulse.core.sensor import to_counts
from wristpulse.evaluation.metrics import Errors, errors
from wristpulse.recordings import Recording, iter_dataset
from wristpulse.student.card import load_student
from wristpulse.support.files import write_text
from wristpulse_tools.hardware.boards import Board
from wristpulse_tools.replay.images import image_for
from wristpulse_tools.replay.replay import Program, Replay, ReplayError, replay
from wristpulse_tools.support import tables
from wristpulse_tools.support.locks import locked
from wristpulse_tools.support.progress import Reporter


@dataclass(frozen=True)
class RecordingRow:
    """What firmware made of one recording. factor: times real time, of one emulator among its peers."""

    dataset: str
    recording: str
    hops: int
    equal: bool  # every hop's line, to the reference
    factor: float
    valid: Errors | None  # of estimates that the firmware vouches for; None without a reference
    errors_bpm: tuple[float, ...]  # absolute, of those


def replay_all(
    program: Program,
    estimator: Estimator,
    recordings: list[Recording],
    folder: Path,
    jobs: int | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> list[RecordingRow]:
    """Replay each recording, `jobs` (the machine's processors if None) at a time; rows in their order.

    progress: gets `replay: NAME, K/N` after each. ReplayError if
    firmware ends badly. Replay files are written to `folder`, and removed.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def run(number: int, recording: Recording) -> RecordingRow:
        file, stream = folder / f"{number}.pulse", to_counts(recording)
        try:
            one = replay(program, stream, file)
        finally:
            file.unlink(missing_ok=True)
        equal = one.results == estimator.run(stream)
        return RecordingRow(
            recording.dataset,
            recording.name,
            len(one.results),
            equal,
            recording.seconds / one.seconds,
            *_accuracy(one, recording),
        )

    pool = ThreadPoolExecutor(jobs or os.cpu_count())
    try:
        waiting = [pool.submit(run, number, recording) for number, recording in enumerate(recordings)]
        for count, done in enumerate(as_completed(waiting), 1):
            row = done.result()  # the first that fails ends all
            progress(f"replay: {row.dataset} {row.recording}, {count}/{len(waiting)}")
    finally:
        pool.shutdown(cancel_futures=True)
    return [one.result() for one in waiting]


def _accuracy(one: Replay, recording: Recording) -> tuple[Errors | None, tuple[float, ...]]:
    if recording.hr is None:
        return None, ()
    reference = one.reference(recording)
    off = np.abs(one.bpm - reference)[one.valid]
    return errors(one.bpm, reference, one.valid), tuple(off[np.isfinite(off)].tolist())


def summary(rows: list[RecordingRow]) -> list[dict]:
    """A line a data set and one for all: MAE as mean over recordings; p90 and coverage over all hops."""
    sets = [*dict.fromkeys(row.dataset for row in rows)]
    lines = []
    for name in [*sets, *(["all"] if len(sets) > 1 else [])]:
        chosen = [row for row in rows if name in (row.dataset, "all")]
        of_valid = [row.valid for row in chosen if row.valid]
        off = [error for row in chosen for error in row.errors_bpm]
        labelled = sum(valid.windows / valid.coverage for valid in of_valid if valid.coverage)
        lines.append(
            {
                "dataset": name,
                "recordings": len(chosen),
                "hops": sum(row.hops for row in chosen),
                "equal": sum(row.equal for row in chosen),
                "mae_bpm": float(np.mean([valid.mae for valid in of_valid])) if of_valid else None,
                "p90_bpm": float(np.percentile(off, 90)) if off else None,
                "coverage": sum(valid.windows for valid in of_valid) / labelled if labelled else None,
                "factor": float(np.mean([row.factor for row in chosen])),
            }
        )
    return lines


def table(lines: list[dict], target: str, jobs: int) -> Table:
    """The summary for people."""
    head = ("set", "recordings", "hops", "equal", "MAE", "p90", "coverage", "x real time")
    rows = [
        (
            line["dataset"],
            line["recordings"],
            line["hops"],
            f"{line['equal']} of {line['recordings']}",
            *(
                None if line[key] is None else f"{line[key]:.2f}"
                for key in ("mae_bpm", "p90_bpm", "coverage")
            ),
            f"{line['factor']:.0f}",
        )
        for line in lines
    ]
    return tables.table(head, rows, f"{target}, {jobs} at a time: valid estimates of the firmware itself")


def replay_and_print(
    datasets: list[str],
    data: Path | None,
    student_folder: Path,
    target: str,
    board: Board | None,
    output: Path,
    jobs: int | None = None,
) -> None:
    """Build, replay all recordings, print the table, and write recordings-TARGET.json into `output`.

    ReplayError, after the table, if any recording's results are not the reference's.
    """
    student = load_student(student_folder)
    recordings = [recording for name in datasets for recording in iter_dataset(name, data)]
    program = image_for(student, target, board).program
    jobs = 1 if target == "board" else jobs or os.cpu_count() or 1
    with locked(output):
        rows = replay_all(program, student.estimator(), recordings, output, jobs, Reporter())
    lines = summary(rows)
    Console(highlight=False).print(table(lines, target, jobs))
    file = output / f"recordings-{target}.json"
    details = [{key: value for key, value in asdict(row).items() if key != "errors_bpm"} for row in rows]
    write_text(file, json.dumps({"target": target, "summary": lines, "recordings": details}, indent=1) + "\n")
    print(f"written: {file}")
    wrong = [f"{row.dataset} {row.recording}" for row in rows if not row.equal]
    if wrong:
        raise ReplayError(target, "", "the reference's results", f"others in {', '.join(wrong)}")
