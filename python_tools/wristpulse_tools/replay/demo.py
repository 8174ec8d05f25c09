# SPDX-License-Identifier: Apache-2.0
"""The demonstration: the student that ships on a real wrist, then the whole chain on simulated people.

Everything runs as firmware on an emulated Cortex-M4F, and every result is compared with the Python reference.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from wristpulse.core.sensor import to_counts
from wristpulse.learning.artefacts import INT8
from wristpulse.learning.pipeline import Pipeline
from wristpulse.recordings import Recording, RecordingError, download, open_dataset, simulate
from wristpulse.recordings.registry import SIMULATOR
from wristpulse.student.card import SHIPPED, Student, load_student
from wristpulse_tools.firmware.bare import IMAGE, footprint
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.firmware.places import BUILD, ROOT
from wristpulse_tools.replay import picture, targets
from wristpulse_tools.replay.comparison import StudentReplay, comparison
from wristpulse_tools.replay.replay import ReplayError, replay
from wristpulse_tools.replay.report import table, write_report

REAL = "dalia-s6"  # nobody learns from it
PAPER, SPECTRAL = "PULSE, distilled", "spectral"
NEXT = """\
Next:
  ./dev invoke estimate YOUR_FILE                       heart rate of your own recording: E4, Polar, CSV, npz
  ./dev invoke replay --dataset dalia-s6 --record S6    the same recording, hop by hop (--target zephyr, host)
  ./dev invoke train distill quantize                   the chain, step by step
  ./dev invoke                                          all tasks"""


def demo(
    paper: Pipeline,
    spectral: Pipeline,
    force: bool = False,
    folder: Path = BUILD / "demo",
    data: Path = ROOT / "data",
) -> list[StudentReplay]:
    """Run both acts; prints as it goes, ends with one table and one picture, in `folder`.

    paper, spectral: the chains of the two lines, on the same people. data: where PPG-DaLiA's S6 is kept.
    """
    start = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    for chain in (paper, spectral):
        if chain.config.data.dataset != SIMULATOR:
            chain.corpus  # noqa: B018 - a data set that cannot be read is said before the first act

    console.rule("1  The student that ships, on a real wrist")
    real = real_recording(data, console)
    outcomes = play(SHIPPED.name, load_student(SHIPPED), [real], folder / SHIPPED.name, console)
    shown = folder / SHIPPED.name / real.name / "run.png"
    console.print(table(outcomes[0].figures))
    console.print(f"picture: {shown}\ntook {time.monotonic() - start:.0f} s\n")

    console.rule("2  Train, distil, quantise, embed, build, replay")
    for name, chain in ((PAPER, paper), (SPECTRAL, spectral)):
        console.print(f"[bold]{name}")
        for step in (chain.train, chain.distill, chain.quantize):
            step(force)
        held_out = chain.corpus.recordings["test"]
        student = load_student(chain.folder / INT8)
        outcomes += play(name, student, [*held_out, real], chain.folder, console)
    outcomes += play(SHIPPED.name, load_student(SHIPPED), held_out, folder / SHIPPED.name, console)

    console.rule("Both acts")
    console.print(comparison(outcomes))
    drawn = picture.courses(folder / "demo.png", outcomes)
    console.print(f"picture: {drawn}\n{NEXT}\ntook {time.monotonic() - start:.0f} s in all")
    return outcomes


def real_recording(data: Path, console: Console) -> Recording:
    """PPG-DaLiA's S6 on the stairs, from `data` or downloaded; without a network a simulated person."""
    try:
        return open_dataset(REAL, data)[0]
    except RecordingError:
        console.print("A real recording: PPG-DaLiA, subject 6 climbs stairs, Empatica E4 (4 MB by pip)")
    try:
        download.download(download.published(REAL), data)
        return open_dataset(REAL, data)[0]
    except (RecordingError, OSError) as error:
        console.print(f"{error}\nNo real recording, so a simulated person stands in; nothing below is real.")
        return simulate(1000, 420.0)


def play(
    name: str, student: Student, recordings: Sequence[Recording], folder: Path, console: Console
) -> list[StudentReplay]:
    """Embed a student in the firmware, replay recordings through it, report each in its own folder.

    ReplayError if any result differs from the Python reference's.
    """
    embed(student, folder / "c")
    program = targets.bare(folder / "c", folder)
    size = footprint(folder / "bare" / IMAGE)
    outcomes = []
    for recording in recordings:
        place = folder / recording.name
        place.mkdir(parents=True, exist_ok=True)
        stream = to_counts(recording)
        run = replay(program, stream, place / "replay.pulse")
        if run.results != student.estimator().run(stream):
            raise ReplayError(place, "", "the Python reference's results", "others")
        figures = write_report(place, recording, run, student.bytes, size)
        outcomes.append(StudentReplay(student=name, recording=recording, replay=run, figures=figures))
    people = ", ".join(recording.name for recording in recordings)
    hops = sum(len(outcome.replay.results) for outcome in outcomes)
    console.print(
        f"replayed {people} on QEMU's Cortex-M4F: {hops} results equal the Python reference's, bit for bit"
    )
    return outcomes
