# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategy: random small graphs over all operators, with extreme weights and scales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from builder import NONE, RELU, RELU6, SAME, VALID, Builder
from hypothesis import strategies as st

UNIT = (1 / 256, -128)  # what softmax and logistic must produce


@dataclass
class Case:
    """A .tflite file, inputs for it, and what it is made of (for the reader of a failure)."""

    blob: bytes
    inputs: np.ndarray
    kinds: list[str]


@st.composite
def graphs(draw: st.DrawFn, connected: bool = True) -> Case:
    """One to five operators in a row, some of them with a branch that is joined again."""
    growth = _Growth(draw, connected)
    x = growth.start()
    for _ in range(draw(st.integers(1, 5))):
        x = growth.step(x)
    seed = draw(st.integers(0, 2**32 - 1))
    size = int(np.prod(growth.b.shape(growth.b.graph.inputs[0])))
    inputs = np.random.default_rng(seed).integers(-128, 128, (3, size)).astype(np.int8)
    inputs[0] = draw(st.sampled_from([-128, 127, 0]))
    return Case(growth.b.finish(x), inputs, growth.kinds)


class _Growth:
    """A graph that grows by drawn operators."""

    def __init__(self, draw: st.DrawFn, connected: bool) -> None:
        self.draw, self.dense = draw, connected
        self.b, self.kinds = Builder(), []
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, *values):  # noqa: ANN002, ANN201
        return self.draw(st.sampled_from(values))

    def start(self) -> int:
        height = self.pick(1, 1, 1, 2, 4)
        shape = (1, height, self.integer(1, 24), self.integer(1, 12))
        return self.b.source(shape, self.pick(0.02, 1.0, 0.37), self.pick(0, -128, 127, 5))

    def step(self, x: int) -> int:
        kinds = ["conv", "conv", "grouped", "depthwise", "pool", "arithmetic", "lookup", "joined", "shape"]
        kinds += ["mean", "softmax", *["connected"] * self.dense]
        kind = self.pick(*kinds)
        if len(self.b.shape(x)) != 4:
            x = self.b.reshape(x, (1, 1, 1, int(np.prod(self.b.shape(x)))))
        self.kinds.append(kind)
        return getattr(self, kind)(x)

    def weights(self, shape: tuple[int, ...]) -> np.ndarray:
        mode = self.pick("random", "random", "large", "small", "lowest", "zero")
        if mode == "large":
            return self.rng.choice([-127, 127], shape)
        if mode == "lowest":
            return self.rng.choice([-128, -127, 127], shape)
        span = {"random": 127, "small": 2, "zero": 0}[mode]
        return self.rng.integers(-span, span + 1, shape)

    def constants(self, x: int, channels: int, taps: int):  # noqa: ANN201
        """Bias, filter scales and the output's scale and zero point of a layer with weights."""
        scales = 0.01 * 2.0 ** self.rng.uniform(-1, 1, channels if self.draw(st.booleans()) else 1)
        spread = self.b.quantisation(x)[0] * 0.01 * 60 * np.sqrt(taps) / 2
        out = (spread * 2.0 ** self.integer(-12, 3), self.pick(-128, 0, 127, 17, -100))
        bias = self.rng.integers(-(2 ** self.pick(4, 12)), 2**12, channels)
        return bias, scales, out

    def window(self, x: int) -> dict:
        _, height, width, _ = self.b.shape(x)
        padding = self.pick(SAME, VALID)
        kernel, dilation = [], []
        for size in (height, width):
            d = self.pick(1, 1, 2, 3)
            largest = 5 if padding == SAME else (size - 1) // d + 1
            kernel.append(self.integer(1, max(1, min(5, largest))) if size > 1 else 1)
            dilation.append(d if kernel[-1] > 1 else 1)
        stride = (1, 1) if max(dilation) > 1 else (self.pick(1, 1, 2), self.pick(1, 1, 2, 3))
        return dict(kernel=tuple(kernel), dilation=tuple(dilation), stride=stride, padding=padding)

    def conv(self, x: int, groups: int = 1) -> int:
        if self.pick(False, False, True):  # a causal PAD before it
            left = self.integer(0, 8)
            x = self.b.pad(x, [[0, 0], [0, self.integer(0, 1)], [left, self.integer(0, 2)], [0, 0]])
        w, depth = self.window(x), self.b.shape(x)[3] // groups
        channels = groups * self.integer(1, 7)
        weights = self.weights((channels, *w["kernel"], depth))
        bias, scales, out = self.constants(x, channels, weights[0].size)
        options = dict(stride=w["stride"], dilation=w["dilation"], padding=w["padding"])
        return self.b.convolution(x, weights, bias, scales, out, activation=self.activation(), **options)

    def grouped(self, x: int) -> int:
        depth = self.b.shape(x)[3]
        return self.conv(x, self.pick(*(g for g in range(1, depth + 1) if depth % g == 0)))

    def depthwise(self, x: int) -> int:
        w, depth = self.window(x), self.b.shape(x)[3]
        weights = self.weights((1, *w["kernel"], depth * self.pick(1, 1, 2)))
        bias, scales, out = self.constants(x, weights.shape[3], weights.shape[1] * weights.shape[2])
        options = dict(stride=w["stride"], dilation=w["dilation"], padding=w["padding"])
        return self.b.convolution(
            x, weights, bias, scales, out, depthwise=True, activation=self.activation(), **options
        )

    def connected_layer(self, x: int, flat: bool) -> int:
        shape = self.b.shape(x)
        depth = int(np.prod(shape)) if flat else shape[3]
        weights = self.weights((self.integer(1, 9), depth))
        bias, scales, out = self.constants(x, len(weights), depth)
        return self.b.connected(x, weights, bias, scales, out, self.activation())

    def connected(self, x: int) -> int:
        return self.connected_layer(x, self.draw(st.booleans()))

    def activation(self) -> int:
        return self.pick(NONE, NONE, RELU, RELU6)

    def pool(self, x: int) -> int:
        _, height, width, _ = self.b.shape(x)
        kernel = (self.integer(1, min(3, height)), self.integer(1, min(5, width)))
        stride = (self.integer(1, 2), self.integer(1, 4))
        return self.b.pool(
            x, self.draw(st.booleans()), kernel, stride, self.pick(SAME, VALID), self.activation()
        )

    def output(self, x: int):  # noqa: ANN201
        return self.b.quantisation(x)[0] * 2.0 ** self.integer(-2, 2) * 1.1, self.pick(-128, 0, 33, 127)

    def arithmetic(self, x: int) -> int:
        shape = self.b.shape(x)
        other = self.pick("itself", "scalar", "channels", "columns", "convolved")
        if other == "itself":
            y = x
        elif other == "convolved":
            weights = self.weights((shape[3], 1, 1, shape[3]))
            bias, scales, out = self.constants(x, shape[3], shape[3])
            y = self.b.convolution(x, weights, bias, scales, out)
        else:
            sizes = {"scalar": (1,), "channels": shape[3:], "columns": (1, 1, shape[2], 1)}[other]
            values = self.rng.integers(-128, 128, sizes)
            y = self.b.constant(values, np.int8, scale=self.pick(0.01, 0.5), zero=self.pick(0, -7))
        kind = self.pick("ADD", "MUL", "SUB", "MAXIMUM", "MINIMUM")
        if kind in ("MAXIMUM", "MINIMUM"):  # one scale for all
            y = self.b.unary("QUANTIZE", y, self.b.quantisation(x)) if y != x and other == "convolved" else x
            if other == "channels":
                scale, zero = self.b.quantisation(x)
                y = self.b.constant(self.rng.integers(-128, 128, shape[3:]), np.int8, scale=scale, zero=zero)
        pair = (x, y) if self.draw(st.booleans()) else (y, x)
        out = self.b.quantisation(x) if kind in ("MAXIMUM", "MINIMUM") else self.output(x)
        return self.b.elementwise(kind, *pair, out, self.pick(NONE, RELU))

    def lookup(self, x: int) -> int:
        kind = self.pick("LOGISTIC", "RELU", "RELU6", "QUANTIZE", "TANH", "LEAKY_RELU", "HARD_SWISH")
        out = {"LOGISTIC": UNIT, "TANH": (1 / 128, 0)}.get(kind) or self.output(x)
        return self.b.unary(kind, x, out, self.pick(0.0, 0.01, 0.3, 1.0))

    def softmax(self, x: int) -> int:
        return self.b.unary("SOFTMAX", x, UNIT)

    def joined(self, x: int) -> int:
        branches = [x, self.b.pool(x, True, (1, 1), (1, 1))]
        if self.draw(st.booleans()):
            branches.append(self.b.pool(x, False, (1, 1), (1, 1)))
        if self.draw(st.booleans()):
            branches.pop(0)
        return self.b.concatenate(branches, self.integer(1, 3))

    def shape(self, x: int) -> int:
        shape = self.b.shape(x)
        kind = self.pick("flat", "swap", "slice", "pad")
        if kind == "flat":
            return self.b.reshape(x, (1, 1, shape[1] * shape[2], shape[3]))
        if kind == "swap":
            return self.b.transpose(x, self.pick((0, 2, 1, 3), (0, 1, 3, 2), (0, 3, 1, 2)))
        if kind == "pad":
            return self.b.pad(
                x, [[0, 0], [self.integer(0, 1), 0], [0, self.integer(0, 3)], [0, self.integer(0, 2)]]
            )
        begin = [0, *(self.integer(0, d - 1) for d in shape[1:])]
        return self.b.slice(x, begin, list(shape), [1, 1, self.pick(1, 2), self.pick(1, 1, 2)])

    def mean(self, x: int) -> int:
        return self.b.mean(x, self.pick([1, 2], [2], [1], [3]), self.draw(st.booleans()), self.output(x))
