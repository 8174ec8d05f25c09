# SPDX-License-Identifier: Apache-2.0
"""Replay one recording through a target and report it: `invoke replay`."""

from pathlib import Path

from rich.console import Console

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import Recording, iter_dataset, load_recording
from wristpulse.recordings.scale import dark_note
from wristpulse.student.card import MODEL, load_student
from wristpulse_tools.firmware.bare import IMAGE, footprint
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.hardware.boards import Board
from wristpulse_tools.replay.replay import ReplayError, replay
from wristpulse_tools.replay.report import hop_printer, table, write_report
from wristpulse_tools.replay.targets import program_for

WHERE = {"host": "this machine", "native_sim": "native_sim"}


def replay_and_report(
    record: str,
    dataset: str | None,
    data: Path | None,
    student_folder: Path,
    target: str,
    output: Path,
    picture_format: str,
    board: Board | None = None,
) -> None:
    """Build `target` with a student, replay one recording through it, print and write what it gave.

    `record`: a file in the repository's own format, or a recording's name within `dataset`.
    Raises ValueError for an unknown target or recording, and what reading, building and replaying raise.
    """
    recording = find(record, dataset, data)
    student = load_student(student_folder)
    stream = to_counts(recording)
    if note := dark_note(recording):
        print(note)
    output.mkdir(parents=True, exist_ok=True)
    embed(student, output / "c")
    program = program_for(target, output / "c", output, board)
    run = replay(program, stream, output / "replay.pulse", hop_printer(recording))
    same = run.results == student.estimator().run(stream)
    print(f"{'all' if same else 'NOT all'} results equal the Python reference's, bit for bit")
    image = output / "bare" / IMAGE
    size = footprint(image) if target == "bare" else None
    model_bytes = (student.folder / MODEL).stat().st_size
    where = board.name if board else WHERE.get(target, "an emulated Cortex-M4F")
    figures = write_report(output, recording, run, model_bytes, size, picture_format, where)
    Console(highlight=False).print(table(figures))
    print(f"written: {', '.join(str(output / name) for name in ('run.json', 'run.csv', figures['picture']))}")
    if not same:
        raise ReplayError(f"{target}: expected the Python reference's results bit for bit, found others")


def find(record: str, dataset: str | None, data: Path | None) -> Recording:
    """The recording that a user means; RecordingError or ValueError if there is none."""
    if dataset is None:
        return load_recording(Path(record))
    names = []
    for recording in iter_dataset(dataset, data):
        if recording.name == record:
            return recording
        names.append(recording.name)
    raise ValueError(f"--record: expected a recording of {dataset} ({', '.join(names)}), found {record}")
