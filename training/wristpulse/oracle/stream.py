# SPDX-License-Identifier: Apache-2.0
"""A model of windows as a model of hops: the graph that computes only what a hop adds.

Rule: after any number of hops each layer has seen all frames since the start, with its input's zero point
before the first. The head sees the steps of the last window. Where time is padded on the left (PAD), the
hop's graph takes the last steps of the hops before instead; so it does where the head begins. Everything else
is the same operator on fewer steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int8

from wristpulse.oracle.geometry import slice_ranges, window
from wristpulse.oracle.graph import Graph, ModelError, Operator, Tensor
from wristpulse.oracle.kernels.table import KERNELS
from wristpulse.oracle.model import IntegerModel
from wristpulse.oracle.timeline import WINDOWED, Time, first_frames, source_time, step_local


@dataclass(frozen=True)
class Carried:
    """A tensor that holds, from hop to hop, the last `count` elements of `source` along `axis`."""

    tensor: int
    source: int
    axis: int
    count: int


@dataclass(frozen=True)
class HopGraph:
    """The graph of one hop: its input is a hop's frames, its output the model's; `hop`, `window`: frames."""

    graph: Graph
    carried: tuple[Carried, ...]
    hop: int
    window: int


def hop_graph(graph: Graph, hop: int) -> HopGraph:
    """Rewrite a graph of windows into the graph of one hop.

    Parameters
    ----------
    graph : Graph
        Checked, with one input and one output.
    hop : int
        Frames that are new in a hop.

    Returns
    -------
    HopGraph

    Raises
    ------
    ModelError
        It looks ahead, or a cut does not fall on its steps.
    """
    return _Rewriting(graph, hop).run()


class HopModel:
    """Runs a causal model hop by hop in numpy; bit for bit what the generated C computes.

    Parameters
    ----------
    model : IntegerModel
        Of windows, one input and one output.
    hop : int
        Frames that are new in a hop.

    Raises
    ------
    ModelError
        The model cannot stream by this hop: it looks ahead, or a cut does not fall on its steps.
    """

    def __init__(self, model: IntegerModel, hop: int) -> None:
        self.hops = hop_graph(model.graph, hop)
        self.graph = self.hops.graph

    @property
    def input(self) -> Tensor:
        """A hop's input."""
        return self.graph.tensors[self.graph.inputs[0]]

    def run(self, hops: np.ndarray) -> Int8[np.ndarray, " n *streams outputs"]:
        """Outputs of the hops that follow a start.

        Parameters
        ----------
        hops : ndarray, int8 (n, elements) or (n, streams, elements)
            In order; many streams are computed in step.

        Returns
        -------
        ndarray, int8 (n, outputs) or (n, streams, outputs)

        Raises
        ------
        ValueError
            Another type or shape.
        """
        hops = np.asarray(hops)
        if hops.dtype != np.int8 or hops.ndim not in (2, 3) or hops.shape[-1] != self.input.size:
            expected = f"int8 of shape (hops, {self.input.size}) or (hops, streams, {self.input.size})"
            raise ValueError(f"expected {expected}, found {hops.dtype} {hops.shape}")
        streams = hops.shape[1] if hops.ndim == 3 else 1
        tensors, output = self.graph.tensors, self.graph.outputs[0]
        carried = {
            c.tensor: np.full((streams, *tensors[c.tensor].shape), tensors[c.tensor].zero, np.int8)
            for c in self.hops.carried
        }
        constants = {t.index: t.data for t in tensors if t.data is not None}
        results = np.empty((*hops.shape[:-1], tensors[output].size), np.int8)
        for n, hop in enumerate(hops):
            values = {**constants, **carried, self.input.index: hop.reshape(streams, *self.input.shape)}
            for op in self.graph.operators:
                values[op.outputs[0]] = KERNELS[op.kind](self.graph, op, values)
            for c in self.hops.carried:
                whole = values[c.source]
                first = whole.shape[c.axis + 1] - c.count
                carried[c.tensor] = whole.take(range(first, first + c.count), axis=c.axis + 1)
            results[n] = values[output].reshape(results[n].shape)
        return results


class _Rewriting:
    """One pass over the operators: `times` of the tensors so far, `renamed` where the head sees another."""

    def __init__(self, graph: Graph, hop: int) -> None:
        self.graph, self.hop = graph, hop
        for what, ends in (("inputs", graph.inputs), ("outputs", graph.outputs)):
            if len(ends) != 1:
                raise graph.error(f"graph {what}", "exactly one, to stream", len(ends))
        self.window = first_frames(graph)
        source = graph.tensors[graph.inputs[0]]
        if not 0 < hop <= self.window:
            raise graph.error(source, f"a hop of 1 to {self.window} frames, the window", hop)
        self.tensors = list(graph.tensors)
        self.operators: list[Operator] = []
        self.carried: list[Carried] = []
        self.times: dict[int, Time] = {source.index: source_time(graph, self.window)}
        self.renamed: dict[int, int] = {}
        self.at = 0  # index of the operator in hand
        self.joined_by: Operator | None = None  # the first operator that needs all steps of the window
        self._shorten(source, self.times[source.index])

    def run(self) -> HopGraph:
        for op in self.graph.operators:
            self.at = op.index
            timed = [i for i in op.inputs if i in self.times]
            time = step_local(self.graph, op, self.times) if timed else None
            if time is None:
                self._head(op)
            else:
                self._trunk(op, time)
        outputs = tuple(self._complete(i) if i in self.times else i for i in self.graph.outputs)
        graph = replace(
            self.graph, tensors=tuple(self.tensors), operators=tuple(self.operators), outputs=outputs
        )
        return HopGraph(graph, tuple(self.carried), self.hop, self.window)

    def _steps(self, place: object, time: Time) -> int:
        """Steps of a hop, where a window has `time.steps`."""
        if self.hop * time.steps % self.window:
            frames = self.window // time.steps
            raise self.graph.error(
                place, f"a hop that is a multiple of its {frames} frames a step; choose such a hop", self.hop
            )
        return self.hop * time.steps // self.window

    def _shorten(self, tensor: Tensor, time: Time) -> None:
        """Give a tensor the shape that a hop leaves of it."""
        count = (time.lead + self._steps(tensor, time)) * time.width
        shape = (*tensor.shape[: time.axis], count, *tensor.shape[time.axis + 1 :])
        self.tensors[tensor.index] = replace(tensor, shape=shape)

    def _trunk(self, op: Operator, time: Time) -> None:
        """An operator that works step by step, or on a few steps before."""
        out = self.graph.tensors[op.outputs[0]]
        self._steps(op, time)
        self.times[out.index] = time
        self._shorten(out, time)
        if op.kind == "PAD":
            self._padded(op, time)
        elif op.kind == "STRIDED_SLICE":
            self.operators.append(self._sliced(op))
        else:
            self.operators.append(op)

    def _padded(self, op: Operator, time: Time) -> None:
        """Steps of the hops before in place of the padding; other axes are padded as they were."""
        widths = self.graph.tensors[op.inputs[1]].constant.copy()
        widths[time.axis] = 0
        out = op.outputs[0]
        if not widths.any():
            self._continued(op, op.inputs[0], time.lead, out)
            return
        source = self.tensors[op.inputs[0]]
        shape = list(source.shape)
        shape[time.axis] += time.lead
        whole = self._add(replace(source, shape=tuple(shape)))
        self._continued(op, source.index, time.lead, whole)
        constant = self._constant(self.graph.tensors[op.inputs[1]], widths)
        self.operators.append(replace(op, inputs=(whole, constant)))

    def _sliced(self, op: Operator) -> Operator:
        """The same part of a shorter tensor."""
        time, source = self.times[op.inputs[0]], self.graph.tensors[op.inputs[0]]
        cut = slice_ranges(self.graph, op)[time.axis]
        steps = self._steps(source, time)
        begin, end = (self.graph.tensors[i].constant.copy() for i in op.inputs[1:3])
        begin[time.axis], end[time.axis] = (v * steps // time.steps for v in (cut.start, cut.stop))
        options = {**op.options}
        for mask in ("BeginMask", "EndMask"):
            options[mask] &= ~(1 << time.axis)
        places = [
            self._constant(self.graph.tensors[i], v)
            for i, v in zip(op.inputs[1:3], (begin, end), strict=True)
        ]
        return replace(op, inputs=(op.inputs[0], *places, op.inputs[3]), options=options)

    def _head(self, op: Operator) -> None:
        """An operator that sees the whole window, or what came of it."""
        self.joined_by = self.joined_by or op
        if op.kind == "PAD":
            raise self._late(op, "no padding")
        if op.kind in WINDOWED:
            g = window(self.graph, op)
            if (g.kernel_h, g.kernel_w) != (1, 1) and (g.out_h, g.out_w) != (1, 1):
                raise self._late(op, "a kernel of 1 x 1")
        inputs = tuple(self._complete(i) if i in self.times else i for i in op.inputs)
        self.operators.append(replace(op, inputs=inputs))

    def _late(self, op: Operator, expected: str) -> ModelError:
        found = (
            f"{op.kind} behind it; keep operators that need the whole window for the end, or run by windows"
        )
        return self.graph.error(op, f"{expected} once {self.joined_by} has joined the window's steps", found)

    def _complete(self, index: int) -> int:
        """The tensor's last window of steps."""
        if index not in self.renamed:
            time, tensor = self.times[index], self.graph.tensors[index]
            if len(time.widths) > 1 or time.lead:
                raise self.graph.error(
                    tensor, "one run of steps where the head begins; reshape it there", tensor.shape
                )
            missing = (time.steps - self._steps(tensor, time)) * time.width
            self.renamed[index] = self._add(tensor) if missing else index
            if missing:
                self._continued(tensor, index, missing, self.renamed[index], time)
        return self.renamed[index]

    def _continued(self, place: object, source: int, count: int, out: int, time: Time | None = None) -> None:
        """`out` is `count` elements of the hops before and then `source`, along the axis of time."""
        axis = (time or self.times[source]).axis
        tensor = self.tensors[source]
        shape = (*tensor.shape[:axis], count, *tensor.shape[axis + 1 :])
        state = self._add(replace(tensor, name=str(place), shape=shape))
        self.carried.append(Carried(state, out, axis, count))
        options = {"Axis": axis, "FusedActivationFunction": 0}
        self.operators.append(Operator(self.at, "CONCATENATION", (state, source), (out,), options))

    def _add(self, tensor: Tensor) -> int:
        self.tensors.append(replace(tensor, index=len(self.tensors)))
        return len(self.tensors) - 1

    def _constant(self, like: Tensor, values: Iterable[int] | np.ndarray) -> int:
        return self._add(replace(like, data=np.asarray(values, like.constant.dtype)))
