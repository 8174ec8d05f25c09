# SPDX-License-Identifier: Apache-2.0
"""A hop against a window: `invoke bench-hops`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from wristpulse.oracle import HopModel, IntegerModel
from wristpulse_tools.bench.measure import PROGRAMS, build, measure, run
from wristpulse_tools.codegen.generate import generate
from wristpulse_tools.codegen.layers import Copy
from wristpulse_tools.codegen.stream import compile_hops, state_size
from wristpulse_tools.support.tables import table

COLUMNS = ("model", "", "MAC", "instructions", "per MAC", "of a window", "copies", "arena", "state", "stack")


def rows(path: Path, hop: int, folder: Path) -> list[tuple[str, ...]]:
    """Table rows of a model by windows and by hops, measured in `folder`: the dearest of the golden vectors.

    `copies`: the hop's instructions that bring its input and state to their places and back.

    Raises BenchError, ModelError or QemuError; the outputs of both were exact.
    """
    model, lowering = compile_hops(HopModel(IntegerModel.load(path), hop).hops, "pulse_model")
    whole = measure(path, folder / "window")
    generate(path, folder / "hop", hop=hop)
    program = [PROGRAMS / "stream.c", folder / "hop" / "pulse_model_stream_golden.c"]
    sources = (program, "pulse_model_stream.c")
    found = run(build(folder / "hop", "hop", [], *sources))
    layers = run(build(folder / "hop", "layers", ["-DBENCH_LAYERS"], *sources))["LAYER"]
    copies = sum(n for n, layer in zip(layers, model.layers, strict=True) if isinstance(layer, Copy))
    macs, count = sum(layer.macs for layer in model.layers), found["INSTRUCTIONS"][0]
    share = 100 * count / whole.instructions
    return [
        _row(path.stem, "window", whole.macs, whole.instructions, "100 %", "", whole.arena, 0, whole.stack),
        _row(
            path.stem, f"hop of {hop}", macs, count, f"{share:.1f} %", f"{copies:,}",
            model.plan.size, state_size(lowering), found["STACK"][0],
        ),
    ]  # fmt: skip


def _row(
    model: str, what: str, macs: int, count: int, share: str, copies: str, arena: int, state: int, stack: int
) -> tuple[str, ...]:
    memory = (f"{size:,}" for size in (arena, state, stack))
    return (model, what, f"{macs:,}", f"{count:,}", f"{count / macs:.2f}", share, copies, *memory)


def show_hops(models: Sequence[Path], hop: int, console: Console | None = None) -> None:
    """Print what a hop of so many frames costs beside a whole window. What `rows` raises."""
    console = console or Console()
    console.width = max(console.width, 120)
    with tempfile.TemporaryDirectory() as name:
        measured = [
            row for number, path in enumerate(models) for row in rows(path, hop, Path(name) / str(number))
        ]
    console.print(table(COLUMNS, measured, texts=2))
