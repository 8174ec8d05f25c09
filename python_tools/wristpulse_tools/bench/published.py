# SPDX-License-Identifier: Apache-2.0
"""Published int8 models in a folder: what each costs, or is refused for; how far off TFLite it is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from wristpulse.oracle import IntegerModel, ModelError
from wristpulse.support import markdown
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text
from wristpulse_tools.bench.measure import BenchError, measure
from wristpulse_tools.bench.tflm import DOWNLOADED, require_checkouts, tflm
from wristpulse_tools.codegen.generate import golden_inputs

SAID = 120  # characters of TFLite's own words, which may be a line for each tensor
SAMPLES = 16  # seeded inputs that the oracle and TFLite's interpreter both compute
HEAD = ("model", "MAC", "instructions", "per MAC", "arena", "outputs off TFLite's reference",
        "most steps off", "TFLite Micro + CMSIS-NN", "its per MAC")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PublishedModel:
    """One file. The C that runs on QEMU equals the oracle bit for bit, or measuring it raises.

    Attributes
    ----------
    refused
        The message of a model that is not taken; empty for others, which have figures.
    off
        Share of outputs that are not those of TFLite's reference kernels; None where TFLite refuses the file.
    steps
        The largest difference of an output.
    tflm
        TFLite Micro's instructions, None where it was not measured.
    note
        Why `off` or `tflm` is None.
    """

    name: str
    refused: str = ""
    macs: int = 0
    instructions: int = 0
    arena: int = 0
    off: float | None = None
    steps: int | None = None
    tflm: int | None = None
    note: str = ""


def published(
    folder: Path,
    tflm_checkout: Path | None = None,
    cmsis_nn: Path | None = None,
    out: Path | None = None,
    say: Callable[[str], None] = print,
) -> list[PublishedModel]:
    """Measure every .tflite file below `folder`; print a table and refusals; write `out` (JSON).

    UserError for a folder without such files. BenchError where the C's outputs are not the oracle's.
    """
    paths = sorted(folder.rglob("*.tflite"))
    if not paths:
        raise UserError(folder, "files", "*.tflite", "none")
    checkouts = None
    if tflm_checkout:
        checkouts = tflm_checkout, cmsis_nn or tflm_checkout / DOWNLOADED
        require_checkouts(*checkouts)
    found: list[PublishedModel] = []
    with tempfile.TemporaryDirectory() as made:
        for path in paths:
            found.append(_one(path, Path(made) / path.stem, checkouts))
            say(f"{path.relative_to(folder)}: {found[-1].instructions or 'refused'}")
    say(markdown.table(HEAD, _rows(found)))
    for one in found:
        if one.refused or one.note:
            say(f"{one.name}: {one.refused or one.note}")
    if out:
        write_text(out, json.dumps([asdict(one) for one in found], indent=1))
    return found


def _one(path: Path, folder: Path, checkouts: tuple[Path, Path] | None) -> PublishedModel:
    try:
        model = IntegerModel.load(path)
        cost = measure(path, folder)
    except ModelError as refusal:
        return PublishedModel(name=path.stem, refused=str(refusal).removeprefix(f"{path}: "))
    off, steps, peer, notes = None, None, None, []
    inputs = golden_inputs(model, SAMPLES)
    try:
        difference = np.abs(model.predict(inputs).astype(int) - reference(path, inputs))
        off, steps = float((difference > 0).mean()), int(difference.max())
    except (ValueError, RuntimeError) as refusal:  # how TFLite's interpreter says so
        notes.append(f"TFLite refuses it: {str(refusal)[:SAID]}")
    if checkouts:
        try:
            peer = tflm(*checkouts, path).instructions
        except BenchError as error:
            notes.append(f"TFLite Micro not measured: {str(error).splitlines()[0]}")
    return PublishedModel(
        name=path.stem,
        macs=cost.macs,
        instructions=cost.instructions,
        arena=cost.arena,
        off=off,
        steps=steps,
        tflm=peer,
        note="; ".join(notes),
    )


def reference(path: Path, inputs: np.ndarray) -> np.ndarray:
    """What TFLite's builtin reference kernels compute of int8 inputs (n, elements)."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(
        str(path), experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    (source,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for row in inputs:
        interpreter.set_tensor(source["index"], row.reshape(source["shape"]))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(result["index"]).ravel())
    return np.array(rows).astype(int)


def _rows(found: list[PublishedModel]) -> Iterator[tuple[object, ...]]:
    for one in found:
        if one.refused:
            continue
        yield (
            one.name,
            one.macs,
            one.instructions,
            f"{one.instructions / one.macs:.2f}" if one.macs else None,
            one.arena,
            None if one.off is None else f"{one.off:.2%}",
            one.steps,
            one.tflm,
            f"{one.tflm / one.macs:.2f}" if one.tflm and one.macs else None,
        )
