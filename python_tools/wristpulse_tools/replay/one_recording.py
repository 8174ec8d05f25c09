# SPDX-License-Identifier: Apache-2.0
"""Replay one recording through a target and report it: `invoke replay`."""

from pathlib import Path

from rich.console import Console

from wristpulse.core.numbers import FUSION_LEDS
from wristpulse.core.sensor import to_counts
from wristpulse.core.smooth import MOST_HOPS, smooth
from wristpulse.recordings import Recording, iter_dataset
from wristpulse.recordings.opening import open_recordings
from wristpulse.recordings.scale import dark_note
from wristpulse.student.card import MODEL, SHIPPED, load_student
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.hardware.boards import Board
from wristpulse_tools.replay.images import image_for
from wristpulse_tools.replay.reasons import why_no_value
from wristpulse_tools.replay.replay import ReplayError, replay
from wristpulse_tools.replay.report import PICTURES, course, hop_printer, table, write_report
from wristpulse_tools.support.locks import locked

WHERE = {"host": "this machine", "native_sim": "native_sim"}


def replay_and_report(
    record: str,
    *,
    dataset: str | None = None,
    data: Path | None = None,
    student_folder: Path = SHIPPED,
    target: str = "bare",
    output: Path | None = None,
    picture_format: str = "png",
    board: Board | None = None,
    hops: bool = False,
    all_leds: bool = False,
    lag: int = 0,
) -> dict:
    """Build `target` with a student, replay one recording through it, print and write what it gave.

    record: a file, zip or folder that `open_recordings` opens, or a recording's name within `dataset`.
    output: folder for the figures; without it one of this recording and target, so that two replays never
    share one. hops: print each hop as it comes. all_leds: fuse the recording's LEDs, up to four.
    lag: hops that smoothed results wait for, 1 to 8; they are compared only. 0: none.
    Returns the figures of run.json.
    UserError for an unknown target or recording, and what reading, building and replaying raise.
    """
    if picture_format not in PICTURES:
        raise UserError("--picture", "", " or ".join(PICTURES), picture_format)
    if not 0 <= lag <= MOST_HOPS:
        raise UserError("--lag", "", f"0 to {MOST_HOPS} hops", lag)
    recording = find(record, dataset, data)
    student = load_student(student_folder)
    leds = min(recording.ppg.shape[1], FUSION_LEDS) if all_leds else 1
    streams = [to_counts(recording, led) for led in (range(leds) if leds > 1 else (None,))]
    output = (
        output or BUILD / "replay" / f"{recording.dataset}-{recording.name}-{board.name if board else target}"
    )
    image = image_for(student, target, board, leds=leds, lag=lag)
    with locked(output):
        printer = hop_printer(recording) if hops else (lambda result: None)
        run = replay(image.program, streams, output / "replay.pulse", printer)
        reference = student.estimator()
        expected = reference.full_run(streams)
        same = run.results == expected.results
        print(f"{'all' if same else 'NOT all'} results equal the Python reference's, bit for bit")
        if lag:
            same_late = run.late == smooth(expected, reference.tables, lag)
            print(f"{'all' if same_late else 'NOT all'} smoothed results, {lag} hops late, equal it too")
            same &= same_late
        model_bytes = (student.folder / MODEL).stat().st_size
        where = board.name if board else WHERE.get(target, "an emulated Cortex-M4F")
        figures = write_report(output, recording, run, model_bytes, image.size, picture_format, where)
        Console(highlight=False).print(table(figures))
        print(*course(run), sep="\n")
        if reason := why_no_value(recording, streams[0], run.results) or dark_note(recording):
            print(reason)
        written = (output / name for name in ("run.json", "run.csv", figures["picture"]))
        print(f"written: {', '.join(map(str, written))}")
    if not same:
        raise ReplayError(target, "", "the Python reference's results bit for bit", "others")
    return figures


def find(record: str, dataset: str | None, data: Path | None) -> Recording:
    """The recording that a user means; RecordingError or UserError if there is none."""
    if dataset is None:
        found = open_recordings(record)
        longest = max(found, key=lambda recording: recording.seconds)
        if len(found) > 1:
            print(f"{record}: {len(found)} recordings; the longest, {longest.name}, is replayed")
        return longest
    names = []
    for recording in iter_dataset(dataset, data):
        if recording.name == record:
            return recording
        names.append(recording.name)
    raise UserError("--record", "", f"a recording of {dataset} ({', '.join(names)})", record)
