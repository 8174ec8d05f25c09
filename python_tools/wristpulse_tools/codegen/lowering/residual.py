# SPDX-License-Identifier: Apache-2.0
"""Residual branches: a convolution and the sum of its input and its result become one layer.

The result of the convolution is then never whole in memory, and the sum may overlap the input.
"""

from __future__ import annotations

from dataclasses import fields, replace

from wristpulse_tools.codegen.layers import Conv, ConvAdd, Elementwise, Layer, Place, View


def joined(layers: list[Layer]) -> list[Layer]:
    """Join each convolution with the sum behind it, where nothing else reads its result.

    Parameters
    ----------
    layers : list of Layer
        In execution order, without life times.

    Returns
    -------
    list of Layer
    """
    result: list[Layer] = []
    for layer in layers:
        if result and isinstance(layer, Elementwise) and _is_residual(result[-1], layer, layers):
            result[-1] = _join(result[-1], layer)
        else:
            result.append(layer)
    return result


def _is_residual(conv: Layer, add: Elementwise, layers: list[Layer]) -> bool:
    if type(conv) is not Conv or conv.planes or add.kind != "add" or add.period != add.output.size:
        return False
    source, made = conv.inputs[0], conv.output
    users = [layer for layer in layers for view in layer.inputs if view.buffer is made.buffer]
    alone = users == [add] and made.buffer.place is Place.ARENA and made.size == made.buffer.size
    return alone and conv.in_shape == conv.out_shape and any(_same(view, source) for view in add.inputs)


def _same(a: View, b: View) -> bool:
    return a.buffer is b.buffer and a.offset == b.offset and a.contiguous and a.size == b.size


def _join(conv: Layer, add: Elementwise) -> ConvAdd:
    assert isinstance(conv, Conv)
    if _same(add.inputs[1], conv.inputs[0]):  # the order of a sum does not matter
        first, second, result = add.zeros
        add = replace(add, inputs=add.inputs[::-1], zeros=(second, first, result), scales=add.scales[::-1])
    given = {each.name: getattr(conv, each.name) for each in fields(conv)}
    given |= dict(source=f"{conv.source}, {add.source}", output=add.output)
    return ConvAdd(**given, add=add)
