# SPDX-License-Identifier: Apache-2.0
"""Which bytes of which buffer hold each tensor of a graph."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.graph import Graph, Operator, Tensor
from wristpulse_tools.codegen.arguments import arguments
from wristpulse_tools.codegen.layers import Buffer, Copy, Layer, Place, View

ALIASES = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")


class Views:
    """The view that holds each tensor met so far, and the layers so far."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.layers: list[Layer] = []
        self.producers = {op.outputs[0]: op for op in graph.operators}
        self.consumers: dict[int, list[Operator]] = {}
        for op in graph.operators:
            for i in op.inputs:
                self.consumers.setdefault(i, []).append(op)
        inputs, self.results = arguments(graph)
        self.views = {
            a.tensor.index: View.whole(Buffer(a.tensor.size, Place.INPUT, member=a.name), a.tensor.shape)
            for a in inputs
        }
        self.parents = self._joins()
        # The caller's memory that holds a tensor: of the first output, where several are the same bytes.
        self.output_roots = {self.root(a.tensor.index): a.name for a in reversed(self.results)}

    def tensor(self, op: Operator, position: int = 0) -> Tensor:
        """Input of an operator."""
        return self.graph.tensors[op.inputs[position]]

    def out(self, op: Operator) -> Tensor:
        """Output of an operator."""
        return self.graph.tensors[op.outputs[0]]

    def view(self, index: int) -> View:
        """Where a tensor's value is, perhaps scattered."""
        tensor = self.graph.tensors[index]
        if tensor.data is not None and index not in self.views:
            self.views[index] = View.whole(Buffer(tensor.size, Place.CONSTANT, tensor.data), tensor.shape)
        return self.views[index]

    def dense(self, index: int) -> View:
        """Where a tensor's value is, contiguous; gathers it first if it is scattered."""
        view = self.view(index)
        if not view.contiguous:
            view = self.gathered(view, str(self.graph.tensors[index]))
            self.views[index] = view
        return view

    def gathered(self, view: View, source: str) -> View:
        """Copy a scattered view into a buffer of its own."""
        target = View.whole(Buffer(view.size), view.shape)
        self.layers.append(Copy(source, [view], target))
        return target

    def define(self, op: Operator) -> View:
        """Make the place of an operator's output: inside the tensor it is joined into, if there is one."""
        tensor = self.out(op)
        root, offset = tensor.index, 0
        while root in self.parents:
            root, shift = self.parents[root]
            offset += shift
        whole = self.graph.tensors[root]
        if root not in self.views:
            name = self.output_roots.get(root, "")
            place = Place.OUTPUT if name else Place.ARENA
            self.views[root] = View.whole(Buffer(whole.size, place, member=name), whole.shape)
        self.views[tensor.index] = View.whole(self.views[root].buffer, tensor.shape, offset)
        return self.views[tensor.index]

    def root(self, index: int) -> int:
        """Tensor whose bytes a renamed tensor is."""
        while index in self.producers and self.producers[index].kind in ALIASES:
            index = self.producers[index].inputs[0]
        return index

    def _joins(self) -> dict[int, tuple[int, int]]:
        """Tensors that can be computed in their place inside a concatenation: tensor -> (whole, offset)."""
        parents: dict[int, tuple[int, int]] = {}
        for op in self.graph.operators:
            if op.kind not in ("CONCATENATION", "PACK"):
                continue
            out = self.out(op)
            axis = op.options["Axis"] % len(out.shape)
            offset = 0
            for i in op.inputs:
                root = self.root(i)
                producer = self.producers.get(root)
                free = producer is not None and producer.kind not in ("TRANSPOSE", "STRIDED_SLICE")
                if int(np.prod(out.shape[:axis])) == 1 and free and root not in parents:
                    parents[root] = (out.index, offset)
                offset += self.graph.tensors[i].size
        return parents


def reshaped(view: View, shape: tuple[int, ...]) -> View:
    """The same elements with unit axes put in or left out."""
    strides = iter([s for d, s in zip(view.shape, view.strides, strict=True) if d > 1])
    return View(view.buffer, view.offset, shape, tuple(next(strides) if d > 1 else 0 for d in shape))
