# SPDX-License-Identifier: Apache-2.0
"""A hop against a window: python -m wristpulse_tools.bench.stream MODEL.tflite ... [--hop 64]."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from wristpulse.oracle import HopModel, IntegerModel, ModelError
from wristpulse_tools.bench.measure import BenchError, build, measure, run
from wristpulse_tools.codegen.generate import generate
from wristpulse_tools.codegen.layers import Copy
from wristpulse_tools.codegen.stream import compile_hops, state_size
from wristpulse_tools.firmware.qemu import QemuError

HERE = Path(__file__).resolve().parent
COLUMNS = ("model", "", "MAC", "instructions", "per MAC", "of a window", "copies", "arena", "state", "stack")


def rows(path: Path, hop: int, folder: Path) -> list[tuple[str, ...]]:
    """Table rows of a model by windows and by hops, measured in `folder`: the dearest of the golden vectors.

    `copies`: the hop's instructions that bring its input and state to their places and back.

    Raises BenchError, ModelError or QemuError; the outputs of both were exact.
    """
    model, lowering = compile_hops(HopModel(IntegerModel.load(path), hop).hops, "pulse_model")
    whole = measure(path, folder / "window")
    generate(path, folder / "hop", hop=hop)
    program = [HERE / "stream.c", folder / "hop" / "pulse_model_stream_golden.c"]
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


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 with one line on stderr if a model cannot stream or be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse_tools.bench.stream",
        description="Count what a hop costs on QEMU's Cortex-M4F beside a whole window.",
    )
    parser.add_argument("models", type=Path, nargs="+", help=".tflite files")
    parser.add_argument("--hop", type=int, default=64, help="frames (64)")
    options = parser.parse_args(arguments)
    table = Table(*COLUMNS)
    try:
        with tempfile.TemporaryDirectory() as name:
            for number, path in enumerate(options.models):
                for row in rows(path, options.hop, Path(name) / str(number)):
                    table.add_row(*row)
    except (BenchError, ModelError, QemuError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    console = Console()
    console.width = max(console.width, 120)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
