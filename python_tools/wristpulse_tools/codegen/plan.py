# SPDX-License-Identifier: Apache-2.0
"""Place the arena's buffers: liveness, reuse, and outputs that overlap the input they are computed from.

A convolution that walks forward needs, once it has written some rows, only input rows from a known address
on. If its output starts `gap` bytes below its input, no write ever reaches a byte still to be read; such a
pair shares most of its memory although both are alive in the same layer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from wristpulse_tools.codegen.layers import (
    TILE,
    Buffer,
    Conv,
    ConvAdd,
    Depthwise,
    Elementwise,
    Layer,
    Lookup,
    Pool,
    Softmax,
)
from wristpulse_tools.codegen.pack import depthwise_strip, scratch_bytes

ALIGNMENT = 4  # bytes; the DSP kernels load words
ORDERS = 100  # random placement orders tried besides the obvious ones
STRIP = 8  # most tiles of a strip; longer ones save next to nothing
GROWTH = 0.15  # of the arena, spent on longer strips


@dataclass(frozen=True)
class Plan:
    """Size of the arena and the largest sum of buffers alive in one layer, in bytes."""

    size: int
    live: int


def plan(layers: list[Layer]) -> Plan:
    """Give every arena buffer its offset, and every convolution the longest strip that costs little memory.

    Parameters
    ----------
    layers : list of Layer
        Their buffers have life times.

    Returns
    -------
    Plan
    """
    for index, layer in enumerate(layers):
        layer.scratch_buffer = None
        _gather(layer, index, depthwise_strip(layer) if isinstance(layer, Depthwise) else 1)
    gaps = [_gap(layer) for layer in layers]
    shortest, order = _planned(layers, gaps, [])
    _lengthen(layers, gaps, int(shortest.size * (1 + GROWTH)), order)
    return _planned(layers, gaps, order)[0]


def _gather(layer: Layer, index: int, strip: int) -> None:
    """Set a convolution's strip and the scratch that it needs."""
    if isinstance(layer, Conv):
        layer.strip = strip
    size = scratch_bytes(layer)
    if size and layer.scratch_buffer is None:
        layer.scratch_buffer = Buffer(size, first=index, last=index)
    elif layer.scratch_buffer is not None:
        layer.scratch_buffer.size = size


def _lengthen(layers: list[Layer], gaps: list[int | None], limit: int, order: list[Buffer]) -> None:
    """Make strips longer in turn, up to STRIP tiles, while the arena stays within `limit` bytes.

    `order`: the best without that, tried besides those of `_orders`.
    """
    buffers = _arena_buffers(layers)
    growing = [i for i, layer in enumerate(layers) if isinstance(layer, Conv) and layer.out_shape[1] >= TILE]
    for strip in range(2, STRIP + 1):
        for index in list(growing):
            layer, gap = layers[index], gaps[index]
            assert isinstance(layer, Conv)
            if not isinstance(layer, Depthwise) and strip <= layer.out_shape[1] // TILE:
                _gather(layer, index, strip)
                gaps[index] = _gap(layer)
                pairs = _pairs(layers, gaps)
                orders = [order, *_orders(layers, buffers)]
                if any(_extent(buffers, _place(each, pairs)) <= limit for each in orders):
                    continue
                _gather(layer, index, strip - 1)
                gaps[index] = gap
            growing.remove(index)


def _orders(layers: list[Layer], buffers: list[Buffer]) -> list[list[Buffer]]:
    """Orders to place buffers in: large ones first; as they come to life; scratch, then the last first.

    The last puts each output a gap below its input, and scratch below both.
    """
    scratch = {layer.scratch_buffer for layer in layers}
    return [
        sorted(buffers, key=lambda b: (-b.size, b.first)),
        sorted(buffers, key=lambda b: (b.first, -b.size)),
        sorted(buffers, key=lambda b: (b not in scratch, -b.last, -b.first)),
    ]


def _planned(layers: list[Layer], gaps: list[int | None], further: list[Buffer]) -> tuple[Plan, list[Buffer]]:
    """Give the buffers their offsets, by the best of many orders (`further` one of them) and return that."""
    buffers = _arena_buffers(layers)
    pairs = _pairs(layers, gaps)
    orders = _orders(layers, buffers)
    shuffler = random.Random(1)
    orders += [shuffler.sample(orders[0], len(buffers)) for _ in range(ORDERS)]
    orders += [further] * bool(further)
    best, order = min(
        ((_place(order, pairs), order) for order in orders), key=lambda found: _extent(buffers, found[0])
    )
    for buffer in buffers:
        buffer.offset = best[buffer]
    live = max(
        (sum(b.size for b in buffers if b.first <= i <= b.last) for i in range(len(layers))), default=0
    )
    return Plan(_extent(buffers, best), live), order


def _arena_buffers(layers: list[Layer]) -> list[Buffer]:
    found: dict[int, Buffer] = {}
    for layer in layers:
        views = [*(v.buffer for v in layer.inputs), layer.output.buffer]
        for buffer in [*views, *([layer.scratch_buffer] if layer.scratch_buffer else [])]:
            if buffer.planned:
                found[id(buffer)] = buffer
    return list(found.values())


def _extent(buffers: list[Buffer], offsets: dict[Buffer, int]) -> int:
    return max((offsets[b] + _aligned(b.size) for b in buffers), default=0)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _place(order: list[Buffer], pairs: dict[tuple[Buffer, Buffer], int]) -> dict[Buffer, int]:
    """Lowest free offset for each buffer in turn."""
    offsets: dict[Buffer, int] = {}
    for buffer in order:
        taken = []  # open intervals of offsets that collide with what is placed
        for other, offset in offsets.items():
            if other.last < buffer.first or buffer.last < other.first:
                continue
            low, high = offset - _aligned(buffer.size), offset + _aligned(other.size)
            if (buffer, other) in pairs:  # computed from `other`: may start the gap below it, or lower
                low = max(low, offset - pairs[buffer, other])
            if (other, buffer) in pairs:
                high = min(high, offset + pairs[other, buffer])
            taken.append((low, high))
        offsets[buffer] = _first_free(taken)
    return offsets


def _first_free(taken: list[tuple[int, int]]) -> int:
    """Lowest offset of 0 or more strictly inside none of the intervals."""
    candidates = sorted({0, *(high for _, high in taken if high > 0)})
    return next(c for c in candidates if not any(low < c < high for low, high in taken))


def _pairs(layers: list[Layer], gaps: list[int | None]) -> dict[tuple[Buffer, Buffer], int]:
    """(output, input) buffers that may overlap, and by how many bytes the output must start lower."""
    pairs: dict[tuple[Buffer, Buffer], int] = {}
    for index, (layer, gap) in enumerate(zip(layers, gaps, strict=True)):
        source, target = layer.inputs[0], layer.output
        whole = source.offset == 0 and target.offset == 0
        dying = source.buffer.last == index and target.buffer.first == index
        arena = source.buffer.planned and target.buffer.planned
        shared = [v.buffer for v in layer.inputs].count(source.buffer) > 1
        if whole and dying and arena and not shared and gap is not None:
            pairs[target.buffer, source.buffer] = _aligned(gap)
    return pairs


def _gap(layer: Layer) -> int | None:
    """Bytes by which the output must start below the input that it overlaps; None: it may not overlap."""
    if isinstance(layer, Lookup | Softmax) or (
        isinstance(layer, Elementwise) and layer.inputs[0].size == layer.output.size
    ):
        return 0
    if isinstance(layer, Depthwise):
        both = (_singly(layer), _in_rows(layer, depthwise_strip(layer)))  # without and with DSP extension
        return max(_window_gap(layer, layer.weights.shape[:2], layer.dilation, s, True) for s in both)
    if isinstance(layer, Conv) and not layer.planes:
        groups = layer.in_shape[2] // layer.weights.shape[3]
        steps = (_strips(layer, strip) for strip in (1, layer.strip))
        return max(_window_gap(layer, layer.weights.shape[1:3], layer.dilation, s, groups > 1) for s in steps)
    if isinstance(layer, Pool):
        return _window_gap(layer, layer.kernel, (1, 1), _singly(layer), True)
    return None


def _singly(layer: Depthwise | Pool) -> list[range]:
    return [range(p, p + 1) for p in range(layer.out_shape[0] * layer.out_shape[1])]


def _in_rows(layer: Depthwise, strip: int) -> list[range]:
    """Steps of `strip` positions: parts of a row, or whole rows."""
    (rows, width, _), strip = layer.out_shape, strip or 1
    if strip >= width:
        return [range(at, min(at + strip, rows * width)) for at in range(0, rows * width, strip)]
    return [
        range(row * width + x, row * width + min(x + strip, width))
        for row in range(rows)
        for x in range(0, width, strip)
    ]


def _strips(layer: Conv, strip: int) -> list[range]:
    """Output positions that zephyr_app/core/nn/conv.c reads for before it writes them, step by step."""
    (_, in_w, _), (out_h, out_w, _) = layer.in_shape, layer.out_shape
    _, _, kernel_w, depth = layer.weights.shape
    positions = out_h * out_w
    width = TILE if positions >= TILE else 1
    run = depth * kernel_w if layer.dilation[1] * layer.pitch == depth else depth
    steps, following = [], 0
    while following < positions:
        first = min(following, positions - width)
        y, x = divmod(first, out_w)
        left = x * layer.stride[1] - layer.pad[1]
        columns = (
            in_w - (kernel_w - 1) * layer.dilation[1] - 1 - (3 if run % 4 else 0) - left
        ) // layer.stride[1]
        columns = min(columns + 1, out_w - x)
        top = y * layer.stride[0] - layer.pad[0]
        bottom = top + (layer.weights.shape[1] - 1) * layer.dilation[0]
        inside = top >= 0 and left >= 0 and bottom < layer.in_shape[0] and columns >= width
        tiles = min(strip, columns // TILE) if inside and strip > 1 else 1
        steps.append(range(first, first + tiles * width))
        following += tiles * width
    return steps


def _window_gap(
    layer: Conv | Depthwise | Pool,
    kernel: tuple[int, int],
    dilation: tuple[int, int],
    steps: list[range],
    interleaved: bool,
) -> int:
    """Most bytes by which a write runs ahead of a later read, both counted from their buffer's start.

    `interleaved`: a step reads on after its first write (groups, channels).
    """
    (in_h, in_w, depth), (_, out_w, channels) = layer.in_shape, layer.out_shape

    def first_read(position: int) -> int:
        y, x = divmod(position, out_w)
        rows = [y * layer.stride[0] - layer.pad[0] + k * dilation[0] for k in range(kernel[0])]
        columns = [x * layer.stride[1] - layer.pad[1] + k * dilation[1] for k in range(kernel[1])]
        inside = [r * in_w + c for r in rows if 0 <= r < in_h for c in columns if 0 <= c < in_w]
        inside += [position] * isinstance(layer, ConvAdd)
        return min(inside) * depth if inside else in_h * in_w * depth

    reads = [min(first_read(p) for p in step) for step in steps]
    gap, later = 0, in_h * in_w * depth
    for step in reversed(range(len(steps))):
        if interleaved:
            later = min(later, reads[step])
        gap = max(gap, steps[step].stop * channels - later)
        later = min(later, reads[step])
    return gap
