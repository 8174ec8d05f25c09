# SPDX-License-Identifier: Apache-2.0
"""Say some operators by others that are executed, exactly: no kernel of their own is needed.

SPLIT, SPLIT_V, UNPACK and REVERSE_V2 are slices. A TRANSPOSE_CONV is a convolution by the turned filters over
its input with zero points between the elements (internal operator DILATE) and around them. What does not fit
stays as it is; the check then refuses it by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import tflite

from wristpulse.oracle.graph import Graph, Operator, Tensor

NO_MASKS = dict.fromkeys(("BeginMask", "EndMask", "EllipsisMask", "NewAxisMask", "ShrinkAxisMask"), 0)
NO_SCALE = np.zeros(0, np.float32)


def rewrite(graph: Graph) -> Graph:
    """Replace operators without a kernel by those in `kernels`.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    Graph
        What does not fit is as it was.
    """
    writer = _Writer(graph)
    for op in graph.operators:
        if not _REWRITE.get(op.kind, lambda *_: False)(writer, op):
            writer.operators.append(op)
    return replace(graph, tensors=tuple(writer.tensors), operators=tuple(writer.operators))


class _Writer:
    """Tensors and operators so far."""

    def __init__(self, graph: Graph) -> None:
        self.tensors = list(graph.tensors)
        self.operators: list[Operator] = []

    def constant(self, values: npt.ArrayLike) -> int:
        data = np.asarray(values, np.int32)
        return self.tensor(
            Tensor(0, "", data.shape, data.dtype, NO_SCALE, NO_SCALE.astype(np.int64), 0, data)
        )

    def tensor(self, tensor: Tensor) -> int:
        self.tensors.append(replace(tensor, index=len(self.tensors)))
        return len(self.tensors) - 1

    def sized(self, like: Tensor, shape: Sequence[int]) -> int:
        return self.tensor(replace(like, name=f"{like.name} in between", shape=tuple(shape)))

    def write(self, op: Operator, kind: str, inputs: Sequence[int], output: int, options: dict) -> None:
        self.operators.append(Operator(op.index, kind, tuple(inputs), (output,), options, op.kind))

    def slice(
        self, op: Operator, source: int, ranges: Sequence[tuple[int, int, int]], output: int, **masks: int
    ) -> None:
        """(begin, end, step) of each axis."""
        columns = [self.constant(column) for column in zip(*ranges, strict=True)]
        self.write(op, "STRIDED_SLICE", [source, *columns], output, NO_MASKS | masks)


def _split(writer: _Writer, op: Operator) -> bool:
    """SPLIT (axis, source) and SPLIT_V (source, sizes, axis)."""
    places = {"SPLIT": (1, 0), "SPLIT_V": (0, 2)}[op.kind]
    if len(op.inputs) <= max(places):
        return False
    source, along = writer.tensors[op.inputs[places[0]]], writer.tensors[op.inputs[places[1]]].data
    rank = len(source.shape)
    if along is None or along.size != 1 or not -rank <= int(along.ravel()[0]) < rank:
        return False
    at, axis = 0, int(along.ravel()[0]) % rank
    whole = [(0, size, 1) for size in source.shape]
    for output in op.outputs:
        size = writer.tensors[output].shape[axis] if len(writer.tensors[output].shape) == rank else 0
        ranges = [*whole[:axis], (at, at + size, 1), *whole[axis + 1 :]]
        writer.slice(op, source.index, ranges, output)
        at += size
    return True


def _unpack(writer: _Writer, op: Operator) -> bool:
    source = writer.tensors[op.inputs[0]]
    rank, axis = len(source.shape), op.options["Axis"]
    if not -rank <= axis < rank or len(op.outputs) != source.shape[axis]:
        return False
    axis %= rank
    for at, output in enumerate(op.outputs):
        ranges = [(0, size, 1) for size in source.shape]
        ranges[axis] = (at, at + 1, 1)
        writer.slice(op, source.index, ranges, output, ShrinkAxisMask=1 << axis)
    return True


def _reverse(writer: _Writer, op: Operator) -> bool:
    source, axes = writer.tensors[op.inputs[0]], writer.tensors[op.inputs[1]].data
    rank = len(source.shape)
    if axes is None or any(not -rank <= int(a) < rank for a in axes.ravel()):
        return False
    turned = {int(a) % rank for a in axes.ravel()}
    ranges = [(0, 0, -1) if axis in turned else (0, size, 1) for axis, size in enumerate(source.shape)]
    mask = sum(1 << axis for axis in turned)
    writer.slice(op, source.index, ranges, op.outputs[0], BeginMask=mask, EndMask=mask)
    return True


def _transposed_convolution(writer: _Writer, op: Operator) -> bool:
    """(output shape, filters (out, KH, KW, in), source, bias)."""
    if len(op.inputs) < 3:
        return False
    filters, source, out = (writer.tensors[i] for i in (op.inputs[1], op.inputs[2], op.outputs[0]))
    if filters.data is None or any(len(t.shape) != 4 for t in (filters, source, out)):
        return False
    stride = (op.options["StrideH"], op.options["StrideW"])
    if min(stride) < 1 or op.options["FusedActivationFunction"]:
        return False
    widths = [[0, 0], [0, 0], [0, 0], [0, 0]]
    for axis, step in zip((1, 2), stride, strict=True):
        kernel, between = filters.shape[axis], (source.shape[axis] - 1) * step + 1
        same = op.options["Padding"] == tflite.Padding.SAME
        steps = -(-out.shape[axis] // step) if same else (out.shape[axis] - kernel + step) // step
        before = kernel - 1 - max(0, (steps - 1) * step + kernel - out.shape[axis]) // 2
        after = out.shape[axis] + kernel - 1 - between - before
        if before < 0 or after < 0:
            return False
        widths[axis] = [before, after]
    spread = [source.shape[0], *((n - 1) * s + 1 for n, s in zip(source.shape[1:3], stride, strict=True))]
    dilated = writer.sized(source, [*spread, source.shape[3]])
    writer.write(op, "DILATE", [source.index], dilated, {"Steps": stride})
    shape = [d + sum(w) for d, w in zip(writer.tensors[dilated].shape, widths, strict=True)]
    padded = writer.sized(source, shape)
    writer.write(op, "PAD", [dilated, writer.constant(widths)], padded, {})
    turned = writer.tensor(replace(filters, data=filters.data[:, ::-1, ::-1]))
    options = {
        "Padding": tflite.Padding.VALID, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1,
        "DilationWFactor": 1, "FusedActivationFunction": 0,
    }  # fmt: skip
    writer.write(op, "CONV_2D", [padded, turned, *op.inputs[3:]], op.outputs[0], options)
    return True


_REWRITE: dict[str, Callable[[_Writer, Operator], bool]] = {
    "SPLIT": _split,
    "SPLIT_V": _split,
    "UNPACK": _unpack,
    "REVERSE_V2": _reverse,
    "TRANSPOSE_CONV": _transposed_convolution,
}
