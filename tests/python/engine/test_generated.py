# SPDX-License-Identifier: Apache-2.0
"""Generated C against the oracle, bit for bit: under sanitizers on the host, with SMLAD on QEMU."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from batch import DSP_TARGET, HOST_TARGET, Target, mismatches
from builder import SAME, VALID, Builder
from graphs import Case, graphs
from hypothesis import given, settings
from hypothesis import strategies as st
from keras_models import MODELS
from scale import CASES, MANY

from wristpulse.oracle import IntegerModel

BATCH = 12  # graphs compiled into one program
TARGETS = [
    pytest.param(HOST_TARGET, id="host"),
    pytest.param(
        DSP_TARGET,
        id="dsp",
        marks=[
            pytest.mark.qemu,
            pytest.mark.skipif(
                not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"),
                reason="needs arm-none-eabi-gcc and qemu-system-arm",
            ),
        ],
    ),
]


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=max(1, CASES // BATCH))
@given(cases=st.lists(graphs(), min_size=BATCH, max_size=BATCH))
def test_random_graphs(target: Target, cases: list[Case], scratch: Path) -> None:
    check(target, cases, scratch)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=MANY // BATCH)
@given(cases=st.lists(graphs(), min_size=BATCH, max_size=BATCH))
def test_many_random_graphs(target: Target, cases: list[Case], scratch: Path) -> None:
    check(target, cases, scratch)


def edges(folder: Path) -> Iterator[tuple[Path, np.ndarray]]:
    """Rows so short that the window hangs out on both sides, with strides that overstep the end."""
    rng = np.random.default_rng(6)
    for width, kernel, stride, depth in [
        (3, 3, 2, 24),
        (2, 5, 1, 4),
        (5, 5, 2, 3),
        (9, 5, 3, 8),
        (4, 1, 3, 8),
    ]:
        b = Builder()
        x = b.source((1, 1, width, depth))
        weights = rng.integers(-127, 128, (5, 1, kernel, depth))
        y = b.convolution(x, weights, np.zeros(5), [0.01], (0.5, -3), stride=(1, stride), padding=SAME)
        path = folder / f"edge_{width}_{kernel}.tflite"
        path.write_bytes(b.finish(y))
        yield path, rng.integers(-128, 128, (3, width * depth)).astype(np.int8)
    for groups, depth, kernel, stride in [(4, 1, (1, 5), 1), (2, 3, (1, 4), 2), (3, 2, (2, 3), 1)]:
        b = Builder()  # groups narrower than a word
        x = b.source((1, kernel[0] + 1, 41, groups * depth), zero=9)
        weights = rng.integers(-127, 128, (groups * 3, *kernel, depth))
        out = (0.5, -3)
        y = b.convolution(x, weights, np.zeros(len(weights)), [0.01], out, stride=(1, stride), padding=SAME)
        path = folder / f"narrow_{groups}_{depth}.tflite"
        path.write_bytes(b.finish(y))
        size = (kernel[0] + 1) * 41 * groups * depth
        yield path, rng.integers(-128, 128, (3, size)).astype(np.int8)
    b = Builder()  # tiles that begin in one row and end in the next, with nothing around the input
    x = b.source((1, 4, 7, 4))
    y = b.convolution(x, rng.integers(-127, 128, (6, 1, 1, 4)), np.zeros(6), [0.01], (0.2, 0))
    path = folder / "rows.tflite"
    path.write_bytes(b.finish(y))
    yield path, rng.integers(-128, 128, (3, 112)).astype(np.int8)


def depthwise(folder: Path) -> Iterator[tuple[Path, np.ndarray]]:
    """Channels in fours: bands of rows, rows longer than a strip, paddings, steps, two layers in place."""
    rng = np.random.default_rng(15)
    for number in range(60):
        b = Builder()
        height, width = int(rng.integers(1, 12)), int(rng.choice([1, 2, 3, 5, 6, 16, 31, 32, 33, 70]))
        channels, kernel = 4 * int(rng.integers(1, 4)), (int(rng.integers(1, 4)), int(rng.integers(1, 9)))
        x = b.source((1, height, width, channels), 0.05, int(rng.integers(-128, 128)))
        for _ in range(2):
            x = b.pad(x, [[0, 0], [int(rng.integers(3)), 1], [int(rng.integers(9)), 0], [0, 0]])
            same = b.shape(x)[1] < kernel[0] or b.shape(x)[2] < kernel[1] or rng.random() < 0.5
            weights = rng.integers(-127, 128, (1, *kernel, channels))
            scale = b.quantisation(x)[0] * 0.01 * 40 * np.sqrt(kernel[0] * kernel[1])
            x = b.convolution(
                x, weights, rng.integers(-999, 999, channels), [0.01], (scale, int(rng.integers(-30, 30))),
                depthwise=True, stride=(int(rng.integers(1, 4)), int(rng.integers(1, 4))),
                dilation=(int(rng.integers(1, 3)) if same else 1, 1), padding=SAME if same else VALID,
                activation=int(rng.choice([0, 1, 3])),
            )  # fmt: skip
        path = folder / f"depthwise_{number}.tflite"
        path.write_bytes(b.finish(x))
        yield path, rng.integers(-128, 128, (2, height * width * channels)).astype(np.int8)


def columns(folder: Path) -> Iterator[tuple[Path, np.ndarray]]:
    """Time down a column of width 1, filters of one and three columns; one channel spread to several."""
    rng = np.random.default_rng(16)
    for number in range(30):
        b = Builder()
        height, channels = int(rng.integers(1, 70)), int(rng.choice([1, 3, 4, 8]))
        x = b.source((1, height, 1, channels), 0.05, int(rng.integers(-128, 128)))
        for depthwise in (rng.random() < 0.7, rng.random() < 0.5):
            kernel = int(rng.integers(1, 8)), int(rng.choice([1, 3]))
            depth = b.shape(x)[3]
            outputs = depth * int(rng.choice([1, 4])) if depthwise else int(rng.integers(1, 9))
            shape = (1, *kernel, outputs) if depthwise else (outputs, *kernel, depth)
            scale = b.quantisation(x)[0] * 0.01 * 40 * np.sqrt(np.prod(kernel))
            stride = int(rng.integers(1, 3))
            x = b.convolution(
                x, rng.integers(-127, 128, shape), rng.integers(-999, 999, outputs), [0.01],
                (scale, int(rng.integers(-30, 30))), depthwise=depthwise, stride=(stride, stride),
                dilation=(int(rng.integers(1, 3)) if stride == 1 else 1, 1), padding=SAME,
            )  # fmt: skip
        path = folder / f"column_{number}.tflite"
        path.write_bytes(b.finish(x))
        yield path, rng.integers(-128, 128, (2, height * channels)).astype(np.int8)


def check(target: Target, cases: list[Case], scratch: Path) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        for index, case in enumerate(cases):
            (folder / f"{index}.tflite").write_bytes(case.blob)
        models = [(folder / f"{i}.tflite", case.inputs) for i, case in enumerate(cases)]
        wrong = mismatches(target, scratch, folder, models)
        assert not wrong, [cases[i].kinds for i in wrong]


@pytest.mark.parametrize("target", TARGETS)
def test_edges(target: Target, scratch: Path, tmp_path: Path) -> None:
    assert mismatches(target, scratch, tmp_path, list(edges(tmp_path))) == []


@pytest.mark.parametrize("target", TARGETS)
def test_depthwise(target: Target, scratch: Path, tmp_path: Path) -> None:
    assert mismatches(target, scratch, tmp_path, list(depthwise(tmp_path))) == []


@pytest.mark.parametrize("target", TARGETS)
def test_columns(target: Target, scratch: Path, tmp_path: Path) -> None:
    assert mismatches(target, scratch, tmp_path, list(columns(tmp_path))) == []


@pytest.mark.parametrize("target", TARGETS)
def test_stand_ins(target: Target, stand_in, scratch: Path, tmp_path: Path) -> None:  # noqa: ANN001
    models = []
    for name in MODELS:
        size = IntegerModel.load(stand_in(name)).input.size
        models.append(
            (stand_in(name), np.random.default_rng(5).integers(-128, 128, (4, size)).astype(np.int8))
        )
    assert mismatches(target, scratch, tmp_path, models) == []
