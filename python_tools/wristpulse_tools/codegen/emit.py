# SPDX-License-Identifier: Apache-2.0
"""Write a planned model as readable C99: <name>.h, <name>.c, <name>_golden.h and <name>_golden.c."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

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


def header(model: Model, further: Iterable[tuple[str, object]] = (), interface: str = "") -> str:
    """The interface: sizes, quantisation, hash, `further` constants; the one function, or `interface`."""
    graph, macro, ends = model.graph, model.macro, [a for arguments in model.ends for a in arguments]
    constants = [
        ("HASH", f'"{graph.digest}"'),
        ("ABI", ABI),
        *((f"{a.macro}_SIZE", a.tensor.size) for a in ends),
        ("ARENA_SIZE", max(4, model.plan.size)),
        ("ARENA_ALIGNMENT", 4),
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
        *further,
    ]
    defines = "\n".join(f"#define {macro}_{key} {value}" for key, value in constants)
    return f"""{_banner(model)}
#ifndef {macro}_H_
#define {macro}_H_

#include <stdint.h>

/* Real value = SCALE * (q - ZERO_POINT); sizes in bytes; HASH: SHA-256 of the .tflite file;
 * ABI: PULSE_NN_ABI of the kernels that it was packed for. */
{defines}

#ifdef __cplusplus
extern "C" {{
#endif

{interface or _run_interface(model)}
#ifdef __cplusplus
}}
#endif

#endif /* {macro}_H_ */
"""


def _run_interface(model: Model) -> str:
    macro, (inputs, outputs) = model.macro, model.ends
    apart = "overlaps no input, other output or arena"
    shapes = "; ".join(f"{a.name} {shape_text(a.tensor.shape)}" for a in (*inputs, *outputs))
    shapes = f"Shapes, row-major: {shapes}."
    if len(inputs) == len(outputs) == 1:
        apart = "overlaps neither input nor arena"
        source_shape, result_shape = (shape_text(a.tensor.shape) for a in (*inputs, *outputs))
        shapes = f"Input of shape {source_shape}, output of shape {result_shape}, row-major."
    described = "".join(
        f" * @param {a.name} {macro}_{a.macro}_SIZE values{'' if a in inputs else f'; {apart}'}\n"
        for a in (*inputs, *outputs)
    )
    return f"""/**
 * Run the model. {shapes}
 * Keeps nothing between calls: any thread may call it with an arena of its own.
 *
{described} * @param arena {macro}_ARENA_SIZE bytes, aligned to {macro}_ARENA_ALIGNMENT; overwritten
 */
{_run_signature(model)};
"""


def _run_signature(model: Model) -> str:
    inputs, outputs = model.ends
    parameters = [
        *(f"const int8_t *{a.name}" for a in inputs), *(f"int8_t *{a.name}" for a in outputs), "void *arena"
    ]  # fmt: skip
    line = f"void {model.name}_run({', '.join(parameters)})"
    if len(line) <= WIDTH:
        return line
    return f"void {model.name}_run(\n\t" + ",\n\t".join(parameters) + ")"


def source(model: Model, before: str = "", signature: str = "") -> str:
    """Weights, layer descriptions and the function that calls the kernels in turn.

    `before`: C ahead of that function; `signature`: its own, if it is not NAME_run's.
    """
    signature = signature or _run_signature(model)
    parts = [LayerText(index, layer) for index, layer in enumerate(model.layers)]
    data = "\n".join(text for part in parts for text in part.data)
    calls = "\n".join(_indented(part.calls) for part in parts)
    arena = "\tint8_t *const memory = arena;\n" if "memory" in calls else "\t(void)arena;\n"
    null = "#include <stddef.h>\n\n" if "NULL" in calls else ""
    names = [a.name for a in model.ends[0]]
    unused = "".join(f"\t(void){name};\n" for name in names if not re.search(rf"\b{name}\b", calls))
    return f"""{_banner(model)}
#include "{model.name}.h"

{null}#include "pulse/nn.h"

#if {model.macro}_ABI != PULSE_NN_ABI
#error "these kernels are of another layout; generate the model anew: python -m wristpulse_tools.codegen"
#endif

{data}
{before}{signature}
{{
{arena}{unused}
{calls}}}
"""


def golden_header(model: Model, count: int) -> str:
    """Interface of the golden vectors."""
    macro, name = model.macro, model.name
    externs = "".join(
        f"extern const int8_t {name}_golden_{a.name}[{macro}_GOLDEN_COUNT][{macro}_{a.macro}_SIZE];\n"
        for arguments in model.ends
        for a in arguments
    )
    return f"""{_banner(model)}
#ifndef {macro}_GOLDEN_H_
#define {macro}_GOLDEN_H_

#include "{name}.h"

/* Inputs and the outputs that the integer oracle computes from them. */
#define {macro}_GOLDEN_COUNT {count}

#ifdef __cplusplus
extern "C" {{
#endif

{externs}
#ifdef __cplusplus
}}
#endif

#endif /* {macro}_GOLDEN_H_ */
"""


def golden_source(model: Model, inputs: np.ndarray, outputs: np.ndarray) -> str:
    """The golden vectors: int8 (count, elements), several inputs or outputs one after the other."""
    macro, name = model.macro, model.name

    def table(kind: str, rows: np.ndarray) -> str:
        body = ",\n".join("\t{\n" + numbers(row, "\t\t") + "\n\t}" for row in rows)
        sizes = f"[{macro}_GOLDEN_COUNT][{macro}_{kind.upper()}_SIZE]"
        return f"const int8_t {name}_golden_{kind}{sizes} = {{\n{body}\n}};\n"

    tables = []
    for ends, rows in zip(model.ends, (inputs, outputs), strict=True):
        cuts = np.cumsum([a.tensor.size for a in ends])[:-1]
        tables += [table(a.name, part) for a, part in zip(ends, np.split(rows, cuts, axis=1), strict=True)]
    return f'{_banner(model)}\n#include "{name}_golden.h"\n\n' + "\n".join(tables)


def _banner(model: Model) -> str:
    return (
        "/* SPDX-License-Identifier: Apache-2.0 */\n"
        "/*\n * Generated by wristpulse_tools.codegen; do not edit.\n"
        f" * From a model of SHA-256 {model.graph.digest}\n */"
    )


def _float(value: np.floating) -> str:
    text = f"{float(value):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def shape_text(shape: Iterable[int]) -> str:
    """Sizes of the axes, for a reader."""
    return "(" + ", ".join(str(d) for d in shape) + ")"


def _indented(text: str) -> str:
    return "".join(f"\t{line}\n" for line in text.splitlines())
