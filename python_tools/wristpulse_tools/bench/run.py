# SPDX-License-Identifier: Apache-2.0
"""Measure models, print the tables, hold them to their budgets: `invoke bench`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from wristpulse.support.errors import UserError
from wristpulse_tools.bench.budget import overruns, update
from wristpulse_tools.bench.elsewhere import Elsewhere, on_host, on_zephyr
from wristpulse_tools.bench.estimate import assumptions, estimates
from wristpulse_tools.bench.hop import HopCost, measure_hop
from wristpulse_tools.bench.measure import BenchError, Measurement, measure
from wristpulse_tools.bench.peers import bakenn
from wristpulse_tools.bench.report import Results, show
from wristpulse_tools.bench.tflm import DOWNLOADED, require_checkouts, tflm
from wristpulse_tools.firmware.zephyr_workspace import WorkspaceError

WIDTH = 120  # columns that the tables need


class BudgetError(UserError):
    """Figures above their budget; the message has a line for each."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What to measure beside an inference on bare metal.

    Attributes
    ----------
    layers
        Print instructions by layer.
    portable
        Also the kernels without SMLAD.
    quick
        No hop, no host, no Zephyr.
    bakenn
        Python of an environment with bakenn[tflite].
    tflm, cmsis_nn
        Checkouts of TFLite Micro and of CMSIS-NN (None: the one that TFLite Micro's make brought).
    update_budgets
        Write the figures as budgets instead of holding them to the budgets.
    """

    layers: bool = False
    portable: bool = False
    quick: bool = False
    bakenn: Path | None = None
    tflm: Path | None = None
    cmsis_nn: Path | None = None
    update_budgets: bool = False


def bench(
    models: Sequence[Path], choice: Choice, json_file: Path | None = None, console: Console | None = None
) -> Results:
    """Measure int8 .tflite models on QEMU's Cortex-M4F and print the tables.

    Parameters
    ----------
    models : sequence of Path
    choice : Choice
    json_file : Path, optional
        Gets all figures.
    console : rich.console.Console, optional

    Returns
    -------
    Results

    Raises
    ------
    BudgetError
        After printing, if a figure exceeds its budget.
    BenchError, ModelError
        A model cannot be measured.
    """
    console = console or Console()
    console.width = max(console.width, WIDTH)
    results = measure_all(models, choice)
    for note in results.notes:
        console.print(f"note: {note}", highlight=False, markup=False)
    show(results, choice.layers, console)
    if json_file:
        json_file.write_text(json.dumps(_document(results), indent=2) + "\n")
    own: list[Measurement | HopCost] = [
        *(m for m in results.measurements if m.engine == "pulse"),
        *results.hops,
    ]
    if choice.update_budgets:
        update(own)
    elif exceeded := [line for m in own for line in overruns(m)]:
        raise BudgetError("over budget: " + "; ".join(exceeded))
    return results


def measure_all(models: Sequence[Path], choice: Choice) -> Results:
    """Measure each model by all that is chosen.

    Parameters
    ----------
    models : sequence of Path
    choice : Choice

    Returns
    -------
    Results
    """
    results = Results()
    checkouts = None
    if choice.tflm:
        checkouts = choice.tflm, choice.cmsis_nn or choice.tflm / DOWNLOADED
        require_checkouts(*checkouts)
    with tempfile.TemporaryDirectory() as name:
        for path in models:
            _measure(path, Path(name) / path.stem, choice, checkouts, results)
    return results


def _measure(
    path: Path, folder: Path, choice: Choice, checkouts: tuple[Path, Path] | None, found: Results
) -> None:
    found.measurements.append(measure(path, folder))
    if choice.portable:
        found.measurements.append(measure(path, folder / "portable", portable=True))
    if not choice.quick:
        hop = measure_hop(path, folder / "hop")
        found.hops += [hop] if hop else []
        found.elsewhere.append(Elsewhere(path.stem, on_host(path, folder / "host"), _zephyr(path, found)))
    try:
        if choice.bakenn:
            found.peers.append(bakenn(choice.bakenn, path, folder / "peer"))
        if checkouts:
            found.peers.append(tflm(*checkouts, path))
    except BenchError as refusal:
        found.notes.append(str(refusal))


def _zephyr(path: Path, found: Results) -> int | None:
    try:
        return on_zephyr(path)
    except WorkspaceError as missing:
        found.notes.append(f"no figures of Zephyr: {missing}")
        return None


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
