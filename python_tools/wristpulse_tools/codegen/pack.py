# SPDX-License-Identifier: Apache-2.0
"""Weights and per-channel constants in the order the kernels read them.

Convolution weights: for each group and pair of output channels (a, b), the taps in order of kernel row,
kernel column, input channel, padded with zeros to a multiple of four. Four taps make two words:

    256 * b0 + a0, 256 * b2 + a2        256 * b1 + a1, 256 * b3 + a3

of little-endian halfwords: SXTB16 of a word gives two taps of a, the word itself multiplies as 256 * b + a,
and SXTB16 of four consecutive activations gives the matching pairs (x0, x2) and (x1, x3). The input's zero
point is folded into the bias.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wristpulse.oracle.arithmetic import multiply
from wristpulse_tools.codegen.layers import TILE, Conv, ConvAdd, Depthwise, Layer

ABI = 2  # PULSE_NN_ABI of zephyr_app/core/nn/pulse/nn.h: count both up where packing or structs change
ACC_LIMIT = 1 << 30  # the short requantisation doubles the accumulator in 32 bits
NOT_CONSTANT = 1 << 10  # no int8
DEPTHWISE_STRIP = 32  # positions; a multiple of four
SUM_LIMIT = 1 << 16  # of |weights|: times 128 for the activation and 256 for the pair, it fits 32 bits


@dataclass(frozen=True)
class Packed:
    """`weights` int8 in kernel order; `channels` rows of (bias, multiplier, round or shift)."""

    weights: np.ndarray
    channels: np.ndarray
    wide: bool


class PackError(ValueError):
    """Accumulators beyond 32 bits: `place` names the operator and channel."""

    def __init__(self, place: str, found: int) -> None:
        self.place, self.found = place, found
        super().__init__(f"{place}: sums up to {found}")


def quads(taps: int) -> int:
    """Count groups of four taps.

    Parameters
    ----------
    taps : int

    Returns
    -------
    int
    """
    return -(-taps // 4)


def pack_conv(layer: Conv) -> Packed:
    """Pack a convolution's weights; a zero filter fills up an odd number of channels in a group.

    Parameters
    ----------
    layer : Conv

    Returns
    -------
    Packed

    Raises
    ------
    PackError
        A sum that does not fit 32 bits.
    """
    out, kernel_h, kernel_w, depth = layer.weights.shape
    groups = layer.in_shape[2] // depth
    per_group, taps = out // groups, kernel_h * kernel_w * depth
    filters, table, wide = _channels(layer, layer.weights.reshape(out, -1))
    pairs, count = -(-per_group // 2), quads(taps)
    filled = np.zeros((groups, pairs * 2, count * 4), np.int8)
    filled[:, :per_group, :taps] = filters.reshape(groups, per_group, taps)
    # axes: group, pair, ab, quad, half (tap >> 1), word (tap & 1)
    split = filled.reshape(groups, pairs, 2, count, 2, 2).transpose(2, 0, 1, 3, 5, 4).astype(np.int32)
    weights = (256 * split[1] + split[0]).astype("<i2").ravel().view(np.int8)
    padded = np.zeros((groups, pairs * 2, 3), np.int64)
    padded[:, :per_group] = table.reshape(groups, per_group, 3)
    if pairs * 2 > per_group:
        padded[:, -1] = padded[:, -2]
    return Packed(weights, padded.reshape(-1, 3), wide)


def pack_depthwise(layer: Depthwise) -> Packed:
    """Pack a depthwise convolution; its weights keep TFLite's order (KH, KW, out).

    Parameters
    ----------
    layer : Depthwise

    Returns
    -------
    Packed

    Raises
    ------
    PackError
        A sum that does not fit 32 bits.
    """
    filters, table, wide = _channels(layer, layer.weights.reshape(-1, layer.weights.shape[2]).T)
    table[:, 0] += layer.in_zero * filters.sum(axis=1)  # the kernel takes the zero point off the taps
    return Packed(filters.T.astype(np.int8).ravel(), table, wide)


def _channels(layer: Conv, filters: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Filters, constants of each output channel, and whether any needs the long requantisation."""
    filters = filters.astype(np.int64)
    reach = np.abs(layer.bias.astype(np.int64)) + np.abs(filters).sum(axis=1) * 256
    if np.any(reach >= 1 << 31):
        channel = int(reach.argmax())
        raise PackError(f"{layer.source}, channel {channel}", int(reach[channel]))
    original = layer, filters
    layer, filters, constant = _without_constant_channels(layer, filters)
    bias = layer.bias.astype(np.int64) - layer.in_zero * filters.sum(axis=1)
    reach = np.abs(layer.bias.astype(np.int64)) + np.abs(filters).sum(axis=1) * 256
    exponent = -layer.shift
    largest = (reach.astype(np.float64) * layer.multiplier / 2**31).max() + 1
    rounding = (2 * layer.out_zero + 1) * 2.0 ** (np.maximum(exponent, 1) - 1)
    rounding = np.where(constant == NOT_CONSTANT, rounding, 2 * constant + 1)
    wide = bool(
        np.any(exponent < 1)
        or np.any(exponent > 30)
        or np.any(reach >= ACC_LIMIT)
        or np.any(filters == -128)
        or np.any(np.abs(filters).sum(axis=1) >= SUM_LIMIT)
        or np.any(np.abs(rounding) + largest >= 2**31)
    )
    if wide:
        layer, filters = original
        bias = layer.bias.astype(np.int64) - layer.in_zero * filters.sum(axis=1)
    last = layer.shift if wide else np.array([int(r) for r in rounding], np.int64)
    return filters, np.stack([bias, layer.multiplier, last], axis=1), wide


def _without_constant_channels(layer: Conv, filters: np.ndarray) -> tuple[Conv, np.ndarray, np.ndarray]:
    """Channels whose output no input can change get no weights; their outputs, else NOT_CONSTANT.

    Pruned filters, dead ReLUs: the converter shrinks such a channel's scale until the bias is 2^30, which
    the short requantisation does not take. Bias 0 and a rounding constant of 2 * output + 1 give the output.
    """
    low, high = (
        np.minimum(filters * (-128 - layer.in_zero), filters * (127 - layer.in_zero)).sum(axis=1),
        np.maximum(filters * (-128 - layer.in_zero), filters * (127 - layer.in_zero)).sum(axis=1),
    )
    ends = [layer.bias.astype(np.int64) + end for end in (low, high)]
    fits = [np.abs(end) << np.maximum(layer.shift, 0) < 1 << 31 for end in ends]
    outputs = [
        np.clip(multiply(end, layer.multiplier, layer.shift) + layer.out_zero, *layer.clamp) for end in ends
    ]
    same = fits[0] & fits[1] & (outputs[0] == outputs[1])
    changed = replace(
        layer,
        bias=np.where(same, 0, layer.bias),
        multiplier=np.where(same, 1 << 30, layer.multiplier),
        shift=np.where(same, -1, layer.shift),
    )
    return changed, np.where(same[:, None], 0, filters), np.where(same, outputs[0], NOT_CONSTANT)


def scratch_bytes(layer: Layer) -> int:
    """Bytes that a convolution gathers its input into.

    A strip of tiles: int16 taps of TILE output positions each, or of one position where there are fewer.
    Where neighbouring tiles have taps in common, the strip holds these once. Behind it, taps in bytes where a
    run of them is no multiple of four, or one position of zero points for taps outside the input.

    Parameters
    ----------
    layer : Layer

    Returns
    -------
    int
        0 for other layers.
    """
    if not isinstance(layer, Conv):
        return 0
    if isinstance(layer, Depthwise):
        return _depthwise_scratch_bytes(layer)
    return tile_bytes(layer) + (layer.strip * TILE * layer.out_shape[2] if isinstance(layer, ConvAdd) else 0)


def tile_bytes(layer: Conv) -> int:
    """Bytes of a strip of tiles and what the kernel needs behind it."""
    _, kernel_h, kernel_w, depth = layer.weights.shape
    taps = quads(kernel_h * kernel_w * depth) * 4
    if layer.out_shape[0] * layer.out_shape[1] < TILE:
        return taps * 2
    shared = (
        kernel_h == layer.stride[1] == 1
        and TILE % layer.dilation[1] == 0
        and kernel_w * layer.dilation[1] >= TILE
        and (depth % 4 == 0 or layer.dilation[1] * layer.pitch == depth)
    )
    step = TILE // layer.dilation[1] * depth if shared else taps
    rows = TILE * (taps + 4) if depth % 4 else depth
    return max((taps + (layer.strip - 1) * step), taps) * TILE * 2 + rows


def depthwise_strip(layer: Depthwise) -> int:
    """Count the positions that depthwise_dsp.c computes at a time.

    Parameters
    ----------
    layer : Depthwise

    Returns
    -------
    int
        Part of a row, or as many whole rows; 0 where the kernel does not apply.
    """
    rows, width, channels = layer.out_shape
    if layer.stride[1] > 2 or layer.dilation[1] > 1 or layer.in_shape[2] != channels or channels % 4:
        return 0
    if width >= DEPTHWISE_STRIP:
        return DEPTHWISE_STRIP
    return width * (1 if layer.dilation[0] > 1 else min(rows, DEPTHWISE_STRIP // width))


def _depthwise_scratch_bytes(layer: Depthwise) -> int:
    """Weights of four channels for even and for odd positions, and their taps, two a word."""
    strip = depthwise_strip(layer)
    if not strip:
        return 0
    kernel_h, kernel_w = layer.weights.shape[:2]
    width = min(strip, layer.out_shape[1])
    words = kernel_w // 2 + 1
    taps = ((strip // width - 1) * layer.stride[0] + kernel_h) * (
        quads(width) * 2 * layer.stride[1] + words - 1
    )
    return 4 * 4 * (2 * words * kernel_h + taps)
