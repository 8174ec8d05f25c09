# SPDX-License-Identifier: Apache-2.0
"""Streaming C: one hop at a time, with the steps that the next hop looks back on in the caller's struct.

A layer that looks back is the ordinary kernel on [steps before | new steps]. The steps before are copied from
the struct to the front of its input, behind them the layer before has written the new ones; then the last
steps are copied back.
"""

from __future__ import annotations

from wristpulse.oracle.graph import Operator, Tensor
from wristpulse.oracle.stream import Carried, HopGraph
from wristpulse_tools.codegen import emit
from wristpulse_tools.codegen.layers import Buffer, Copy, Layer, Place, View, row_major
from wristpulse_tools.codegen.lowering.lower import Lowering
from wristpulse_tools.codegen.plan import plan


class HopLowering(Lowering):
    """Lowers a graph of hops; `rows` are the members of the caller's struct."""

    def __init__(self, hops: HopGraph) -> None:
        super().__init__(hops.graph)
        self.carried = {c.source: c for c in hops.carried}
        self.rows: list[tuple[Buffer, Tensor, Carried]] = []
        for number, carried in enumerate(hops.carried):
            tensor = hops.graph.tensors[carried.tensor]
            buffer = Buffer(tensor.size, Place.STATE, member=f"rows_{number}")
            self.views[tensor.index] = View.whole(buffer, tensor.shape)
            self.rows.append((buffer, tensor, carried))

    def operator(self, op: Operator) -> None:
        """Behind [steps before | new steps], keep the last of them."""
        super().operator(op)
        carried = self.carried.get(op.outputs[0])
        if carried is None:
            return
        whole, state = self.view(carried.source), self.view(carried.tensor)
        first = whole.shape[carried.axis] - carried.count
        strides = row_major(whole.shape)
        last = View(whole.buffer, whole.offset + first * strides[carried.axis], state.shape, strides)
        self.layers.append(Copy(f"{op}, kept for the next hop", [last], state))


def compile_hops(hops: HopGraph, name: str) -> tuple[emit.Model, HopLowering]:
    """Lower and plan one hop; `name` is the model's, what is generated is called NAME_stream."""
    lowering = HopLowering(hops)
    layers: list[Layer] = lowering.run()
    return emit.Model(f"{name}_stream", hops.graph, layers, plan(layers)), lowering


def header(model: emit.Model, lowering: HopLowering, hops: HopGraph) -> str:
    """Constants of emit.header, the struct and the two functions."""
    input_shape, output_shape = (emit.shape_text(one.tensor.shape) for ends in model.ends for one in ends)
    further = [("HOP", hops.hop), ("WINDOW", hops.window), ("STATE_SIZE", state_size(lowering))]
    return emit.render(
        "stream.h",
        model,
        constants=[*emit.constants(model), *further],
        rows=_rows(lowering),
        input_shape=input_shape,
        output_shape=output_shape,
        signature=_signature(model.name),
    )


def source(model: emit.Model, lowering: HopLowering) -> str:
    """Weights and the two functions."""
    signature = _signature(model.name)
    return emit.render("stream.c", model, rows=_rows(lowering), signature=signature, **emit.body(model))


def _rows(lowering: HopLowering) -> list[dict[str, object]]:
    """The struct's members, as the frames name their parts."""
    return [
        {
            "member": buffer.member,
            "size": buffer.size,
            "tensor": tensor.name,
            "shape": emit.shape_text(tensor.shape),
            "zero": tensor.zero,
        }
        for buffer, tensor, _ in lowering.rows
    ]


def _signature(name: str) -> str:
    return f"""void {name}_hop(struct {name} *state, const int8_t *input, int8_t *output,
\t\tvoid *arena)"""


def state_size(lowering: HopLowering) -> int:
    """Bytes of the caller's struct."""
    return sum(buffer.size for buffer, _, _ in lowering.rows) or 1
