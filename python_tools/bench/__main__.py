# SPDX-License-Identifier: Apache-2.0
"""Command line: python -m python_tools.bench MODEL.tflite ... [--layers] [--json FILE]."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from python_tools.bench.budget import BUDGETS, overruns, update
from python_tools.bench.estimate import assumptions, estimates
from python_tools.bench.measure import BenchError, Measurement, measure
from python_tools.bench.peers import PeerResult, bakenn
from python_tools.bench.report import show
from python_tools.qemu import QemuError
from training.integer import ModelError

RELEASED = Path("training/released/student.tflite")


def main(arguments: list[str] | None = None) -> int:
    """Measure models; 0 if all went well, 1 with one line on stderr if not, 2 if a budget was exceeded."""
    options = _options(arguments)
    console, errors = Console(), Console(stderr=True)
    console.width = max(console.width, 120)
    measurements: list[Measurement] = []
    peers: list[PeerResult] = []
    try:
        with tempfile.TemporaryDirectory() as name:
            for path in options.models:
                folder = Path(name) / path.stem
                measurements.append(measure(path, folder))
                if options.portable:
                    measurements.append(measure(path, folder / "portable", portable=True))
                if options.bakenn:
                    try:
                        peers.append(bakenn(options.bakenn, path, folder / "peer"))
                    except BenchError as refusal:
                        errors.print(f"note: {refusal}", highlight=False, markup=False)
    except (BenchError, ModelError, QemuError, OSError) as error:
        errors.print(f"error: {error}", highlight=False, markup=False)
        return 1
    show(measurements, peers, options.layers, console)
    if options.json:
        options.json.write_text(json.dumps(_document(measurements, peers), indent=2) + "\n")
    own = [m for m in measurements if m.engine == "pulse"]
    if options.update_budgets:
        update(own)
        return 0
    too_much = [line for m in own for line in overruns(m)]
    for line in too_much:
        errors.print(f"over budget: {line}", highlight=False, markup=False)
    return 2 if too_much else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m python_tools.bench",
        description="Count what int8 models cost on QEMU's Cortex-M4F: instructions, flash, arena, stack.",
    )
    parser.add_argument(
        "models", type=Path, nargs="*", default=[RELEASED], help=f".tflite files ({RELEASED})"
    )
    parser.add_argument("--layers", action="store_true", help="also print instructions by layer")
    parser.add_argument("--portable", action="store_true", help="also measure the kernels without SMLAD")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.add_argument(
        "--bakenn",
        type=Path,
        metavar="PYTHON",
        help="also measure bakenn: Python of a venv with bakenn[tflite]",
    )
    parser.add_argument("--update-budgets", action="store_true", help=f"write {BUDGETS.name}")
    return parser.parse_args(arguments)


def _document(measurements: list[Measurement], peers: list[PeerResult]) -> dict:
    return {
        "unit": "instructions retired on QEMU mps2-an386, not cycles; bytes",
        "engine": [
            {**m.as_dict(), "estimates": [asdict(e) for e in estimates(m.instructions)]} for m in measurements
        ],
        "peers": [asdict(p) for p in peers],
        "estimates_assume": assumptions(),
    }


if __name__ == "__main__":
    sys.exit(main())
