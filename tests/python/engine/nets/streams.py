# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategy: random nets that can stream, as recipes that build them for any number of frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from builder import NONE, RELU, RELU6, VALID, Builder
from hypothesis import strategies as st

from wristpulse.oracle import IntegerModel

Step = Callable[[Builder, int], int]
LAYOUTS = ("width", "height", "rows", "channels first", "side by side")


@dataclass
class Stream:
    """A causal net: how its input lies, the trunk's and the head's operators, window and hop in frames."""

    layout: str
    channels: int
    zero: int
    window: int
    hop: int
    trunk: list[Step]
    head: list[Step]
    hops: np.ndarray  # int8 (n, hop, channels)
    kinds: list[str] = field(default_factory=list)

    @property
    def axis(self) -> int:
        """Axis of time in the trunk."""
        return 1 if self.layout == "height" else 2

    def bytes(self, frames: np.ndarray) -> np.ndarray:
        """int8 (frames, channels) as the input holds them."""
        if self.layout == "channels first":
            return frames.T.ravel()
        if self.layout == "side by side":
            return np.concatenate([frames[:, :1].ravel(), frames[:, 1:].ravel()])
        return frames.ravel()

    def model(self, frames: int, head: bool) -> bytes:
        """.tflite of the net for so many frames; without the head, its output is the trunk's."""
        b = Builder()
        x = self._start(b, frames)
        for step in (*self.trunk, *(self.head if head else ())):
            x = step(b, x)
        return b.finish(x)

    def head_model(self) -> bytes:
        """.tflite of the head alone."""
        whole = Builder()
        x = self._start(whole, self.window)
        for step in self.trunk:
            x = step(whole, x)
        b = Builder()
        y = b.source(whole.shape(x), *whole.quantisation(x))
        for step in self.head:
            y = step(b, y)
        return b.finish(y)

    def _start(self, b: Builder, n: int) -> int:
        c = self.channels
        shape = {
            "width": (1, 1, n, c), "height": (1, n, 1, c), "rows": (1, n, c), "channels first": (c, n),
            "side by side": (1, n * c),
        }[self.layout]  # fmt: skip
        x = b.source(shape, 0.05, self.zero)
        if self.layout == "channels first":
            x = b.transpose(x, (1, 0))
        if self.layout == "side by side":
            parts = [
                b.reshape(b.slice(x, [0, start], [1, stop], [1, 1]), (1, 1, n, (stop - start) // n))
                for start, stop in ((0, n), (n, n * c))
            ]
            return b.concatenate(parts, 3)
        return x if self.layout in ("width", "height") else b.reshape(x, (1, 1, n, c))

    def expected(self, folder: Path) -> np.ndarray:
        """Outputs after each hop from the oracle over all frames so far: int8 (n, outputs).

        The head sees the last window's steps; its zero point stands for those before the first frame.
        """
        head = _load(folder, self.head_model()) if self.head else None
        steps = IntegerModel.load(_file(folder, self.model(self.window, head=False))).output.shape[self.axis]
        results = []
        for n in range(1, len(self.hops) + 1):
            history = self.hops[:n].reshape(-1, self.channels)
            trunk = _load(folder, self.model(len(history), head=False))
            values = np.moveaxis(
                trunk.run(self.bytes(history)[None]).reshape(trunk.output.shape), self.axis, 0
            )
            missing = max(0, steps - len(values))
            values = np.pad(values, ((missing, 0), *[(0, 0)] * 3), constant_values=trunk.output.zero)
            last = np.moveaxis(values[-steps:], 0, self.axis)
            results.append(head.predict(last[None])[0] if head else last.ravel())
        return np.array(results)


def _file(folder: Path, blob: bytes) -> Path:
    path = folder / "part.tflite"
    path.write_bytes(blob)
    return path


def _load(folder: Path, blob: bytes) -> IntegerModel:
    return IntegerModel.load(_file(folder, blob))


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """One to four trunk operators and a head."""
    return _Drawing(draw).stream()


class _Drawing:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        self.rate, self.axis, self.kinds = 1, 2, []

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, *values):  # noqa: ANN002, ANN201
        return self.draw(st.sampled_from(values))

    def stream(self) -> Stream:
        layout = self.pick(*LAYOUTS)
        self.axis = 1 if layout == "height" else 2
        channels = self.integer(2, 5)
        self.depth, trunk = channels, []
        for number in range(self.integer(1, 4)):
            kind = self.pick(
                "convolution", *(("convolution", "depthwise", "pool", "residual", "lookup") if number else ())
            )
            self.kinds.append(kind)
            trunk.append(getattr(self, kind)())
        head = getattr(self, self.pick("dense", "mean", "pooled", "last", "none"))()
        hop = self.rate * self.integer(1, 3)
        window = max(self.rate * self.integer(hop // self.rate, 8), 7)
        window += -window % (self.rate * self.pick(1, hop // self.rate))
        hops = self.rng.integers(-128, 128, (self.integer(3, 9), hop, channels)).astype(np.int8)
        zero = self.pick(0, -128, 127, 9)
        return Stream(layout, channels, zero, window, hop, trunk, head, hops, self.kinds)

    def along(self, value: int, other: int = 1) -> tuple[int, int]:
        """(height, width) of a value along time."""
        return (value, other) if self.axis == 1 else (other, value)

    def convolution(self, depthwise: bool = False) -> Step:
        kernel, dilation, stride = self.integer(1, 5), self.integer(1, 3), self.pick(1, 1, 2)
        groups = 1 if depthwise else self.pick(1, *([2] if self.depth % 2 == 0 else []))
        out = self.depth * self.pick(1, 2) if depthwise else groups * self.integer(1, 6)
        shape = (
            (1, *self.along(kernel), out) if depthwise else (out, *self.along(kernel), self.depth // groups)
        )
        span = (kernel - 1) * dilation + 1
        lead = span - 1 - self.integer(0, min(stride, span) - 1)
        activation, quantisation = self.pick(NONE, RELU, RELU6), (0.3 * kernel**0.5, self.pick(-128, 0, 31))
        weights = self.rng.integers(-127, 128, shape)
        bias = self.rng.integers(-2000, 2000, out)
        scales = self.rng.uniform(0.004, 0.02, out)
        self.rate, self.depth = self.rate * stride, out
        pads = [[0, 0], [lead, 0], [0, 0], [0, 0]] if self.axis == 1 else [[0, 0], [0, 0], [lead, 0], [0, 0]]

        def step(b: Builder, x: int) -> int:
            if lead:
                x = b.pad(x, pads)
            return b.convolution(
                x, weights, bias, scales, quantisation, depthwise=depthwise, stride=self.along(stride),
                dilation=self.along(dilation), padding=VALID, activation=activation,
            )  # fmt: skip

        return step

    def depthwise(self) -> Step:
        return self.convolution(depthwise=True)

    def pool(self) -> Step:
        average, size = self.draw(st.booleans()), self.pick(2, 3)
        kernel = self.along(size)
        self.rate *= size
        return lambda b, x: b.pool(x, average, kernel, kernel)

    def residual(self) -> Step:
        rate, depth = self.rate, self.depth
        branch = self.convolution()
        if self.rate != rate or self.depth != depth:  # it cannot be joined: take one that can
            self.rate, self.depth = rate, depth
            weights = self.rng.integers(-127, 128, (depth, 1, 1, depth))

            def branch(b: Builder, x: int) -> int:
                return b.convolution(x, weights, np.zeros(depth), [0.01], (0.2, 3))

        join = self.pick("add", "concatenate", "constant")
        constant = self.rng.integers(-128, 128, (1, 1, 1, depth))
        self.depth *= 1 + (join == "concatenate")

        def step(b: Builder, x: int) -> int:
            y = branch(b, x)
            if join == "concatenate":
                return b.concatenate([b.pool(x, True, (1, 1), (1, 1)), x], 3)
            other = x if join == "add" else b.constant(constant, np.int8, scale=0.02, zero=0)
            return b.elementwise("ADD" if join == "add" else "MUL", y, other, (0.4, -5))

        return step

    def lookup(self) -> Step:
        kind = self.pick("RELU", "LOGISTIC", "QUANTIZE")
        out = (1 / 256, -128) if kind == "LOGISTIC" else (0.2, self.pick(-128, 4))
        return lambda b, x: b.unary(kind, x, out)

    # Heads

    def dense(self) -> list[Step]:
        seed, outputs = self.integer(0, 2**32 - 1), self.integer(1, 5)

        def connected(b: Builder, x: int) -> int:
            depth = int(np.prod(b.shape(x)))
            weights = np.random.default_rng(seed).integers(-127, 128, (outputs, depth))
            return b.connected(x, weights, np.zeros(outputs), [0.01], (0.5, 2))

        return [lambda b, x: b.reshape(x, (1, int(np.prod(b.shape(x))))), connected]

    def mean(self) -> list[Step]:
        keep = self.draw(st.booleans())
        return [lambda b, x: b.mean(x, [1, 2], keep, (0.2, 1)), self.dense()[1]]

    def pooled(self) -> list[Step]:
        weights = self.rng.integers(-127, 128, (3, 1, 1, self.depth))
        return [
            lambda b, x: b.pool(x, True, b.shape(x)[1:3], (1, 1)),
            lambda b, x: b.convolution(x, weights, np.zeros(3), [0.01], (0.3, 0)),
        ]

    def last(self) -> list[Step]:
        def cut(b: Builder, x: int) -> int:
            shape = b.shape(x)
            begin = [0, shape[1] - 1, shape[2] - 1, 0]
            return b.slice(x, begin, list(shape), [1, 1, 1, 1])

        return [cut, self.dense()[1]]

    def none(self) -> list[Step]:
        return []
