# SPDX-License-Identifier: Apache-2.0
"""The main job from end to end: a recording becomes a heart rate on an emulated Cortex-M4F."""

import time

from rich.console import Console

from python_tools import targets
from python_tools.embed import embed
from python_tools.firmware import IMAGE, footprint
from python_tools.replay import ReplayError, replay
from python_tools.report import PICTURES, hop_printer, table, write_report
from training.card import MODEL, load_student
from training.pipeline import Pipeline
from training.sensor import to_counts


def demo(pipeline: Pipeline, force: bool = False, picture_format: str = "png") -> None:
    """Run all steps of `pipeline`, then replay its first test recording; prints as it goes."""
    if picture_format not in PICTURES:
        raise ValueError(f"--picture: expected {' or '.join(PICTURES)}, found {picture_format}")
    start = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    for step in (pipeline.train, pipeline.distill, pipeline.quantize):
        console.rule(step.__name__)
        step(force)
    folder = pipeline.folder
    student = load_student(folder / "int8")
    console.rule("embed, build")
    embed(student, folder / "c")
    program = targets.bare(folder / "c", folder)
    image = folder / "bare" / IMAGE
    console.print(f"image: {image}")

    recording = pipeline.corpus.recordings["test"][0]
    console.rule(f"replay {recording.name} (no stage has seen this subject) on QEMU mps2-an386")
    stream = to_counts(recording)
    run = replay(program, stream, folder / "replay.pulse", hop_printer(recording))
    if run.results != student.estimator().run(stream):
        raise ReplayError(f"{image}: expected the Python reference's results bit for bit, found others")
    console.print("all results equal the Python reference's, bit for bit")

    model_bytes = (student.folder / MODEL).stat().st_size
    figures = write_report(folder, recording, run, model_bytes, footprint(image), picture_format)
    console.print(table(figures))
    console.print(f"picture: {folder / figures['picture']}")
    console.print(f"figures: {folder / 'run.json'}, hops: {folder / 'run.csv'}")
    console.print(f"took {time.monotonic() - start:.0f} s")
