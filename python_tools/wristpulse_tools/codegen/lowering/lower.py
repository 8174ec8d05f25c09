# SPDX-License-Identifier: Apache-2.0
"""Turn a checked graph into kernel calls: operators that only rename bytes vanish into views."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wristpulse.oracle.arithmetic import quantize_multiplier
from wristpulse.oracle.check import PAIRS
from wristpulse.oracle.geometry import activation_range, slice_ranges, window
from wristpulse.oracle.graph import Graph, Operator
from wristpulse.oracle.kernels.reductions import mean_multiplier
from wristpulse.oracle.kernels.softmax import softmax_constants
from wristpulse.oracle.kernels.table import KERNELS
from wristpulse_tools.codegen.layers import (
    Buffer,
    Copy,
    Elementwise,
    Layer,
    Lookup,
    Mean,
    Place,
    Pool,
    Scale,
    Softmax,
    View,
    row_major,
)
from wristpulse_tools.codegen.lowering.residual import joined
from wristpulse_tools.codegen.lowering.views import ALIASES, reshaped
from wristpulse_tools.codegen.lowering.weighted import CONVOLUTIONS, Weighted

LOOKUPS = ("LOGISTIC", "RELU", "RELU6", "QUANTIZE", "TANH", "LEAKY_RELU", "HARD_SWISH")


def lower(graph: Graph) -> list[Layer]:
    """Turn a graph into layers of kernels, with life times of buffers but no places.

    Parameters
    ----------
    graph : Graph
        Checked.

    Returns
    -------
    list of Layer
        In execution order.
    """
    return Lowering(graph).run()


class Lowering(Weighted):
    """One pass over the operators."""

    def run(self) -> list[Layer]:
        for op in self.graph.operators:
            self.operator(op)
        self._deliver()
        self.layers = joined(self.layers)
        for index, layer in enumerate(self.layers):
            for view in (*layer.inputs, layer.output):
                buffer = view.buffer
                buffer.first = index if buffer.first < 0 else buffer.first
                buffer.last = index
        return self.layers

    def operator(self, op: Operator) -> None:
        """Append the layers of one operator."""
        _LOWER[op.kind](self, op)

    def _deliver(self) -> None:
        """Bring each result to the caller's memory if it was not computed there."""
        for argument in self.results:
            result = self.view(argument.tensor.index)
            own = result.buffer.place is Place.OUTPUT and result.buffer.member == argument.name
            if own and not result.offset and result.contiguous and result.size == result.buffer.size:
                continue
            if own:
                result.buffer.place = Place.ARENA
            target = View.whole(Buffer(result.size, Place.OUTPUT, member=argument.name), result.shape)
            self.layers.append(Copy(f"graph {argument.name}", [result], target))

    # Operators

    def alias(self, op: Operator) -> None:
        """RESHAPE, EXPAND_DIMS and SQUEEZE."""
        view = self.view(op.inputs[0])
        shape = self.out(op).shape
        solid = [(d, s) for d, s in zip(view.shape, view.strides, strict=True) if d > 1]
        if not view.contiguous and [d for d in shape if d > 1] == [d for d, _ in solid]:
            strides = iter([s for _, s in solid])
            view = View(view.buffer, view.offset, shape, tuple(next(strides) if d > 1 else 0 for d in shape))
        else:
            dense = self.dense(op.inputs[0])
            view = View.whole(dense.buffer, shape, dense.offset)
        self.views[self.out(op).index] = view

    def transpose(self, op: Operator) -> None:
        """Permuted strides."""
        view = self.view(op.inputs[0])
        order = [int(i) for i in self.tensor(op, 1).constant]
        self.views[self.out(op).index] = View(
            view.buffer,
            view.offset,
            tuple(view.shape[i] for i in order),
            tuple(view.strides[i] for i in order),
        )

    def sliced(self, op: Operator) -> None:
        """Moved offset, multiplied strides."""
        view = self.view(op.inputs[0])
        ranges = slice_ranges(self.graph, op)
        part = View(
            view.buffer,
            view.offset + sum(r.start * s for r, s in zip(ranges, view.strides, strict=True)),
            tuple(len(r) for r in ranges),
            tuple(r.step * s for r, s in zip(ranges, view.strides, strict=True)),
        )
        kept = [i for i in range(len(ranges)) if not op.options["ShrinkAxisMask"] >> i & 1]
        self.views[self.out(op).index] = View(
            part.buffer, part.offset, tuple(part.shape[i] for i in kept), tuple(part.strides[i] for i in kept)
        )

    def joined(self, op: Operator) -> None:
        """CONCATENATION and PACK: copy whatever was not computed in place."""
        out = self.out(op)
        axis = op.options["Axis"] % len(out.shape)
        target = self.views.get(out.index) or self.define(op)
        start = 0
        for i in op.inputs:
            shape = self.graph.tensors[i].shape
            if op.kind == "PACK":
                shape = (*shape[:axis], 1, *shape[axis:])
            view = self.view(i)
            strides = row_major(out.shape)
            part = View(target.buffer, target.offset + start * strides[axis], shape, strides)
            in_place = (
                view.buffer is target.buffer and view.offset == part.offset and self.parents.get(self.root(i))
            )
            if not in_place:
                self.layers.append(Copy(str(op), [reshaped(view, shape)], part))
            start += shape[axis]
        self.views[out.index] = View.whole(target.buffer, out.shape, target.offset)

    def pad(self, op: Operator) -> None:
        """Padding that a convolution does itself needs no layer of its own."""
        consumers = self.consumers.get(op.outputs[0], [])
        widths = self.tensor(op, 1).constant
        spatial = widths.shape == (4, 2) and not widths[[0, 3]].any()
        is_output = op.outputs[0] in self.graph.outputs
        if spatial and not is_output and all(c.kind in CONVOLUTIONS for c in consumers):
            return
        view = self.view(op.inputs[0])
        target = self.define(op)
        strides = row_major(target.shape)
        start = target.offset + sum(int(w) * s for w, s in zip(widths[:, 0], strides, strict=True))
        inside = View(target.buffer, start, view.shape, strides)
        copy = Copy(str(op), [view], inside)
        copy.fill = (target.offset, target.size, self.tensor(op).zero)
        self.layers.append(copy)

    def pool(self, op: Operator) -> None:
        """AVERAGE_POOL_2D and MAX_POOL_2D."""
        g = window(self.graph, op)
        source, out = self.tensor(op), self.out(op)
        inputs = [self.dense(source.index)]
        self.layers.append(
            Pool(
                str(op),
                inputs,
                self.define(op),
                op.kind.startswith("AVERAGE"),
                source.shape[1:],
                out.shape[1:],
                (g.kernel_h, g.kernel_w),
                (g.stride_h, g.stride_w),
                (g.pad_h, g.pad_w),
                activation_range(op, out),
            )  # fmt: skip
        )

    def elementwise(self, op: Operator) -> None:
        """Two operands; a smaller one comes second and repeats, or is spread out first, as SUB's must be."""
        out = self.out(op)
        first, second = op.inputs
        if op.kind != "SUB" and self.graph.tensors[first].size < self.graph.tensors[second].size:
            first, second = second, first
        views = [self._spread(i, out.shape, whole) for i, whole in ((first, True), (second, False))]
        a, b = (self.graph.tensors[i] for i in (first, second))
        scales, result = [Scale(0, 0), Scale(0, 0)], 0.0
        if op.kind == "MUL":
            result = float(np.float32(a.scale[0] * b.scale[0]) / np.float32(out.scale[0]))
        elif op.kind in ("ADD", "SUB"):
            twice = 2 * np.float64(max(a.scale[0], b.scale[0]))
            scales = [Scale(*quantize_multiplier(float(np.float64(t.scale[0]) / twice))) for t in (a, b)]
            result = float(twice / ((1 << 20) * np.float64(out.scale[0])))
        self.layers.append(
            Elementwise(
                str(op),
                views,
                self.define(op),
                op.kind.lower(),
                (a.zero, b.zero, out.zero),
                scales,
                Scale(*quantize_multiplier(result)),
                activation_range(op, out),
                views[1].size,
            )  # fmt: skip
        )

    def _spread(self, index: int, shape: tuple[int, ...], whole: bool) -> View:
        """Operand as contiguous elements: all of `shape`, or its fast axes where it may repeat."""
        tensor = self.graph.tensors[index]
        own = (1,) * (len(shape) - len(tensor.shape)) + tensor.shape
        solid = [i for i, d in enumerate(own) if d > 1]
        repeats = all(own[i] == shape[i] for i in range(solid[0] if solid else len(shape), len(shape)))
        if own == shape or (repeats and not whole):
            return self.dense(index)
        view = reshaped(self.dense(index), own)
        strides = tuple(0 if d == 1 else s for d, s in zip(own, view.strides, strict=True))
        return self.gathered(View(view.buffer, view.offset, shape, strides), str(tensor))

    def mean(self, op: Operator) -> None:
        """MEAN: the axes it runs over become the slow ones."""
        source, out = self.tensor(op), self.out(op)
        view, count = self._reduced(op)
        real = float(np.float64(source.scale[0]) / np.float64(out.scale[0]))
        scale = Scale(*mean_multiplier(real, count))
        self.layers.append(
            Mean(str(op), [view], self.define(op), count, out.size, scale, source.zero, out.zero)
        )

    def _reduced(self, op: Operator) -> tuple[View, int]:
        """Elements of the source with the reduced axes slow, and how many these hold."""
        source = self.tensor(op)
        axes = sorted({int(a) % len(source.shape) for a in np.atleast_1d(self.tensor(op, 1).constant)})
        kept = [i for i in range(len(source.shape)) if i not in axes]
        view = self.view(source.index)
        order = [*axes, *kept]
        view = View(
            view.buffer,
            view.offset,
            tuple(view.shape[i] for i in order),
            tuple(view.strides[i] for i in order),
        )
        if not view.contiguous:
            view = self.gathered(view, str(op))
        return view, int(np.prod([source.shape[i] for i in axes]))

    def largest(self, op: Operator) -> None:
        """REDUCE_MAX: a pool whose one window is all of the slow axes."""
        out = self.out(op)
        view, count = self._reduced(op)
        shapes = (count, 1, out.size), (1, 1, out.size)
        clamp = (-128, 127)
        inputs = [view]
        pool = Pool(str(op), inputs, self.define(op), False, *shapes, (count, 1), (1, 1), (0, 0), clamp)
        self.layers.append(pool)

    def dilate(self, op: Operator) -> None:
        """Zero points, then the elements at their distances."""
        view, target = self.view(op.inputs[0]), self.define(op)
        steps = (1, *op.options["Steps"], 1)
        strides = tuple(s * step for s, step in zip(row_major(target.shape), steps, strict=True))
        spread = View(target.buffer, target.offset, view.shape, strides)
        fill = (target.offset, target.size, self.tensor(op).zero)
        self.layers.append(Copy(str(op), [view], spread, fill))

    def resized(self, op: Operator) -> None:
        """RESIZE_NEAREST_NEIGHBOR: a copy that reads each element several times."""
        view, target = self.view(op.inputs[0]), self.define(op)
        factors = [target.shape[i] // view.shape[i] for i in (1, 2)]
        (_, height, width, depth), (_, *steps) = view.shape, view.strides
        shape = (height, factors[0], width, factors[1], depth)
        source = View(view.buffer, view.offset, shape, (steps[0], 0, steps[1], 0, steps[2]))
        self.layers.append(Copy(str(op), [source], View.whole(target.buffer, shape, target.offset)))

    def lookup(self, op: Operator) -> None:
        """Functions of one value: the oracle's answers for all 256."""
        source = self.tensor(op)
        every = np.arange(-128, 128, dtype=np.int8).reshape(256, *(1,) * len(source.shape))
        scalar = Graph(self.graph.source, "", self.graph.tensors, (), (), ())
        values = np.broadcast_to(every, (256, *source.shape))
        table = KERNELS[op.kind](scalar, op, {source.index: values}).reshape(256, -1)[:, 0]
        inputs = [self.dense(source.index)]
        self.layers.append(Lookup(str(op), inputs, self.define(op), table))

    def softmax(self, op: Operator) -> None:
        """SOFTMAX along the last axis."""
        source = self.tensor(op)
        multiplier, shift, smallest = softmax_constants(op, source)
        depth = source.shape[-1]
        inputs = [self.dense(source.index)]
        self.layers.append(
            Softmax(
                str(op),
                inputs,
                self.define(op),
                source.size // depth,
                depth,
                Scale(multiplier, shift),
                smallest,
            )
        )


_LOWER: dict[str, Callable[[Lowering, Operator], None]] = {
    **dict.fromkeys(ALIASES, Lowering.alias),
    **dict.fromkeys(CONVOLUTIONS, Lowering.convolution),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D"), Lowering.pool),
    **dict.fromkeys(PAIRS, Lowering.elementwise),
    **dict.fromkeys(LOOKUPS, Lowering.lookup),
    **dict.fromkeys(("CONCATENATION", "PACK"), Lowering.joined),
    "FULLY_CONNECTED": Lowering.connected,
    "MEAN": Lowering.mean,
    "SOFTMAX": Lowering.softmax,
    "PAD": Lowering.pad,
    "TRANSPOSE": Lowering.transpose,
    "STRIDED_SLICE": Lowering.sliced,
    "DILATE": Lowering.dilate,
    "REDUCE_MAX": Lowering.largest,
    "RESIZE_NEAREST_NEIGHBOR": Lowering.resized,
}
