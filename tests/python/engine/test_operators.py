# SPDX-License-Identifier: Apache-2.0
"""Each further operator by itself: the oracle equals TFLite's reference on every value, the C the oracle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from batch import Target, mismatches
from builder import Builder
from test_generated import TARGETS
from test_oracle import reference

from training.integer import IntegerModel

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


MAKERS: dict[str, Callable[[str, np.random.Generator], Made]] = {
    **dict.fromkeys(("TANH", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC"), unary),
    **dict.fromkeys(("SUB", "MAXIMUM", "MINIMUM"), binary),
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
