# SPDX-License-Identifier: Apache-2.0
"""Write a planned model as readable C99: <name>.h, <name>.c, <name>_golden.h and <name>_golden.c."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wristpulse.oracle.graph import Graph
from wristpulse_tools.codegen.arguments import Argument, arguments
from wristpulse_tools.codegen.layers import (
    Conv,
    Copy,
    Depthwise,
    Elementwise,
    Layer,
    Lookup,
    Mean,
    Place,
    Pool,
    Scale,
    Softmax,
    View,
)
from wristpulse_tools.codegen.pack import ABI, pack_conv, pack_depthwise
from wristpulse_tools.codegen.plan import Plan

WIDTH = 96


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
    parts = [_Part(index, layer) for index, layer in enumerate(model.layers)]
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
        body = ",\n".join("\t{\n" + _numbers(row, "\t\t") + "\n\t}" for row in rows)
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


def _numbers(values: Iterable[int], indent: str = "\t") -> str:
    lines, line = [], indent
    for value in values:
        word = f"{int(value)}, "
        if len(line) + len(word) > WIDTH:
            lines.append(line.rstrip())
            line = indent
        line += word
    return "\n".join([*lines, line.rstrip().rstrip(",")])


def _struct(kind: str, name: str, fields: Mapping[str, object]) -> str:
    body = "".join(f"\t.{key} = {value},\n" for key, value in fields.items())
    return f"static const struct pulse_nn_{kind} {name} = {{\n{body}}};\n"


def _scale(scale: Scale) -> str:
    return f"{{{scale.multiplier}, {scale.shift}}}"


def _address(view: View, constant: str) -> str:
    base = {
        Place.INPUT: view.buffer.member,
        Place.OUTPUT: view.buffer.member,
        Place.ARENA: "memory",
        Place.CONSTANT: constant,
        Place.STATE: f"state->{view.buffer.member}",
    }[view.buffer.place]
    offset = view.offset + (view.buffer.offset if view.buffer.place is Place.ARENA else 0)
    return f"{base} + {offset}" if offset else base


class _Part:
    """C text of one layer: its constants and its call."""

    def __init__(self, index: int, layer: Layer) -> None:
        self.index = index
        self.layer: Any = layer  # each method states the kind that `_EMIT` gives it
        self.data: list[str] = []
        self.inputs = [self._operand(i, view) for i, view in enumerate(layer.inputs)]
        self.output = _address(layer.output, "")
        body = _EMIT[type(layer)](self)
        self.calls = f"/* {index}: {layer.source} */\n{body}\nPULSE_NN_AFTER_LAYER({index});"

    def _operand(self, position: int, view: View) -> str:
        name = f"constant_{self.index}_{position}"
        if view.buffer.place is Place.CONSTANT:
            self.data.append(_array("int8_t", name, view.buffer.constant.ravel()))
        return _address(view, name)

    def _call(self, kernel: str, *arguments: object) -> str:
        line = f"pulse_nn_{kernel}({', '.join(str(a) for a in arguments)});"
        if len(line) <= WIDTH - 8:
            return line
        return f"pulse_nn_{kernel}(\n\t{', '.join(str(a) for a in arguments)});"

    def conv(self) -> str:
        layer: Conv = self.layer
        depthwise = isinstance(layer, Depthwise)
        packed = pack_depthwise(layer) if isinstance(layer, Depthwise) else pack_conv(layer)
        taps = layer.weights.shape[:2] if depthwise else layer.weights.shape[1:3]
        n = self.index
        self.data.append(_array("int8_t", f"weights_{n}", packed.weights, aligned=True))
        rows = "".join(f"\t{{{b}, {m}, {r}}},\n" for b, m, r in packed.channels)
        self.data.append(f"static const struct pulse_nn_channel channels_{n}[] = {{\n{rows}}};\n")
        fields = dict(
            weights=f"weights_{n}", channels=f"channels_{n}",
            **_triple("in", layer.in_shape), **_triple("out", layer.out_shape),
            **_double("kernel", taps), **_double("stride", layer.stride),
            **_double("dilation", layer.dilation), **_double("pad", layer.pad),
            groups=1 if depthwise else layer.in_shape[2] // layer.weights.shape[3], strip=layer.strip,
            in_zero=layer.in_zero, out_zero=layer.out_zero,
            low=layer.clamp[0], high=layer.clamp[1],
            wide=str(packed.wide).lower(), planes=str(layer.planes).lower(),
        )  # fmt: skip
        self.data.append(_struct("conv", f"conv_{n}", fields))
        scratch = "NULL"
        if layer.scratch_buffer:
            scratch = f"(int16_t *)(void *)(memory + {layer.scratch_buffer.offset})"
        kernel = "depthwise" if depthwise else "conv"
        return self._call(kernel, f"&conv_{n}", *self.inputs, self.output, scratch)

    def pool(self) -> str:
        layer: Pool = self.layer
        in_h, in_w, channels = layer.in_shape
        fields = dict(
            in_h=in_h, in_w=in_w, channels=channels, **_double("out", layer.out_shape[:2]),
            **_double("kernel", layer.kernel), **_double("stride", layer.stride), **_double("pad", layer.pad),
            low=layer.clamp[0], high=layer.clamp[1],
        )  # fmt: skip
        self.data.append(_struct("pool", f"pool_{self.index}", fields))
        kernel = "average_pool" if layer.average else "max_pool"
        return self._call(kernel, f"&pool_{self.index}", *self.inputs, self.output)

    def elementwise(self) -> str:
        layer: Elementwise = self.layer
        kernel = layer.kind
        fields = dict(
            size=layer.output.size, period=layer.period,
            zero_a=layer.zeros[0], zero_b=layer.zeros[1], zero_out=layer.zeros[2],
            low=layer.clamp[0], high=layer.clamp[1],
            a=_scale(layer.scales[0]), b=_scale(layer.scales[1]), out=_scale(layer.result),
        )  # fmt: skip
        self.data.append(_struct("elementwise", f"{kernel}_{self.index}", fields))
        return self._call(kernel, f"&{kernel}_{self.index}", *self.inputs, self.output)

    def mean(self) -> str:
        layer: Mean = self.layer
        fields = dict(
            count=layer.count, channels=layer.channels, scale=_scale(layer.scale),
            in_zero=layer.in_zero, out_zero=layer.out_zero,
        )  # fmt: skip
        self.data.append(_struct("mean", f"mean_{self.index}", fields))
        return self._call("mean", f"&mean_{self.index}", *self.inputs, self.output)

    def lookup(self) -> str:
        layer: Lookup = self.layer
        self.data.append(_array("int8_t", f"table_{self.index}", layer.table))
        return self._call("lookup", f"table_{self.index}", *self.inputs, self.output, layer.output.size)

    def softmax(self) -> str:
        layer: Softmax = self.layer
        fields = dict(rows=layer.rows, depth=layer.depth, scale=_scale(layer.scale), smallest=layer.smallest)
        self.data.append(_struct("softmax", f"softmax_{self.index}", fields))
        return self._call("softmax", f"&softmax_{self.index}", *self.inputs, self.output)

    def copy(self) -> str:
        layer: Copy = self.layer
        source, target = layer.inputs[0], layer.output
        calls = []
        if layer.fill:
            offset, length, value = layer.fill
            whole = _address(View.whole(target.buffer, (length,), offset), "")
            calls.append(self._call("fill", whole, value, length))
        axes = merged_axes(source.shape, source.strides, target.strides)
        if len(axes) > 4:
            raise ValueError(f"{layer.source}: expected a copy of at most 4 axes, found {len(axes)}")
        axes = [(1, 0, 0)] * (4 - len(axes)) + axes
        columns = ("{" + ", ".join(str(v) for v in column) + "}" for column in zip(*axes, strict=True))
        fields = dict(zip(("size", "from", "to"), columns, strict=True))
        self.data.append(_struct("copy", f"copy_{self.index}", fields))
        calls.append(self._call("copy", f"&copy_{self.index}", *self.inputs, self.output))
        return "\n".join(calls)


def merged_axes(shape: tuple[int, ...], *strides: tuple[int, ...]) -> list[tuple[int, ...]]:
    """(size, stride, ...) of each axis of a copy, neighbours joined where one step covers both."""
    axes: list[tuple[int, ...]] = []
    for size, *steps in zip(shape, *strides, strict=True):
        if size == 1:
            continue
        if axes and all(outer == size * step for outer, step in zip(axes[-1][1:], steps, strict=True)):
            axes[-1] = (axes[-1][0] * size, *steps)
        else:
            axes.append((size, *steps))
    return axes


def _array(kind: str, name: str, values: np.ndarray, aligned: bool = False) -> str:
    attribute = " __attribute__((aligned(4)))" if aligned else ""
    return f"static const {kind} {name}[]{attribute} = {{\n{_numbers(values)}\n}};\n"


def _double(name: str, pair: Iterable[int]) -> dict[str, int]:
    return {f"{name}_{axis}": int(v) for axis, v in zip("hw", pair, strict=True)}


def _triple(name: str, triple: Iterable[int]) -> dict[str, int]:
    return {f"{name}_{axis}": int(v) for axis, v in zip("hwc", triple, strict=True)}


_EMIT: dict[type, Callable[[_Part], str]] = {
    Conv: _Part.conv,
    Depthwise: _Part.conv,
    Pool: _Part.pool,
    Elementwise: _Part.elementwise,
    Mean: _Part.mean,
    Lookup: _Part.lookup,
    Softmax: _Part.softmax,
    Copy: _Part.copy,
}
