# SPDX-License-Identifier: Apache-2.0
"""The main job from end to end: a recording becomes a heart rate on an emulated Cortex-M4F."""

import csv
import io
import json
import time
from dataclasses import asdict

import numpy as np
from rich.console import Console
from rich.table import Table

from python_tools import picture
from python_tools.embed import embed
from python_tools.firmware import build_bare, footprint
from python_tools.replay import Replay, ReplayError, replay_on_qemu
from training.card import MODEL, load_student
from training.estimator import Result
from training.metrics import errors
from training.pipeline import Pipeline
from training.recordings import Recording
from training.sensor import to_counts
from training.signal import window_labels
from training.steps import write_text


def demo(pipeline: Pipeline, force: bool = False, picture_format: str = "png") -> None:
    """Run all steps of `pipeline`, then replay its first test recording; prints as it goes."""
    if picture_format not in ("png", "svg"):
        raise ValueError(f"--picture: expected png or svg, found {picture_format}")
    start = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    for step in (pipeline.train, pipeline.distill, pipeline.quantize):
        console.rule(step.__name__)
        step(force)
    folder = pipeline.folder
    student = load_student(folder / "int8")
    console.rule("embed, build")
    embed(student, folder / "c")
    image = build_bare(folder / "c", folder / "bare")
    console.print(f"image: {image}")

    recording = pipeline.corpus.test[0]
    console.rule(f"replay {recording.name} (no stage has seen this subject) on QEMU mps2-an386")
    stream = to_counts(recording)
    replay = replay_on_qemu(image, stream, folder / "replay.pulse", hop_printer(recording))
    if replay.results != student.estimator().run(stream):
        raise ReplayError(f"{image}: expected the Python reference's results bit for bit, found others")
    console.print("all results equal the Python reference's, bit for bit")

    reference = replay.reference(recording)
    figures = {
        "recording": recording.name,
        "subjects trained on": len(pipeline.corpus.subjects["train"]),
        "all": asdict(errors(replay.bpm, reference)),
        "valid": asdict(errors(replay.bpm, reference, replay.valid)),
        "model_bytes": (folder / "int8" / MODEL).stat().st_size,
        "footprint": asdict(footprint(image)),
        "closing": replay.closing,
        "speed": stream.t_ppg_us[-1] / 1e6 / replay.seconds,
    }
    drawn = folder / f"run.{picture_format}"
    end_s = np.array([r.time_us for r in replay.results]) / 1e6
    title = f"{recording.dataset} {recording.name}: int8 student on an emulated Cortex-M4F"
    picture.trace(drawn, title, recording, end_s, reference, replay.bpm, replay.valid)
    write_text(folder / "run.json", json.dumps(figures, indent=1))
    write_text(folder / "run.csv", csv_text(replay, reference))
    console.print(table(figures))
    console.print(f"picture: {drawn}\nfigures: {folder / 'run.json'}, hops: {folder / 'run.csv'}")
    console.print(f"took {time.monotonic() - start:.0f} s")


def hop_printer(recording: Recording):
    """A function that prints each result beside its reference as firmware reports it."""
    print(f"{'time':>7} {'reference':>10} {'estimate':>9} {'confidence':>11}  state")

    def show(result: Result) -> None:
        reference = window_labels(recording, np.array([result.time_us]), aligned=True)[0]
        known = f"{reference:.1f}" if np.isfinite(reference) else "-"
        bpm = f"{result.bpm_q8 / 256:.1f}" if result.bpm_q8 else "-"
        seconds, confidence = result.time_us / 1e6, result.confidence_q15 / 32768
        print(f"{seconds:6.1f}s {known:>10} {bpm:>9} {confidence:11.2f}  {result.state.value}", flush=True)

    return show


def csv_text(replay: Replay, reference: np.ndarray) -> str:
    """One row a hop: time, reference, estimate, confidence, state."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("hop", "end_s", "reference_bpm", "bpm", "confidence", "state", "gaps"))
    for r, known, bpm in zip(replay.results, reference, replay.bpm, strict=True):
        rows.writerow((r.hop, r.time_us / 1e6, known, bpm, r.confidence_q15 / 32768, r.state.value, r.gaps))
    return text.getvalue()


def table(figures: dict) -> Table:
    """The run's figures for people."""
    rows = Table(title=f"{figures['recording']}: what the firmware printed, and what it costs")
    for column in ("", "all estimates", "valid only"):
        rows.add_column(column, justify="left" if not column else "right")
    every, valid, closing = figures["all"], figures["valid"], figures["closing"]
    for name, key, unit, scale in (
        ("MAE", "mae", " BPM", 1),
        ("90th percentile of the error", "p90", " BPM", 1),
        ("share within 5 BPM", "within5", " %", 100),
        ("coverage of labelled hops", "coverage", " %", 100),
    ):
        rows.add_row(name, *(f"{side[key] * scale:.2f}{unit}" for side in (every, valid)))
    rows.add_section()
    size = figures["footprint"]
    for name, value in (
        ("model (.tflite)", f"{figures['model_bytes']:,} B"),
        ("flash: network (kernels, code, weights)", f"{size['network_flash']:,} B"),
        ("flash: alignment, front end, tracker", f"{size['estimator_flash']:,} B"),
        ("RAM: estimator (window, arena, tracker)", f"{size['estimator_ram']:,} B"),
        ("RAM: aligner", f"{size['align_ram']:,} B"),
        ("stack, painted", f"{closing['stack']:,} B"),
        ("instructions per inference", f"{closing['instr_model']:,}"),
        ("instructions per hop: alignment", f"{closing['instr_align']:,}"),
        ("instructions per hop: all the rest", f"{closing['instr_per_hop']:,}"),
        ("replay, times faster than life", f"{figures['speed']:.0f}"),
    ):
        rows.add_row(name, value, "")
    return rows
