# SPDX-License-Identifier: Apache-2.0
"""Each further operator by itself: the oracle equals TFLite's reference on every value, the C the oracle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from batch import Target, mismatches
from builder import SAME, VALID, Builder
from tensorflow.lite.python import schema_py_generated as schema
from test_generated import TARGETS
from test_oracle import reference

from wristpulse.oracle import IntegerModel

Made = tuple[bytes, np.ndarray]
EVERY = np.arange(-128, 128).astype(np.int8)


def unary(kind: str, rng: np.random.Generator) -> Made:
    """All 256 values, with any scale, zero point and slope."""
    b = Builder()
    x = b.source((1, 1, 64, 4), float(10 ** rng.uniform(-2.5, 0)), int(rng.integers(-128, 128)))
    out = (b.quantisation(x)[0] * float(2 ** rng.uniform(-3, 2)), int(rng.integers(-128, 128)))
    fixed = {"TANH": (1 / 128, 0), "LOGISTIC": (1 / 256, -128)}
    return b.finish(b.unary(kind, x, fixed.get(kind, out), float(rng.uniform(0, 1)))), EVERY[None]


def binary(kind: str, rng: np.random.Generator) -> Made:
    """Two inputs, or one and a constant that repeats, on either side."""
    b = Builder()
    scale, zero = float(10 ** rng.uniform(-2, 0)), int(rng.integers(-128, 128))
    x = b.source((1, 1, 40, 4), scale, zero)
    same = kind in ("MAXIMUM", "MINIMUM")
    other = (scale, zero) if same else (scale * float(2 ** rng.uniform(-4, 4)), int(rng.integers(-128, 128)))
    if rng.random() < 0.5:
        y = b.constant(rng.integers(-128, 128, 4), np.int8, scale=other[0], zero=other[1])
    else:
        y = b.tensor((1, 1, 40, 4), scale=other[0], zero=other[1])
        b.graph.inputs = [x, y]
    out = other if same else (max(scale, other[0]) * 2, int(rng.integers(-128, 128)))
    pair = (x, y) if rng.random() < 0.5 else (y, x)
    result = b.elementwise(kind, *pair, out)
    return b.finish(result), rng.integers(-128, 128, (4, 160 * len(b.graph.inputs))).astype(np.int8)


def cut(kind: str, rng: np.random.Generator) -> Made:
    """Parts of a tensor, all of them outputs; the first goes on into a pool."""
    b = Builder()
    shape, axis = (1, 3, 8, 6), int(rng.integers(1, 4))
    x = b.source(shape, 0.1, 4)
    sizes = {
        "SPLIT": [shape[axis] // 2] * 2 if shape[axis] % 2 == 0 else [1] * 3,
        "UNPACK": [1] * shape[axis],
    }
    sizes = sizes.get(kind) or [1, shape[axis] - 1]
    shapes = [(*shape[:axis], *([] if kind == "UNPACK" else [size]), *shape[axis + 1 :]) for size in sizes]
    outputs = [b.like(x, part) for part in shapes]
    if kind == "UNPACK":
        b.operator(kind, [x], outputs, schema.UnpackOptionsT, axis=axis, num=len(outputs))
    elif kind == "SPLIT":
        b.operator(kind, [b.constant(axis), x], outputs, schema.SplitOptionsT, numSplits=len(outputs))
    else:
        inputs = [x, b.constant(sizes), b.constant(axis)]
        b.operator(kind, inputs, outputs, schema.SplitVOptionsT, numSplits=len(outputs))
    results = [b.unary("RELU", part, (0.2, -3)) for part in outputs]
    return b.finish(*results), rng.integers(-128, 128, (3, 144)).astype(np.int8)


def turned(kind: str, rng: np.random.Generator) -> Made:
    """Slices that run backwards, or the operator that turns axes."""
    b = Builder()
    x = b.source((1, 3, 9, 4), 0.1, 4)
    if kind == "REVERSE_V2":
        y = b.operator(kind, [x, b.constant([2])], b.like(x, (1, 3, 9, 4)), schema.ReverseV2OptionsT)
    else:
        ends = int(rng.integers(0, 3)), int(rng.integers(0, 4))
        y = b.slice(x, [0, 2, 8 - ends[0], 3], [1, 0, ends[1], 0], [1, -1, -int(rng.integers(1, 4)), -1])
    return b.finish(b.pool(y, True, (1, 1), (1, 1))), rng.integers(-128, 128, (3, 108)).astype(np.int8)


def largest(kind: str, rng: np.random.Generator) -> Made:
    b = Builder()
    x = b.source((1, 3, 9, 5), 0.1, 4)
    axes, keep = [[1, 2], [2], [3], [1]][int(rng.integers(4))], bool(rng.random() < 0.5)
    kept = [1 if i in axes else d for i, d in enumerate((1, 3, 9, 5)) if keep or i not in axes]
    y = b.operator(kind, [x, b.constant(axes)], b.like(x, kept), schema.ReducerOptionsT, keepDims=keep)
    return b.finish(y), rng.integers(-128, 128, (3, 135)).astype(np.int8)


def grown(kind: str, rng: np.random.Generator) -> Made:
    """An image whose width or height grows by a whole factor."""
    b = Builder()
    x = b.source((1, 2, 7, 5), 0.1, 4)
    factor, wide = int(rng.integers(2, 7)), bool(rng.random() < 0.7)
    size = (2, 7 * factor) if wide else (2 * factor, 7)
    half = bool(rng.random() < 0.5)
    y = b.operator(
        kind, [x, b.constant(size)], b.like(x, (1, *size, 5)), schema.ResizeNearestNeighborOptionsT,
        halfPixelCenters=half,
    )  # fmt: skip
    return b.finish(y), rng.integers(-128, 128, (3, 70)).astype(np.int8)


def transposed_convolution(kind: str, rng: np.random.Generator) -> Made:
    b = Builder()
    x = b.source((1, 2, 6, 3), 0.1, 4)
    stride, kernel = (1, int(rng.integers(1, 4))), (int(rng.integers(1, 3)), int(rng.integers(1, 6)))
    same = bool(rng.random() < 0.5)
    size = [n * s if same else (n - 1) * s + k for n, s, k in zip((2, 6), stride, kernel, strict=True)]
    weights = b.constant(
        rng.integers(-127, 128, (5, *kernel, 3)), np.int8, scale=0.01 * 2.0 ** rng.uniform(-1, 1, 5),
        zero=np.zeros(5),
    )  # fmt: skip
    y = b.tensor((1, *size, 5), scale=0.3, zero=-7)
    inputs = [b.constant([1, *size, 5]), weights, x, b.constant(rng.integers(-999, 999, 5))]
    padding = SAME if same else VALID
    b.operator(
        kind, inputs, y, schema.TransposeConvOptionsT, padding=padding, strideH=stride[0], strideW=stride[1]
    )
    return b.finish(y), rng.integers(-128, 128, (3, 36)).astype(np.int8)


MAKERS: dict[str, Callable[[str, np.random.Generator], Made]] = {
    **dict.fromkeys(("TANH", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC"), unary),
    **dict.fromkeys(("SUB", "MAXIMUM", "MINIMUM"), binary),
    **dict.fromkeys(("SPLIT", "SPLIT_V", "UNPACK"), cut),
    **dict.fromkeys(("STRIDED_SLICE", "REVERSE_V2"), turned),
    "REDUCE_MAX": largest,
    "RESIZE_NEAREST_NEIGHBOR": grown,
    "TRANSPOSE_CONV": transposed_convolution,
}


def made(kind: str, count: int, folder: Path) -> list[tuple[Path, np.ndarray]]:
    models = []
    for seed in range(count):
        blob, inputs = MAKERS[kind](kind, np.random.default_rng([seed, len(kind)]))
        models.append((folder / f"{kind}_{seed}.tflite", inputs))
        models[-1][0].write_bytes(blob)
    return models


@pytest.mark.parametrize("kind", MAKERS)
def test_equals_the_reference(kind: str, tmp_path: Path) -> None:
    for path, inputs in made(kind, 24, tmp_path):
        expected = reference(path, inputs)
        np.testing.assert_array_equal(IntegerModel.load(path).predict(inputs), expected, path.stem)


@pytest.mark.parametrize("target", TARGETS)
def test_in_c(target: Target, scratch: Path, tmp_path: Path) -> None:
    models = [model for kind in MAKERS for model in made(kind, 4, tmp_path)]
    assert mismatches(target, scratch, tmp_path, models) == []
