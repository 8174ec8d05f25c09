# SPDX-License-Identifier: Apache-2.0
"""Residual branches: one layer for a convolution and the sum behind it, and what that saves of the arena."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from batch import Target, mismatches
from builder import NONE, RELU, SAME, Builder
from test_generated import TARGETS

import wristpulse
from wristpulse.oracle import IntegerModel
from wristpulse_tools.codegen.generate import compile_model
from wristpulse_tools.codegen.layers import ConvAdd

SHIPPED = Path(wristpulse.__file__).parent / "student" / "nobody" / "student.tflite"


def residual(b: Builder, x: int, rng: np.random.Generator, kernel: int, dilation: int, **pad: int) -> int:
    """One block; `left` and `right`: a PAD in place of SAME."""
    channels = b.shape(x)[3]
    groups = int(rng.choice([g for g in (1, 2, 4) if channels % g == 0])) if "groups" in pad else 1
    weights = rng.integers(-127, 128, (channels, 1, kernel, channels // groups))
    bias = rng.integers(-999, 999, channels)
    scale = b.quantisation(x)[0] * 0.01 * 40 * np.sqrt(weights[0].size)
    before, padding = x, SAME
    if "left" in pad:
        before = b.pad(x, [[0, 0], [0, 0], [pad["left"], pad["right"]], [0, 0]])
        padding = 1
    out = scale, int(rng.integers(-30, 30))
    y = b.convolution(before, weights, bias, [0.01], out, dilation=(1, dilation), padding=padding,
                      activation=int(rng.choice([NONE, RELU])))  # fmt: skip
    pair = (x, y) if rng.random() < 0.5 else (y, x)
    summed = (max(scale, b.quantisation(x)[0]) * float(rng.choice([0.7, 1.6])), int(rng.integers(-30, 30)))
    return b.elementwise("ADD", *pair, summed, int(rng.choice([NONE, RELU])))


def blocks(folder: Path) -> Iterator[tuple[Path, np.ndarray]]:
    """Two blocks in a row, of random widths, kernels, dilations, groups, and paddings that skip the start."""
    rng = np.random.default_rng(21)
    for number in range(48):
        b = Builder()
        height = int(rng.choice([1, 1, 1, 3]))
        width, channels = int(rng.integers(1, 45)), int(rng.choice([1, 3, 4, 8, 10]))
        x = b.source((1, height, width, channels), 0.05, int(rng.integers(-128, 128)))
        if rng.random() < 0.7:  # the first block's input lies in the arena
            x = b.pool(x, False, (1, 1), (1, 1))
        for _ in range(2):
            kernel, dilation = int(rng.choice([1, 2, 3, 5])), int(rng.choice([1, 2, 4]))
            pad = {}
            if rng.random() < 0.4 and (kernel - 1) * dilation:
                pad["left"] = int(rng.integers(0, (kernel - 1) * dilation + 1))
                pad["right"] = (kernel - 1) * dilation - pad["left"]
            elif rng.random() < 0.3:
                pad["groups"] = 1
            x = residual(b, x, rng, kernel, dilation, **pad)
        path = folder / f"residual_{number}.tflite"
        path.write_bytes(b.finish(x))
        yield path, rng.integers(-128, 128, (2, height * width * channels)).astype(np.int8)


@pytest.mark.parametrize("target", TARGETS)
def test_residual_blocks(target: Target, scratch: Path, tmp_path: Path) -> None:
    models = list(blocks(tmp_path))
    layers = [layer for path, _ in models for layer in compile_model(IntegerModel.load(path), "m").layers]
    assert sum(isinstance(layer, ConvAdd) for layer in layers) > len(models)
    assert mismatches(target, scratch, tmp_path, models) == []


@pytest.mark.parametrize("target", TARGETS)
def test_the_input_may_lie_in_the_arena(target: Target, scratch: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(22)
    models = [*blocks(tmp_path), (SHIPPED, rng.integers(-128, 128, (2, 2080)).astype(np.int8))]
    assert mismatches(target, scratch, tmp_path, models, input_in_arena=True) == []
    alone, with_input = (
        compile_model(IntegerModel.load(SHIPPED), "m", shared).plan.size for shared in (False, True)
    )
    assert with_input < alone + 2080  # less than an input of its own takes


def test_a_residual_block_keeps_one_tensor_in_the_arena(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    b = Builder()
    x = b.pool(b.source((1, 1, 400, 20), 0.05, 3), False, (1, 1), (1, 1))
    for _ in range(3):
        x = residual(b, x, rng, 5, 2)
    path = tmp_path / "residual.tflite"
    path.write_bytes(b.finish(b.pool(x, False, (1, 2), (1, 2))))
    assert compile_model(IntegerModel.load(path), "m").plan.size < 1.5 * 400 * 20  # else above 2


def test_a_result_that_is_used_twice_is_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    b = Builder()
    x = b.source((1, 1, 16, 4), 0.05, 3)
    weights = rng.integers(-127, 128, (4, 1, 3, 4))
    y = b.convolution(x, weights, np.zeros(4), [0.01], (0.1, 0), padding=SAME)
    total = b.elementwise("ADD", x, y, (0.1, 0), NONE)
    path = tmp_path / "twice.tflite"
    path.write_bytes(b.finish(b.elementwise("MUL", total, y, (0.1, 0), NONE)))
    layers = compile_model(IntegerModel.load(path), "m").layers
    assert not any(isinstance(layer, ConvAdd) for layer in layers)
