# SPDX-License-Identifier: Apache-2.0
"""The main job from end to end: a recording becomes a heart rate on an emulated Cortex-M4F."""

import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from wristpulse.core.sensor import to_counts
from wristpulse.learning.pipeline import Pipeline
from wristpulse.student.card import MODEL, load_student
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.bare import IMAGE, footprint
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.replay import targets
from wristpulse_tools.replay.replay import Program, ReplayError, replay
from wristpulse_tools.replay.report import PICTURES, hop_printer, table, write_report


def demo(pipeline: Pipeline, force: bool = False, picture_format: str = "png") -> None:
    """Run all steps of `pipeline`, then replay its first test recording; prints as it goes."""
    if picture_format not in PICTURES:
        raise UserError(f"--picture: expected {' or '.join(PICTURES)}, found {picture_format}")
    start = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    for step in (pipeline.train, pipeline.distill, pipeline.quantize):
        console.rule(step.__name__)
        step(force)
    folder = pipeline.folder
    student = load_student(folder / "int8")
    console.rule("embed, build")
    embed(student, folder / "c")
    bare = targets.bare(folder / "c", folder)
    program, where = with_zephyr(folder) or (bare, "QEMU's mps2-an386, bare metal")
    console.print(f"image: {where}")

    recording = pipeline.corpus.recordings["test"][0]
    console.rule(f"replay {recording.name}, whom no stage has seen")
    stream = to_counts(recording)
    expected = student.estimator().run(stream)
    run = replay(program, stream, folder / "replay.pulse", hop_printer(recording))
    counted = run if program is bare else replay(bare, stream, folder / "replay.pulse")
    for one in (run, counted):
        if one.results != expected:
            raise ReplayError(f"{folder}: expected the Python reference's results, found others")
    console.print("all results equal the Python reference's, bit for bit")
    run = replace(run, closing={**run.closing, **counted.closing})

    model_bytes = (student.folder / MODEL).stat().st_size
    figures = write_report(
        folder, recording, run, model_bytes, footprint(folder / "bare" / IMAGE), picture_format
    )
    console.print(table(figures))
    console.print(f"picture: {folder / figures['picture']}")
    console.print(f"figures: {folder / 'run.json'}, hops: {folder / 'run.csv'}")
    console.print(f"took {time.monotonic() - start:.0f} s")


def with_zephyr(folder: Path) -> tuple[Program, str] | None:
    """Zephyr's image with the student in `folder`, and its name; None, saying why, without a Zephyr."""
    try:
        base = zephyr_workspace.zephyr_base()
    except zephyr_workspace.WorkspaceError as error:
        print(f"{error}; the same core runs on bare metal instead")
        return None
    print(f"Zephyr: {base}")
    return targets.zephyr(folder / "c", folder), "Zephyr on QEMU's mps2-an386"
