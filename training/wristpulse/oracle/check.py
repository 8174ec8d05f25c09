# SPDX-License-Identifier: Apache-2.0
"""Everything that must hold of a graph before it is executed or turned into C."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tflite

from wristpulse.oracle.geometry import ACTIVATIONS, slice_ranges, window_output
from wristpulse.oracle.graph import Graph, Operator, Tensor
from wristpulse.oracle.kernels.activations import hard_swish_exponent
from wristpulse.oracle.refusals import BATCH, FLOAT_WAY_OUT, way_out

MAX_ELEMENTS = 1 << 22  # far above any microcontroller's memory
INPUTS = {
    "CONV_2D": (2, 3), "DEPTHWISE_CONV_2D": (2, 3), "FULLY_CONNECTED": (2, 3), "ADD": (2, 2), "MUL": (2, 2),
    "SUB": (2, 2), "MAXIMUM": (2, 2), "MINIMUM": (2, 2), "MEAN": (2, 2), "PAD": (2, 2), "RESHAPE": (1, 2),
    "EXPAND_DIMS": (2, 2), "TRANSPOSE": (2, 2), "REDUCE_MAX": (2, 2), "RESIZE_NEAREST_NEIGHBOR": (2, 2),
    "STRIDED_SLICE": (4, 4), "CONCATENATION": (1, 64), "PACK": (1, 64),
}  # fmt: skip
CONSTANT_INPUTS = {
    "CONV_2D": (1, 2), "DEPTHWISE_CONV_2D": (1, 2), "FULLY_CONNECTED": (1, 2), "MEAN": (1,), "PAD": (1,),
    "TRANSPOSE": (1,), "STRIDED_SLICE": (1, 2, 3), "REDUCE_MAX": (1,),
}  # fmt: skip
PAIRS = ("ADD", "MUL", "SUB", "MAXIMUM", "MINIMUM")
SAME_SCALE = (
    "MAXIMUM", "MINIMUM", "REDUCE_MAX", "RESIZE_NEAREST_NEIGHBOR", "DILATE",
    "AVERAGE_POOL_2D", "MAX_POOL_2D", "CONCATENATION", "PACK", "PAD", "RESHAPE", "EXPAND_DIMS", "SQUEEZE",
    "TRANSPOSE", "STRIDED_SLICE",
)  # fmt: skip


def check(graph: Graph) -> None:
    """Check that every operator of a graph is one that is executed exactly.

    Parameters
    ----------
    graph : Graph

    Raises
    ------
    ModelError
        An operator, type, shape, scale or constant that is not supported; it names the place and the way out.
    """
    for what, ends in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if not ends or len(set(ends)) != len(ends):
            raise graph.error(f"graph {what}", "one or more, each a tensor of its own", list(ends))
        for index in ends:
            if not 0 <= index < len(graph.tensors):
                raise graph.error(f"graph {what}", "a tensor of the graph", index)
            _activation(graph, f"graph {what}", graph.tensors[index])
    for tensor in graph.tensors:
        if tensor.size > MAX_ELEMENTS:
            raise graph.error(tensor, f"at most {MAX_ELEMENTS} elements", tensor.shape)
    computed = {t.index for t in graph.tensors if t.data is not None} | set(graph.inputs)
    for op in graph.operators:
        _wiring(graph, op, computed)
        _Check(graph, op).run()
        computed.add(op.outputs[0])
    produced = {op.outputs[0] for op in graph.operators}
    for index in graph.outputs:
        if index not in produced:
            raise graph.error("graph outputs", "a tensor that an operator computes", graph.tensors[index])


def _wiring(graph: Graph, op: Operator, computed: set[int]) -> None:
    if op.kind not in _CHECKS:
        has_output = op.outputs and 0 <= op.outputs[0] < len(graph.tensors)
        place = f"{op} -> {graph.tensors[op.outputs[0]]}" if has_output else op
        floating = _float_consumer(graph, op)
        if floating is not None:
            raise graph.error(
                f"{place} -> {floating}", "int8 arithmetic throughout", way_out(floating.kind, True)
            )
        if op.kind in REWRITTEN:
            raise graph.error(
                place, "constant axes, sizes and filters, no activation of its own", f"{op.kind} with others"
            )
        known_kinds = sorted({*_CHECKS, *REWRITTEN} - {"DILATE"})
        raise graph.error(place, f"one of {', '.join(known_kinds)}", way_out(op.kind))
    low, high = INPUTS.get(op.kind, (1, 1))
    if not low <= len(op.inputs) <= high or len(op.outputs) != 1:
        raise graph.error(
            op, f"{low} to {high} inputs and 1 output", f"{len(op.inputs)} and {len(op.outputs)}"
        )
    for position, i in enumerate(op.inputs):
        if i == -1 and position >= 2:
            continue
        if i not in computed:
            raise graph.error(op, "inputs computed before it", f"tensor {i} as input {position}")
        if position in CONSTANT_INPUTS.get(op.kind, ()) and graph.tensors[i].data is None:
            raise graph.error(op, f"a constant as input {position}", graph.tensors[i])
    if not 0 <= op.outputs[0] < len(graph.tensors) or op.outputs[0] in computed:
        raise graph.error(op, "an output of its own", f"tensor {op.outputs[0]}")


def _float_consumer(graph: Graph, op: Operator) -> Operator | None:
    """The operator that a DEQUANTIZE inside the graph was put in for: it has no int8 kernel in TFLite."""
    if op.kind != "DEQUANTIZE":
        return None
    consumer = next((o for o in graph.operators if set(op.outputs) & set(o.inputs)), None)
    if consumer is None or consumer.kind == "QUANTIZE":
        return None
    floating = [o for o in graph.operators if any(graph.tensors[i].dtype == np.float32 for i in o.outputs)]
    return next((o for o in floating if o.kind in FLOAT_WAY_OUT), consumer)


def _activation(graph: Graph, place: object, tensor: Tensor) -> None:
    """An int8 tensor quantised as a whole."""
    if tensor.dtype != np.int8:
        raise graph.error(
            place,
            f"int8 for {tensor} (full-integer conversion with a representative data set, "
            "inference_input_type = inference_output_type = int8)",
            tensor.dtype,
        )
    if tensor.scale.size != 1 or not -128 <= tensor.zero <= 127:
        raise graph.error(place, f"one scale and a zero point in -128..127 for {tensor}", tensor.quantisation)


class _Check:
    """The checks of one operator."""

    def __init__(self, graph: Graph, op: Operator) -> None:
        self.graph, self.op = graph, op
        # A Tensor each, or None for an optional input that is left out.
        self.inputs: list[Any] = [graph.tensors[i] if i >= 0 else None for i in op.inputs]
        self.out = graph.tensors[op.outputs[0]]

    def run(self) -> None:
        op = self.op
        data = (
            [t for t in self.inputs if t is not None]
            if op.kind in (*PAIRS, "CONCATENATION", "PACK")
            else self.inputs[:1]
        )
        for tensor in (*data, self.out):
            _activation(self.graph, op, tensor)
        if op.kind in SAME_SCALE:
            for t in data:
                if t.scale[0] != self.out.scale[0] or t.zero != self.out.zero:
                    self.fail(f"the scale and zero point of {self.out} on {t}", f"{t.scale[0]}, {t.zero}")
        activation = op.options.get("FusedActivationFunction", 0)
        if activation not in ACTIVATIONS or (activation and op.kind == "CONCATENATION"):
            self.fail("no activation, RELU, RELU_N1_TO_1 or RELU6", f"activation {activation}")
        _CHECKS[op.kind](self)

    def fail(self, expected: str, found: object) -> None:
        raise self.graph.error(self.op, expected, found)

    def shape(self, expected: tuple[int, ...]) -> None:
        if self.out.shape != tuple(int(v) for v in expected):
            self.fail(f"shape {tuple(int(v) for v in expected)} for {self.out}", self.out.shape)

    def same_size(self) -> None:
        if self.inputs[0].size != self.out.size:
            self.fail(f"{self.inputs[0].size} elements in {self.out}", self.out.shape)

    def same_shape(self) -> None:
        self.shape(self.inputs[0].shape)

    def image(self) -> None:
        for tensor in (self.inputs[0], self.out):
            if len(tensor.shape) != 4 or tensor.shape[0] != 1:
                self.fail(f"(1, H, W, C) for {tensor} ({BATCH})", tensor.shape)

    def windowed(self, kernel: tuple[int, int], dilation: tuple[int, int], channels: int) -> None:
        stride = (self.op.options["StrideH"], self.op.options["StrideW"])
        same = self.op.options["Padding"] == tflite.Padding.SAME
        if any(not 1 <= v <= 4096 for v in (*kernel, *stride, *dilation)):
            self.fail("kernel, stride and dilation in 1..4096", f"{kernel}, {stride}, {dilation}")
        if self.op.options["Padding"] not in (tflite.Padding.SAME, tflite.Padding.VALID):
            self.fail("padding SAME or VALID", self.op.options["Padding"])
        sides = [
            window_output(self.inputs[0].shape[1 + i], kernel[i], stride[i], dilation[i], same)
            for i in (0, 1)
        ]
        if min(sides) < 1:
            self.fail("a window that fits the input", f"kernel {kernel} on {self.inputs[0].shape}")
        self.shape((1, *sides, channels))

    def pool(self) -> None:
        self.image()
        self.windowed(
            (self.op.options["FilterHeight"], self.op.options["FilterWidth"]), (1, 1), self.inputs[0].shape[3]
        )

    def weighted(self, channels: int, axis: int) -> None:
        """Weights int8, symmetric, one scale or one per output channel; bias int32, one per channel."""
        weights = self.inputs[1]
        if (
            weights.dtype != np.int8
            or weights.zero_point.size not in (1, channels)
            or np.any(weights.zero_point)
        ):
            self.fail(
                f"int8 weights with 1 or {channels} scales and zero points 0",
                f"{weights.dtype}, {weights.quantisation}",
            )
        if weights.scale.size > 1 and weights.axis != axis:
            self.fail(f"weights quantised along axis {axis}", weights.axis)
        bias = self.inputs[2] if len(self.inputs) > 2 else None
        if bias is not None and (bias.dtype != np.int32 or bias.shape != (channels,)):
            self.fail(f"an int32 bias of shape ({channels},)", f"{bias.dtype} {bias.shape}")

    def conv(self) -> None:
        self.image()
        weights, depth = self.inputs[1], self.inputs[0].shape[3]
        if (
            len(weights.shape) != 4
            or depth % weights.shape[3]
            or weights.shape[0] % (depth // weights.shape[3])
        ):
            self.fail(f"a filter (out, H, W, in) whose groups divide {depth} input channels", weights.shape)
        self.weighted(weights.shape[0], 0)
        dilation = (self.op.options["DilationHFactor"], self.op.options["DilationWFactor"])
        self.windowed(weights.shape[1:3], dilation, weights.shape[0])

    def depthwise(self) -> None:
        self.image()
        weights, depth = self.inputs[1], self.inputs[0].shape[3]
        if len(weights.shape) != 4 or weights.shape[0] != 1 or weights.shape[3] % depth:
            self.fail(f"a filter (1, H, W, {depth} x multiplier)", weights.shape)
        self.weighted(weights.shape[3], 3)
        dilation = (self.op.options["DilationHFactor"], self.op.options["DilationWFactor"])
        self.windowed(weights.shape[1:3], dilation, weights.shape[3])

    def connected(self) -> None:
        weights = self.inputs[1]
        if len(weights.shape) != 2 or self.inputs[0].size % weights.shape[1]:
            self.fail(f"a filter (out, in) with in dividing {self.inputs[0].size} elements", weights.shape)
        if self.op.options["WeightsFormat"] != 0:
            self.fail("weights in the default order", f"format {self.op.options['WeightsFormat']}")
        self.weighted(weights.shape[0], 0)
        rows = self.inputs[0].size // weights.shape[1]
        if self.out.size != rows * weights.shape[0] or self.out.shape[-1:] != weights.shape[:1]:
            self.fail(f"{rows} rows of {weights.shape[0]} in {self.out}", self.out.shape)

    def elementwise(self) -> None:
        shapes = [t.shape for t in self.inputs]
        try:
            self.shape(np.broadcast_shapes(*shapes))
        except ValueError as error:
            raise self.graph.error(self.op, "inputs that broadcast", shapes) from error

    def mean(self) -> None:
        axes = np.atleast_1d(self.inputs[1].data)
        rank = len(self.inputs[0].shape)
        if axes.dtype.kind != "i" or not axes.size or np.any((axes < -rank) | (axes >= rank)):
            self.fail(f"integer axes of {self.inputs[0].shape}", axes)
        kept = [d for i, d in enumerate(self.inputs[0].shape) if i not in {int(a) % rank for a in axes}]
        if [d for d in self.out.shape if d > 1] != [d for d in kept if d > 1]:
            self.fail(f"shape {tuple(kept)} for {self.out}", self.out.shape)

    def largest(self) -> None:
        self.mean()
        count = self.inputs[0].size // self.out.size
        if count > 65535:
            self.fail("a maximum over at most 65535 elements", count)

    def dilated(self) -> None:
        self.image()
        sizes = zip(self.inputs[0].shape[1:3], self.op.options["Steps"], strict=True)
        self.shape((1, *((n - 1) * step + 1 for n, step in sizes), self.inputs[0].shape[3]))

    def resized(self) -> None:
        self.image()
        source = self.inputs[0].shape
        if self.op.options["AlignCorners"] or source[3] != self.out.shape[3]:
            self.fail("as many channels and no aligned corners", self.out.shape)
        if source[1] != self.out.shape[1] and source[2] != self.out.shape[2]:
            self.fail("one axis that grows", f"{source} to {self.out.shape}")
        for axis in (1, 2):
            factor, rest = divmod(self.out.shape[axis], source[axis])
            # TFLite's index in single precision must be the whole one.
            place = np.arange(self.out.shape[axis], dtype=np.float32)
            place += np.float32(0.5) if self.op.options["HalfPixelCenters"] else np.float32(0)
            index = np.floor(place * (np.float32(source[axis]) / np.float32(self.out.shape[axis])))
            if rest or np.any(
                np.minimum(index, source[axis] - 1) != np.arange(self.out.shape[axis]) // factor
            ):
                self.fail(f"whole multiples of {source[1:3]} in {self.out}", self.out.shape[1:3])

    def unit_output(self) -> None:
        self.same_shape()
        if self.out.scale[0] != np.float32(1 / 256) or self.out.zero != -128:
            self.fail(
                f"scale 1/256 and zero point -128 for {self.out}", f"{self.out.scale[0]}, {self.out.zero}"
            )

    def tanh(self) -> None:
        self.same_shape()
        if self.out.scale[0] != np.float32(1 / 128) or self.out.zero != 0:
            self.fail(f"scale 1/128 and zero point 0 for {self.out}", f"{self.out.scale[0]}, {self.out.zero}")

    def leaky_relu(self) -> None:
        self.same_shape()
        if not 0 <= self.op.options["Alpha"] <= 1:
            self.fail("a slope of 0 to 1", self.op.options["Alpha"])

    def hard_swish(self) -> None:
        self.same_shape()
        exponent = hard_swish_exponent(self.inputs[0], self.out)
        if exponent > 0:
            self.fail(f"an output scale of more than 1/128 of the input's for {self.out}", self.out.scale[0])

    def softmax(self) -> None:
        self.unit_output()
        beta = self.op.options["Beta"]
        if not 2.0**-26 < beta * float(self.inputs[0].scale[0]) < 32:
            self.fail("beta * input scale between 2^-26 and 32", f"{beta} * {self.inputs[0].scale[0]}")

    def joined(self) -> None:
        rank = len(self.out.shape)
        axis = self._axis(rank)
        shapes = [t.shape for t in self.inputs]
        if any(
            len(s) != rank or s[:axis] + s[axis + 1 :] != self.out.shape[:axis] + self.out.shape[axis + 1 :]
            for s in shapes
        ):
            self.fail(f"shapes that differ along axis {axis} only", shapes)
        self.shape((*self.out.shape[:axis], sum(s[axis] for s in shapes), *self.out.shape[axis + 1 :]))

    def stacked(self) -> None:
        axis = self._axis(len(self.out.shape))
        for t in self.inputs:
            self.shape((*t.shape[:axis], len(self.inputs), *t.shape[axis:]))

    def _axis(self, rank: int) -> int:
        axis = self.op.options["Axis"]
        if not -rank <= axis < rank:
            self.fail(f"an axis of rank {rank}", axis)
        return axis % rank

    def pad(self) -> None:
        widths, shape = self.inputs[1].data, self.inputs[0].shape
        if widths.dtype.kind != "i" or widths.shape != (len(shape), 2) or np.any(widths < 0):
            self.fail(f"non-negative paddings of shape ({len(shape)}, 2)", widths.tolist())
        self.shape(tuple(d + int(w.sum()) for d, w in zip(shape, widths, strict=True)))

    def transposed(self) -> None:
        order, shape = self.inputs[1].data, self.inputs[0].shape
        if order.dtype.kind != "i" or sorted(order.ravel().tolist()) != list(range(len(shape))):
            self.fail(f"a permutation of {len(shape)} axes", order.tolist())
        self.shape(tuple(shape[i] for i in order))

    def sliced(self) -> None:
        rank = len(self.inputs[0].shape)
        if any(t.shape != (rank,) or t.dtype.kind != "i" for t in self.inputs[1:]):
            self.fail(f"begin, end and stride of {rank} integers", [t.shape for t in self.inputs[1:]])
        if (
            np.any(self.inputs[3].data == 0)
            or self.op.options["EllipsisMask"]
            or self.op.options["NewAxisMask"]
        ):
            self.fail("strides but 0, no ellipsis and no new axis", self.op.options)
        ranges = slice_ranges(self.graph, self.op)
        if self.out.size != int(np.prod([len(r) for r in ranges])) or not self.out.size:
            self.fail(f"{[len(r) for r in ranges]} elements in {self.out}", self.out.shape)


# Operators that rewrite.py takes apart; the checks are of the parts.
REWRITTEN = ("SPLIT", "SPLIT_V", "UNPACK", "REVERSE_V2", "TRANSPOSE_CONV")

_CHECKS: dict[str, Callable[[_Check], None]] = {
    "CONV_2D": _Check.conv,
    "DEPTHWISE_CONV_2D": _Check.depthwise,
    "FULLY_CONNECTED": _Check.connected,
    "AVERAGE_POOL_2D": _Check.pool,
    "MAX_POOL_2D": _Check.pool,
    "ADD": _Check.elementwise,
    "MUL": _Check.elementwise,
    "SUB": _Check.elementwise,
    "MAXIMUM": _Check.elementwise,
    "MINIMUM": _Check.elementwise,
    "TANH": _Check.tanh,
    "LEAKY_RELU": _Check.leaky_relu,
    "HARD_SWISH": _Check.hard_swish,
    "MEAN": _Check.mean,
    "LOGISTIC": _Check.unit_output,
    "SOFTMAX": _Check.softmax,
    "RELU": _Check.same_shape,
    "RELU6": _Check.same_shape,
    "QUANTIZE": _Check.same_shape,
    "CONCATENATION": _Check.joined,
    "PACK": _Check.stacked,
    "PAD": _Check.pad,
    "RESHAPE": _Check.same_size,
    "EXPAND_DIMS": _Check.same_size,
    "SQUEEZE": _Check.same_size,
    "TRANSPOSE": _Check.transposed,
    "STRIDED_SLICE": _Check.sliced,
    "DILATE": _Check.dilated,
    "REDUCE_MAX": _Check.largest,
    "RESIZE_NEAREST_NEIGHBOR": _Check.resized,
}
