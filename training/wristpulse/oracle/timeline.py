# SPDX-License-Identifier: Apache-2.0
"""Which axis of a tensor is time, and which operators keep to it.

`step_local` follows time through an operator and describes the operator's output. It returns None for an
operator that needs all steps of the window at once (the head). It raises an error for one that looks ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import tflite

from wristpulse.oracle.check import PAIRS
from wristpulse.oracle.geometry import slice_ranges, window
from wristpulse.oracle.graph import Graph, Operator

WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D")


@dataclass(frozen=True)
class Time:
    """`axis` holds blocks, one after the other, of `steps` x `widths[i]` elements, behind `lead` steps."""

    axis: int
    steps: int
    widths: tuple[int, ...] = (1,)
    lead: int = 0

    @property
    def width(self) -> int:
        """Elements of a step along the axis, all blocks together."""
        return sum(self.widths)

    @property
    def plain(self) -> bool:
        """Whether the axis is time and nothing else."""
        return self.widths == (1,) and not self.lead


Times = Mapping[int, Time]


def first_frames(graph: Graph) -> int:
    """Count the frames of the window: the steps along which the first convolution or pool moves.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    int

    Raises
    ------
    ModelError
        No convolution or pool.
    """
    for op in graph.operators:
        if op.kind in WINDOWED:
            index = op.inputs[0]
            padding = next((p for p in graph.operators if p.kind == "PAD" and p.outputs[0] == index), None)
            if padding is not None:
                index = padding.inputs[0]
            return max(graph.tensors[index].shape[1:3])
    raise graph.error(
        "graph", "a convolution or pool over time; without one there is nothing to stream", "none"
    )


def source_time(graph: Graph, frames: int) -> Time:
    """Find time in the graph's input: one axis of as many frames, or one cut into signals of as many.

    Parameters
    ----------
    graph : Graph
    frames : int

    Returns
    -------
    Time

    Raises
    ------
    ModelError
        No axis or several, or a cut within a signal.
    """
    source = graph.tensors[graph.inputs[0]]
    exact = [axis for axis, size in enumerate(source.shape) if size == frames]
    if len(exact) == 1:
        return Time(exact[0], frames)
    whole = [axis for axis, size in enumerate(source.shape) if size % frames == 0]
    if len(whole) != 1:
        raise graph.error(
            source,
            f"one axis of {frames} frames, as the first convolution's; give the input one",
            source.shape,
        )
    axis = whole[0]
    cuts = {0, source.shape[axis]}
    for op in graph.operators:
        if op.kind == "STRIDED_SLICE" and op.inputs[0] == source.index:
            cut = slice_ranges(graph, op)[axis]
            cuts |= {cut.start, cut.stop}
    if uneven := [c for c in sorted(cuts) if c % frames]:
        raise graph.error(
            source, f"signals of {frames} frames each, one after the other", f"a cut at {uneven[0]}"
        )
    return Time(axis, frames, tuple(int(n) // frames for n in np.diff(sorted(cuts))))


def step_local(graph: Graph, op: Operator, times: Times) -> Time | None:
    """Follow time through an operator.

    Parameters
    ----------
    graph : Graph
    op : Operator
    times : mapping of int to Time
        Of the tensors so far, by index.

    Returns
    -------
    Time or None
        Of the output; None if the operator joins all steps.

    Raises
    ------
    ModelError
        It looks ahead.
    """
    follow = _FOLLOW.get(op.kind)
    if follow is None or not (op.inputs[0] in times or op.kind in _MANY):
        return None
    return follow(graph, op, times)


def _same(graph: Graph, op: Operator, times: Times) -> Time | None:
    return times[op.inputs[0]]


def _softmax(graph: Graph, op: Operator, times: Times) -> Time | None:
    time = times[op.inputs[0]]
    return None if time.axis == len(graph.tensors[op.inputs[0]].shape) - 1 else time


def _reshaped(graph: Graph, op: Operator, times: Times) -> Time | None:
    time = times[op.inputs[0]]
    if time.lead or len(time.widths) > 1:
        return None
    before = prod(graph.tensors[op.inputs[0]].shape[: time.axis])
    return _found(graph.tensors[op.outputs[0]].shape, before, time.steps)


def _found(shape: tuple[int, ...], before: int, steps: int) -> Time | None:
    """The axis of `shape` that begins behind `before` elements and holds all steps."""
    for axis, size in enumerate(shape):
        if prod(shape[:axis]) == before and size % steps == 0:
            return Time(axis, steps, (size // steps,))
    return None


def _transposed(graph: Graph, op: Operator, times: Times) -> Time | None:
    time = times[op.inputs[0]]
    return replace(time, axis=[int(i) for i in graph.tensors[op.inputs[1]].constant].index(time.axis))


def _sliced(graph: Graph, op: Operator, times: Times) -> Time | None:
    time = times[op.inputs[0]]
    cut = slice_ranges(graph, op)[time.axis]
    edges = time.steps * np.concatenate([[0], np.cumsum(time.widths)])
    if time.lead or cut.step != 1 or cut.start not in edges or cut.stop not in edges:
        return None
    shrink = op.options["ShrinkAxisMask"]
    if shrink >> time.axis & 1:
        return None
    axis = time.axis - sum(shrink >> i & 1 for i in range(time.axis))
    first, last = np.searchsorted(edges, [cut.start, cut.stop])
    return Time(axis, time.steps, time.widths[first:last])


def _joined(graph: Graph, op: Operator, times: Times) -> Time | None:
    found = {times.get(i) for i in op.inputs}
    time = found.pop()
    if found or time is None or not time.plain:
        return None
    out = graph.tensors[op.outputs[0]]
    axis = op.options["Axis"] % len(out.shape)
    if op.kind == "PACK":
        return replace(time, axis=time.axis + (axis <= time.axis))
    return None if axis == time.axis else time


def _elementwise(graph: Graph, op: Operator, times: Times) -> Time | None:
    """Both operands step by step, or one of them the same at all steps."""
    out = graph.tensors[op.outputs[0]]
    found = set()
    for i in op.inputs:
        tensor = graph.tensors[i]
        shift = len(out.shape) - len(tensor.shape)
        if i in times:
            found.add(replace(times[i], axis=times[i].axis + shift))
        elif tensor.data is None:
            return None
    time = found.pop()
    if found or not time.plain:
        return None
    for i in op.inputs:
        own = (1,) * (len(out.shape) - len(graph.tensors[i].shape)) + graph.tensors[i].shape
        if i not in times and own[time.axis] > 1:
            return None
    return time


def _connected(graph: Graph, op: Operator, times: Times) -> Time | None:
    time, source = times[op.inputs[0]], graph.tensors[op.inputs[0]]
    depth = graph.tensors[op.inputs[1]].shape[1]
    of_step = time.width * prod(source.shape[time.axis + 1 :])
    if time.lead or len(time.widths) > 1 or of_step % depth:
        return None
    return _found(graph.tensors[op.outputs[0]].shape, prod(source.shape[: time.axis]), time.steps)


def _mean(graph: Graph, op: Operator, times: Times) -> Time | None:
    time, source, out = times[op.inputs[0]], graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    axes = {int(a) % len(source.shape) for a in np.atleast_1d(graph.tensors[op.inputs[1]].constant)}
    if time.axis in axes or not time.plain:
        return None
    kept = len(out.shape) == len(source.shape)
    return time if kept else replace(time, axis=time.axis - sum(a < time.axis for a in axes))


def _padded(graph: Graph, op: Operator, times: Times) -> Time | None:
    time = times[op.inputs[0]]
    if not time.plain:
        return None
    before, after = (int(v) for v in graph.tensors[op.inputs[1]].constant[time.axis])
    if after:
        raise graph.error(
            op, "padding before the first step only; pad time on the left", f"{after} behind the last"
        )
    return replace(time, lead=before)


def _windowed(graph: Graph, op: Operator, times: Times) -> Time | None:
    """Convolutions and pools: may read back as far as the padding reaches, and not ahead."""
    time, source = times[op.inputs[0]], graph.tensors[op.inputs[0]]
    if time.axis not in (1, 2) or time.widths != (1,):
        raise graph.error(
            op,
            f"time along height or width of {source}; transpose it there",
            f"axis {time.axis} of {source.shape}",
        )
    g = window(graph, op)
    size, count, kernel, stride, dilation = (
        (g.in_h, g.out_h, g.kernel_h, g.stride_h, g.dilation_h),
        (g.in_w, g.out_w, g.kernel_w, g.stride_w, g.dilation_w),
    )[time.axis - 1]
    span = (kernel - 1) * dilation + 1
    if count == 1 and span >= size > 1 and not time.lead:
        return None  # a global pool
    least, most = max(0, span - stride), span - 1
    amount = f"{most}" if least == most else f"{least} to {most}"
    remedy = f"pad time by {amount} on the left (PAD) and convolve with VALID"
    same = op.options["Padding"] == tflite.Padding.SAME
    if same and (count - 1) * stride + span > size:
        ahead = (count - 1) * stride + span - size - ((count - 1) * stride + span - size) // 2
        raise graph.error(
            op,
            f"no look ahead along time of {source}; {remedy}",
            f"SAME padding that reads {ahead} steps ahead",
        )
    if time.steps % stride:
        raise graph.error(
            op, f"steps of {source} that its stride {stride} divides; choose such a stride", time.steps
        )
    if count != time.steps // stride or span - stride > time.lead:
        raise graph.error(
            op, f"{time.steps // stride} steps of {time.steps} of {source} at stride {stride}; {remedy}",
            f"{count} steps with {time.lead} padded",
        )  # fmt: skip
    return Time(time.axis, count)


_FOLLOW: dict[str, Callable[[Graph, Operator, Times], Time | None]] = {
    **dict.fromkeys(("RELU", "RELU6", "LOGISTIC", "QUANTIZE", "TANH", "LEAKY_RELU", "HARD_SWISH"), _same),
    **dict.fromkeys(("RESHAPE", "EXPAND_DIMS", "SQUEEZE"), _reshaped),
    **dict.fromkeys(("CONCATENATION", "PACK"), _joined),
    **dict.fromkeys(PAIRS, _elementwise),
    **dict.fromkeys(WINDOWED, _windowed),
    "SOFTMAX": _softmax,
    "TRANSPOSE": _transposed,
    "STRIDED_SLICE": _sliced,
    "FULLY_CONNECTED": _connected,
    "MEAN": _mean,
    "PAD": _padded,
}
_MANY = ("CONCATENATION", "PACK", *PAIRS)  # the first input may be a constant or of the head
