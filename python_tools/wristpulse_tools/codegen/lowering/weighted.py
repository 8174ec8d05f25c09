# SPDX-License-Identifier: Apache-2.0
"""Lower what has weights: convolutions, depthwise and grouped ones, and fully connected layers."""

from __future__ import annotations

import numpy as np

from wristpulse.oracle.geometry import activation_range, channel_multipliers, window
from wristpulse.oracle.graph import Operator
from wristpulse_tools.codegen.layers import Buffer, Conv, Copy, Depthwise, View
from wristpulse_tools.codegen.lowering.views import Views

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


class Weighted(Views):
    """The operators with weights, of one pass over a graph."""

    def convolution(self, op: Operator) -> None:
        """CONV_2D and DEPTHWISE_CONV_2D, with a PAD before them taken in."""
        geometry = window(self.graph, op)
        source, name, pad = op.inputs[0], str(op), (geometry.pad_h, geometry.pad_w)
        padding = self.producers.get(source)
        if padding is not None and padding.kind == "PAD" and source not in self.views:
            widths = self.tensor(padding, 1).constant
            pad = (pad[0] + int(widths[1, 0]), pad[1] + int(widths[2, 0]))
            source, name = padding.inputs[0], f"{padding}, {op}"
        out = self.out(op)
        weights = self.tensor(op, 1).constant
        depthwise = op.kind == "DEPTHWISE_CONV_2D"
        in_shape, out_shape = self.graph.tensors[source].shape[1:], out.shape[1:]
        taps = weights.shape[1] * weights.shape[2] * (1 if depthwise else weights.shape[3])
        common = dict(
            **self._weighted(op),
            in_shape=in_shape,
            out_shape=out_shape,
            stride=(geometry.stride_h, geometry.stride_w),
            dilation=(geometry.dilation_h, geometry.dilation_w),
            pad=pad,
            macs=out.size * taps,
        )
        if depthwise and in_shape[2] == 1:  # every filter sees the only channel: a plain convolution
            weights, depthwise = weights.transpose(3, 1, 2, 0), False
        inputs = [self.dense(source)]
        if depthwise:
            layer: Conv = Depthwise(name, inputs, self.define(op), weights[0], **common)
            self.layers.append(_along_the_row(layer, 0))
        else:
            layer = _along_the_row(Conv(name, inputs, self.define(op), weights, **common), 1)
            self.layers.append(self._planes(layer))

    def _planes(self, layer: Conv) -> Conv:
        """Sort an input of narrow groups group after group, padding included.

        The taps of a row then lie side by side, none of them outside; the kernel reads whole words.
        """
        (height, width, channels), (_, kernel_h, kernel_w, depth) = layer.in_shape, layer.weights.shape
        if depth == channels or depth % 4 == 0 or layer.dilation[1] > 1 or kernel_w == 1:
            return layer
        (top, left), (out_h, out_w, _) = layer.pad, layer.out_shape
        rows = max(top + height, (out_h - 1) * layer.stride[0] + (kernel_h - 1) * layer.dilation[0] + 1)
        columns = max(left + width, (out_w - 1) * layer.stride[1] + kernel_w + 3)
        groups, size = channels // depth, rows * columns * channels
        view, target = layer.inputs[0], Buffer(size)
        by_group = View(
            view.buffer, view.offset, (groups, height, width, depth), (depth, width * channels, channels, 1)
        )
        inside = View(
            target,
            (top * columns + left) * depth,
            by_group.shape,
            (rows * columns * depth, columns * depth, depth, 1),
        )
        self.layers.append(
            Copy(f"groups of {layer.source}", [by_group], inside, fill=(0, size, layer.in_zero))
        )
        layer.inputs, layer.planes = [View.whole(target, (groups, rows, columns, depth))], True
        layer.in_shape, layer.pad = (rows, columns, channels), (0, 0)
        return layer

    def connected(self, op: Operator) -> None:
        """FULLY_CONNECTED: a 1 x 1 convolution of as many positions as there are rows."""
        weights = self.tensor(op, 1).constant
        outputs, depth = weights.shape
        rows = self.out(op).size // outputs
        inputs = [self.dense(op.inputs[0])]
        self.layers.append(
            Conv(
                str(op),
                inputs,
                self.define(op),
                weights.reshape(outputs, 1, 1, depth),
                **self._weighted(op),
                in_shape=(1, rows, depth),
                out_shape=(1, rows, outputs),
                stride=(1, 1),
                dilation=(1, 1),
                pad=(0, 0),
                macs=rows * outputs * depth,
            )  # fmt: skip
        )

    def _weighted(self, op: Operator) -> dict:
        out = self.out(op)
        multiplier, shift = channel_multipliers(self.graph, op)
        biased = len(op.inputs) > 2 and op.inputs[2] >= 0
        bias = self.tensor(op, 2).constant if biased else np.zeros(out.shape[-1], np.int32)
        clamp = activation_range(op, out)
        return dict(
            bias=bias,
            multiplier=multiplier,
            shift=shift,
            in_zero=self.tensor(op).zero,
            out_zero=out.zero,
            clamp=clamp,
        )


def _along_the_row(layer: Conv, axis: int) -> Conv:
    """A convolution down a column of width 1 as the same one along a row, which the kernels are made for.

    Both have one memory. Filters' columns that lie outside, on padding, are left out. axis: of the weights'
    rows; their columns follow.
    """
    (height, width, depth), (out_h, out_w, channels) = layer.in_shape, layer.out_shape
    inside = layer.pad[1] // layer.dilation[1]  # the filters' column that lies on the input's
    outside = inside * layer.dilation[1] != layer.pad[1] or inside >= layer.weights.shape[axis + 1]
    if width > 1 or out_w > 1 or height == 1 or outside:
        return layer
    layer.weights = layer.weights.take([inside], axis=axis + 1).swapaxes(axis, axis + 1)
    layer.in_shape, layer.out_shape = (1, height, depth), (1, out_h, channels)
    layer.stride, layer.dilation, layer.pad = (1, layer.stride[0]), (1, layer.dilation[0]), (0, layer.pad[0])
    return layer
