# SPDX-License-Identifier: Apache-2.0
"""C of one layer: its constants, and the call of its kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from wristpulse_tools.codegen.layers import (
    Conv,
    ConvAdd,
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
from wristpulse_tools.codegen.pack import pack_conv, pack_depthwise, tile_bytes

WIDTH = 96  # of a line of C


def numbers(values: Iterable[int], indent: str = "\t") -> str:
    """Values of an array, comma-separated, in lines of at most WIDTH characters (a tab counts as one)."""
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


class LayerText:
    """C text of one layer.

    data: definitions of its constants; calls: of its kernel, with a comment that names the operator.
    """

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
        if isinstance(layer, ConvAdd):
            assert layer.scratch_buffer is not None
            rows = f"memory + {layer.scratch_buffer.offset + tile_bytes(layer)}"
            sum_of = self._elementwise(layer.add)
            return self._call("conv_add", f"&conv_{n}", sum_of, *self.inputs, self.output, scratch, rows)
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

    def _elementwise(self, layer: Elementwise) -> str:
        """Address of the description."""
        kernel = layer.kind
        fields = dict(
            size=layer.output.size, period=layer.period,
            zero_a=layer.zeros[0], zero_b=layer.zeros[1], zero_out=layer.zeros[2],
            low=layer.clamp[0], high=layer.clamp[1],
            a=_scale(layer.scales[0]), b=_scale(layer.scales[1]), out=_scale(layer.result),
        )  # fmt: skip
        self.data.append(_struct("elementwise", f"{kernel}_{self.index}", fields))
        return f"&{kernel}_{self.index}"

    def elementwise(self) -> str:
        layer: Elementwise = self.layer
        return self._call(layer.kind, self._elementwise(layer), *self.inputs, self.output)

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
    return f"static const {kind} {name}[]{attribute} = {{\n{numbers(values)}\n}};\n"


def _double(name: str, pair: Iterable[int]) -> dict[str, int]:
    return {f"{name}_{axis}": int(v) for axis, v in zip("hw", pair, strict=True)}


def _triple(name: str, triple: Iterable[int]) -> dict[str, int]:
    return {f"{name}_{axis}": int(v) for axis, v in zip("hwc", triple, strict=True)}


_EMIT: dict[type, Callable[[LayerText], str]] = {
    Conv: LayerText.conv,
    ConvAdd: LayerText.conv,
    Depthwise: LayerText.conv,
    Pool: LayerText.pool,
    Elementwise: LayerText.elementwise,
    Mean: LayerText.mean,
    Lookup: LayerText.lookup,
    Softmax: LayerText.softmax,
    Copy: LayerText.copy,
}
