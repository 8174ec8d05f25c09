# SPDX-License-Identifier: Apache-2.0
"""Command line: python -m wristpulse_tools.bench MODEL.tflite ... [--quick] [--layers] [--json FILE]."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from wristpulse.oracle import ModelError
from wristpulse.student.card import MODEL, RELEASED, CardError
from wristpulse.support.errors import UserError
from wristpulse_tools.bench.budget import BUDGETS, overruns, update
from wristpulse_tools.bench.elsewhere import Elsewhere, on_host, on_zephyr
from wristpulse_tools.bench.estimate import assumptions, estimates
from wristpulse_tools.bench.hop import measure_hop
from wristpulse_tools.bench.measure import BenchError, measure
from wristpulse_tools.bench.peers import bakenn
from wristpulse_tools.bench.report import Results, show
from wristpulse_tools.bench.tflm import DOWNLOADED, require_checkouts, tflm
from wristpulse_tools.firmware.zephyr_workspace import WorkspaceError


def main(arguments: list[str] | None = None) -> int:
    """Measure models; 0 if all went well, 1 with one line on stderr if not, 2 if a budget was exceeded."""
    options = _options(arguments)
    console, errors = Console(), Console(stderr=True)
    console.width = max(console.width, 120)
    found = Results()
    try:
        if options.tflm:
            options.cmsis_nn = options.cmsis_nn or options.tflm / DOWNLOADED
            require_checkouts(options.tflm, options.cmsis_nn)
        with tempfile.TemporaryDirectory() as name:
            for path in options.models:
                _measure(path, Path(name) / path.stem, options, found)
    except (BenchError, ModelError, UserError, CardError, OSError) as error:
        errors.print(f"error: {error}", highlight=False, markup=False)
        return 1
    for note in found.notes:
        errors.print(f"note: {note}", highlight=False, markup=False)
    show(found, options.layers, console)
    if options.json:
        options.json.write_text(json.dumps(_document(found), indent=2) + "\n")
    own = [*(m for m in found.measurements if m.engine == "pulse"), *found.hops]
    if options.update_budgets:
        update(own)
        return 0
    too_much = [line for m in own for line in overruns(m)]
    for line in too_much:
        errors.print(f"over budget: {line}", highlight=False, markup=False)
    return 2 if too_much else 0


def _measure(path: Path, folder: Path, options: argparse.Namespace, found: Results) -> None:
    found.measurements.append(measure(path, folder))
    if options.portable:
        found.measurements.append(measure(path, folder / "portable", portable=True))
    if not options.quick:
        hop = measure_hop(path, folder / "hop")
        found.hops += [hop] if hop else []
        found.elsewhere.append(Elsewhere(path.stem, on_host(path, folder / "host"), _zephyr(path, found)))
    try:
        if options.bakenn:
            found.peers.append(bakenn(options.bakenn, path, folder / "peer"))
        if options.tflm:
            found.peers.append(tflm(options.tflm, options.cmsis_nn, path))
    except BenchError as refusal:
        found.notes.append(str(refusal))


def _zephyr(path: Path, found: Results) -> int | None:
    try:
        return on_zephyr(path)
    except WorkspaceError as missing:
        found.notes.append(f"no figures of Zephyr: {missing}")
        return None


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse_tools.bench",
        description="Count what int8 models cost on QEMU's Cortex-M4F: instructions, flash, arena, stack.",
    )
    parser.add_argument(
        "models", type=Path, nargs="*", default=[RELEASED / MODEL], help=f".tflite files ({RELEASED / MODEL})"
    )
    parser.add_argument(
        "--quick", action="store_true", help="inference on bare metal only: no hop, no host, no Zephyr"
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
    parser.add_argument(
        "--tflm", type=Path, metavar="DIR", help="also measure TFLite Micro on CMSIS-NN: a checkout of it"
    )
    parser.add_argument(
        "--cmsis-nn", type=Path, metavar="DIR", help=f"checkout of CMSIS-NN (that in {DOWNLOADED} of --tflm)"
    )
    parser.add_argument("--update-budgets", action="store_true", help=f"write {BUDGETS.name}")
    return parser.parse_args(arguments)


def _document(found: Results) -> dict:
    return {
        "unit": "instructions retired on QEMU mps2-an386, not cycles; bytes",
        "engine": [
            {**m.as_dict(), "estimates": [asdict(e) for e in estimates(m.instructions)]}
            for m in found.measurements
        ],
        "hops": [asdict(h) for h in found.hops],
        "elsewhere": [asdict(e) for e in found.elsewhere],
        "peers": [asdict(p) for p in found.peers],
        "estimates_assume": assumptions(),
    }


if __name__ == "__main__":
    sys.exit(main())
