# SPDX-License-Identifier: Apache-2.0
"""What a replay gave, for people and for programs: lines, table, CSV, JSON, picture."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.table import Table

from wristpulse.core.result import Result
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import errors
from wristpulse.recordings import HOP_S, Recording
from wristpulse.support.files import write_text
from wristpulse_tools.firmware.bare import Footprint
from wristpulse_tools.replay import picture
from wristpulse_tools.replay.replay import Replay
from wristpulse_tools.support import tables
from wristpulse_tools.support.blocks import bars

PICTURES = ("png", "svg")
COUNTED = ("stack", "instr_model", "instr_align", "instr_per_hop")  # by QEMU's Cortex-M4F alone
LEAST_SPAN_BPM = 20  # of that course: a steady heart rate is a flat line
COLUMNS = 60  # of the heart rate's course on a terminal


def write_report(
    folder: Path,
    recording: Recording,
    replay: Replay,
    model_bytes: int,
    size: Footprint | None,
    picture_format: str = "png",
    where: str = "an emulated Cortex-M4F",
) -> dict:
    """Write run.json, run.csv and the picture into `folder`; returns the figures of run.json.

    where: what ran it, for the picture's title. Accuracy is left out where the recording has no reference.
    """
    reference = replay.reference(recording)
    figures = {
        "dataset": recording.dataset,
        "recording": recording.name,
        "hops": len(replay.results),
        "model_bytes": model_bytes,
        "footprint": asdict(size) if size else {},
        "closing": measured(replay.closing),
        "speed": recording.seconds / replay.seconds,
    }
    if np.isfinite(reference).any():
        figures["all"] = asdict(errors(replay.bpm, reference))
        figures["valid"] = asdict(errors(replay.bpm, reference, replay.valid))
    drawn = folder / f"run.{picture_format}"
    end_s = np.array([r.time_us for r in replay.results]) / 1e6
    title = f"{recording.dataset} {recording.name}: int8 student on {where}"
    picture.trace(drawn, title, recording, end_s, reference, replay.bpm, replay.valid)
    figures["picture"] = drawn.name
    write_text(folder / "run.json", json.dumps(figures, indent=1))
    write_text(folder / "run.csv", csv_text(replay, reference))
    return figures


def hop_printer(recording: Recording) -> Callable[[Result], None]:
    """A function that prints each result beside its reference as firmware reports it."""
    print(f"{'time':>7} {'reference':>10} {'estimate':>9} {'confidence':>11}  state")

    def show(result: Result) -> None:
        reference = window_labels(recording, np.array([result.time_us]), aligned=True)[0]
        label = f"{reference:.1f}" if np.isfinite(reference) else "-"
        bpm = f"{result.bpm_q8 / 256:.1f}" if result.bpm_q8 else "-"
        seconds, confidence = result.time_us / 1e6, result.confidence_q15 / 32768
        print(f"{seconds:6.1f}s {label:>10} {bpm:>9} {confidence:11.2f}  {result.state.value}", flush=True)

    return show


def csv_text(replay: Replay, reference: np.ndarray) -> str:
    """One row a hop: time, reference, estimate, confidence, state."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("hop", "end_s", "reference_bpm", "bpm", "confidence", "state", "gaps"))
    for r, label, bpm in zip(replay.results, reference, replay.bpm, strict=True):
        rows.writerow((r.hop, r.time_us / 1e6, label, bpm, r.confidence_q15 / 32768, r.state.value, r.gaps))
    return text.getvalue()


def table(figures: dict) -> Table:
    """The run's figures for people: accuracy where there are labels, and what it costs."""
    rows: list[tuple[str, ...]] = []
    for name, key, unit, scale in (
        ("MAE", "mae", " BPM", 1),
        ("90th percentile of the error", "p90", " BPM", 1),
        ("share within 5 BPM", "within5", " %", 100),
        ("coverage of labelled hops", "coverage", " %", 100),
    ):
        if "all" in figures:
            rows.append((name, *(_figure(figures[side][key] * scale, unit) for side in ("all", "valid"))))
    title = f"{figures['recording']}: what the firmware printed, and what it costs"
    head = ("", "all estimates", "valid only") if rows else ("", "")
    rows += [(name, value, "")[: len(head)] for name, value in costs(figures)]
    return tables.table(head, rows, title)


def _figure(value: float, unit: str) -> str:
    return f"{value:.2f}{unit}" if np.isfinite(value) else "-"


def course(replay: Replay) -> list[str]:
    """The heart rate's course, for people: a line of figures, and valid values over time as a curve.

    A column is a mean over so many hops that COLUMNS of them hold the run; empty: no valid value there.
    """
    valid = np.where(replay.valid, replay.bpm, np.nan)
    shown, hops = valid[np.isfinite(valid)], len(valid)
    share = f"valid: {len(shown)} of {hops} hops" + (f" ({len(shown) / hops:.0%})" if hops else "")
    if not len(shown):
        return [share]
    low, middle, high = np.percentile(shown, [5, 50, 95])
    width = -(-hops // COLUMNS)
    padded = np.full(-(-hops // width) * width, np.nan)
    padded[:hops] = valid
    parts = padded.reshape(-1, width)
    counts = np.isfinite(parts).sum(axis=1)
    means = np.where(counts > 0, np.nansum(parts, axis=1) / np.maximum(counts, 1), np.nan)
    middle_of_range, half = (shown.min() + shown.max()) / 2, max(np.ptp(shown) / 2, LEAST_SPAN_BPM / 2)
    bottom, top = middle_of_range - half, middle_of_range + half
    curve = zip((f"{top:.0f}", "", f"{bottom:.0f}"), bars(means, bottom, top, 3), strict=True)
    return [
        f"{share}; heart rate {middle:.0f} BPM, {low:.0f} to {high:.0f} (5th to 95th percentile)",
        *(f"{label:>4} {line}" for label, line in curve),
        f"     valid BPM over time, {width * HOP_S:g} s a column",
    ]


def costs(figures: dict) -> list[tuple[str, str]]:
    """Bytes, instructions and speed, as far as this target can measure them."""
    size, closing = figures["footprint"], figures["closing"]
    rows = [
        ("model (.tflite)", figures["model_bytes"], " B"),
        ("flash: network (kernels, code, weights)", size.get("network_flash"), " B"),
        ("flash: alignment, front end, tracker", size.get("estimator_flash"), " B"),
        ("RAM: estimator (window, arena, tracker)", size.get("estimator_ram"), " B"),
        ("RAM: aligner", size.get("align_ram"), " B"),
        ("stack, painted", closing.get("stack"), " B"),
        ("instructions per inference", closing.get("instr_model"), ""),
        ("instructions per hop: alignment", closing.get("instr_align"), ""),
        ("instructions per hop: all the rest", closing.get("instr_per_hop"), ""),
        ("replay, times faster than life", round(figures["speed"]), ""),
    ]
    return [(name, f"{value:,}{unit}") for name, value, unit in rows if value is not None]


def measured(closing: dict[str, int]) -> dict[str, int | None]:
    """Closing figures, None for those that the target has no counter for: it prints 0 there."""
    return {name: None if name in COUNTED and value == 0 else value for name, value in closing.items()}
