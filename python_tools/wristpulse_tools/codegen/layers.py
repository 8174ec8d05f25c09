# SPDX-License-Identifier: Apache-2.0
"""What the generated program is made of: buffers, views into them, and one dataclass per kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

TILE = 4  # output positions that the convolution kernels compute at a time


class Place(Enum):
    """Where a buffer lives."""

    INPUT = "input"
    OUTPUT = "output"
    ARENA = "arena"
    CONSTANT = "constant"
    STATE = "state"  # of a streaming model, with the caller


@dataclass(eq=False)
class Buffer:
    """Bytes with a life time; `first` and `last` are indices of layers (-1: none yet).

    `offset` is the planned offset in the arena.
    """

    size: int
    place: Place = Place.ARENA
    data: np.ndarray | None = None
    first: int = -1
    last: int = -1
    offset: int = 0
    shared: bool = False  # an input that may lie in the arena, and is then overwritten
    member: str = ""  # the caller's name for it: an argument, or a member of the struct where STATE

    @property
    def planned(self) -> bool:
        """Whether it has a place in the arena."""
        return self.shared or self.place is Place.ARENA

    @property
    def constant(self) -> np.ndarray:
        """The data of a constant."""
        assert self.data is not None and self.place is Place.CONSTANT
        return self.data


@dataclass(frozen=True)
class View:
    """Elements of a buffer, addressed by strides (bytes, as all elements are int8)."""

    buffer: Buffer
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @classmethod
    def whole(cls, buffer: Buffer, shape: tuple[int, ...], offset: int = 0) -> View:
        """View of contiguous elements."""
        return cls(buffer, offset, shape, row_major(shape))

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def contiguous(self) -> bool:
        """Whether the elements follow one another in order."""
        expected = row_major(self.shape)
        return all(d == 1 or s == e for d, s, e in zip(self.shape, self.strides, expected, strict=True))


def row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides of contiguous elements."""
    return tuple(int(np.prod(shape[i + 1 :], dtype=np.int64)) for i in range(len(shape)))


@dataclass(eq=False)
class Layer:
    """One kernel call; `source` names the operators it stands for, `macs` counts their products."""

    source: str
    inputs: list[View]
    output: View
    macs: int = field(default=0, kw_only=True)
    scratch_buffer: Buffer | None = field(default=None, kw_only=True)


@dataclass(eq=False)
class Conv(Layer):
    """Convolution with groups, or rows by a matrix (1 x 1 kernel); weights (out, KH, KW, in / groups)."""

    weights: np.ndarray
    bias: np.ndarray
    multiplier: np.ndarray
    shift: np.ndarray
    in_shape: tuple[int, int, int]
    out_shape: tuple[int, int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pad: tuple[int, int]
    in_zero: int
    out_zero: int
    clamp: tuple[int, int]
    strip: int = field(default=1, kw_only=True)  # tiles that the kernel gathers at a time
    planes: bool = field(default=False, kw_only=True)  # the input holds group after group

    @property
    def pitch(self) -> int:
        """Bytes of the input from column to column."""
        return self.weights.shape[3] if self.planes else self.in_shape[2]


@dataclass(eq=False)
class Depthwise(Conv):
    """Each channel by its own filters; weights (KH, KW, out)."""


@dataclass(eq=False)
class ConvAdd(Conv):
    """Convolution whose result is added to its input, strip by strip; `add.inputs` are input and result."""

    add: Elementwise = field(kw_only=True)


@dataclass(eq=False)
class Pool(Layer):
    """Average or largest of a window."""

    average: bool
    in_shape: tuple[int, ...]  # height, width, channels
    out_shape: tuple[int, ...]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]
    clamp: tuple[int, int]


@dataclass(eq=False)
class Scale:
    """A Q31 multiplier and TFLite's shift (left if positive)."""

    multiplier: int
    shift: int


@dataclass(eq=False)
class Elementwise(Layer):
    """Two operands to one, by kernel `pulse_nn_<kind>`: add, sub, mul, maximum, minimum.

    The second operand repeats every `period` elements. A product uses only the scale `result`, maximum and
    minimum none.
    """

    kind: str
    zeros: tuple[int, int, int]
    scales: list[Scale]  # of the two operands
    result: Scale
    clamp: tuple[int, int]
    period: int


@dataclass(eq=False)
class Mean(Layer):
    """Mean over the slow axis of (count, channels)."""

    count: int
    channels: int
    scale: Scale
    in_zero: int
    out_zero: int


@dataclass(eq=False)
class Lookup(Layer):
    """A function of one int8, as a table of 256 indexed by q + 128."""

    table: np.ndarray


@dataclass(eq=False)
class Softmax(Layer):
    """Softmax of each row."""

    rows: int
    depth: int
    scale: Scale
    smallest: int


@dataclass(eq=False)
class Copy(Layer):
    """Strided copy of up to four axes; `fill` (offset, size, value) is written to its buffer first."""

    fill: tuple[int, int, int] | None = None
