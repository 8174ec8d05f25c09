# SPDX-License-Identifier: Apache-2.0
"""Write a planned model as readable C99: <name>.h, <name>.c, <name>_golden.h and <name>_golden.c.

The files' frames stand in `frames/`, as Jinja templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np

from wristpulse.oracle.graph import Graph
from wristpulse_tools.codegen.arguments import Argument, arguments
from wristpulse_tools.codegen.layer_text import WIDTH, LayerText, numbers
from wristpulse_tools.codegen.layers import Layer
from wristpulse_tools.codegen.pack import ABI
from wristpulse_tools.codegen.plan import Plan


@dataclass(frozen=True)
class Model:
    """Everything the C files are made from."""

    name: str
    graph: Graph
    layers: list[Layer]
    plan: Plan

    @property
    def macro(self) -> str:
        """Prefix of the constants."""
        return self.name.upper()

    @property
    def ends(self) -> tuple[list[Argument], list[Argument]]:
        """Inputs and outputs."""
        return arguments(self.graph)


FRAMES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent / "frames"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def render(frame: str, model: Model, **values: object) -> str:
    """A file of `frames/` with what every frame needs, and `values`."""
    named = {"digest": model.graph.digest, "macro": model.macro, "name": model.name}
    return FRAMES.get_template(f"{frame}.j2").render({**named, **values})


def header(model: Model) -> str:
    """The interface: sizes, quantisation, hash, and the one function."""
    inputs, outputs = model.ends
    apart = "overlaps no input, other output or arena"
    shapes = "; ".join(f"{a.name} {shape_text(a.tensor.shape)}" for a in (*inputs, *outputs))
    shapes = f"Shapes, row-major: {shapes}."
    if len(inputs) == len(outputs) == 1:
        apart = "overlaps neither input nor arena"
        source_shape, result_shape = (shape_text(a.tensor.shape) for a in (*inputs, *outputs))
        shapes = f"Input of shape {source_shape}, output of shape {result_shape}, row-major."
    return render(
        "model.h",
        model,
        constants=constants(model),
        offsets=[name for name, _ in _input_offsets(model)],
        inputs=inputs,
        outputs=outputs,
        apart=apart,
        shapes=shapes,
        signature=_run_signature(model),
    )


def constants(model: Model) -> list[tuple[str, object]]:
    """Names, without the model's prefix, and values of the header's macros."""
    graph, ends = model.graph, [a for arguments in model.ends for a in arguments]
    return [
        ("HASH", f'"{graph.digest}"'),
        ("ABI", ABI),
        *((f"{a.macro}_SIZE", a.tensor.size) for a in ends),
        ("ARENA_SIZE", max(4, model.plan.size)),
        ("ARENA_ALIGNMENT", 4),
        *_input_offsets(model),
        ("MACS", sum(layer.macs for layer in model.layers)),
        ("LAYERS", len(model.layers)),
        *(
            constant
            for a in ends
            for constant in (
                (f"{a.macro}_SCALE", _float(a.tensor.scale[0])),
                (f"{a.macro}_ZERO_POINT", f"({a.tensor.zero})"),
            )
        ),
    ]


def _input_offsets(model: Model) -> list[tuple[str, object]]:
    """Where in the arena the caller may place each input."""
    shared = {v.buffer for layer in model.layers for v in layer.inputs if v.buffer.shared}
    offsets = {buffer.member: buffer.offset for buffer in shared}
    return [(f"{a.macro}_OFFSET", offsets[a.name]) for a in model.ends[0] if a.name in offsets]


def _run_signature(model: Model) -> str:
    inputs, outputs = model.ends
    parameters = [
        *(f"const int8_t *{a.name}" for a in inputs), *(f"int8_t *{a.name}" for a in outputs), "void *arena"
    ]  # fmt: skip
    line = f"void {model.name}_run({', '.join(parameters)})"
    if len(line) <= WIDTH:
        return line
    return f"void {model.name}_run(\n\t" + ",\n\t".join(parameters) + ")"


def source(model: Model) -> str:
    """Weights, layer descriptions and the function that calls the kernels in turn."""
    return render("model.c", model, signature=_run_signature(model), **body(model))


def body(model: Model) -> dict[str, object]:
    """What the frame of a source takes from the layers."""
    parts = [LayerText(index, layer) for index, layer in enumerate(model.layers)]
    calls = "\n".join(_indented(part.calls) for part in parts)
    names = [a.name for a in model.ends[0]]
    return {
        "data": "\n".join(text for part in parts for text in part.data),
        "calls": calls,
        "unused": [name for name in names if not re.search(rf"\b{name}\b", calls)],
    }


def golden_header(model: Model, count: int) -> str:
    """Interface of the golden vectors."""
    return render("golden.h", model, count=count, ends=[a for arguments in model.ends for a in arguments])


def golden_source(model: Model, inputs: np.ndarray, outputs: np.ndarray) -> str:
    """The golden vectors: int8 (count, elements), several inputs or outputs one after the other."""
    tables = []
    for ends, rows in zip(model.ends, (inputs, outputs), strict=True):
        cuts = np.cumsum([a.tensor.size for a in ends])[:-1]
        for a, part in zip(ends, np.split(rows, cuts, axis=1), strict=True):
            tables.append((a, [numbers(row, "\t\t") for row in part]))
    return render("golden.c", model, tables=tables)


def _float(value: np.floating) -> str:
    text = f"{float(value):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def shape_text(shape: Iterable[int]) -> str:
    """Sizes of the axes, for a reader."""
    return "(" + ", ".join(str(d) for d in shape) + ")"


def _indented(text: str) -> str:
    return "".join(f"\t{line}\n" for line in text.splitlines())
