# SPDX-License-Identifier: Apache-2.0
"""Models that cannot be used end in one clear error; damaged files never in anything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from batch import HOST_TARGET, NN, mismatches
from builder import SAME, VALID, Builder
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import CASES, MANY
from tensorflow.lite.python import schema_py_generated as schema
from test_oracle import reference

from wristpulse.oracle import IntegerModel, ModelError
from wristpulse_tools.codegen import files
from wristpulse_tools.codegen.__main__ import main as codegen
from wristpulse_tools.codegen.generate import generate
from wristpulse_tools.codegen.pack import ABI


def small(**changes: object) -> bytes:
    """A convolution, a pool and a sum; `changes` are set on the convolution's options."""
    b = Builder()
    x = b.source((1, 1, 16, 4), 0.05, 3)
    rng = np.random.default_rng(1)
    weights = rng.integers(-127, 128, (8, 1, 3, 4))
    y = b.convolution(x, weights, rng.integers(-99, 99, 8), np.full(8, 0.01), (0.1, -5), padding=SAME)
    for key, value in changes.items():
        setattr(b.graph.operators[0].builtinOptions, key, value)
    y = b.pool(y, True, (1, 2), (1, 2))
    return b.finish(b.elementwise("ADD", y, y, (0.2, 0)))


SMALL = small()
MODELS = Path(__file__).resolve().parent / "models"


def error(tmp_path: Path, blob: bytes) -> str:
    path = tmp_path / "model.tflite"
    path.write_bytes(blob)
    with pytest.raises(ModelError) as caught:
        files(IntegerModel.load(path))
    assert str(path) in str(caught.value)
    return str(caught.value)


@settings(max_examples=5 * CASES)
@given(data=st.data())
def test_damaged_files(data: st.DataObject, scratch: Path) -> None:
    check_damaged(data, scratch)


@pytest.mark.slow
@settings(max_examples=2 * MANY)
@given(data=st.data())
def test_many_damaged_files(data: st.DataObject, scratch: Path) -> None:
    check_damaged(data, scratch)


@pytest.mark.slow
@settings(max_examples=MANY)
@given(length=st.integers(0, len(SMALL) - 1))
def test_files_truncated_anywhere(length: int, scratch: Path) -> None:
    path = scratch / "truncated.tflite"
    path.write_bytes(SMALL[:length])
    with pytest.raises(ModelError) as caught:
        files(IntegerModel.load(path))
    assert str(path) in str(caught.value)


def check_damaged(data: st.DataObject, scratch: Path) -> None:
    """Some bytes changed: an error that names the file, or a model."""
    blob = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(blob) - 1))
        blob[position] = data.draw(
            st.sampled_from([0, 1, 127, 128, 255, blob[position] ^ 1, blob[position] ^ 16])
        )
    path = scratch / "damaged.tflite"
    path.write_bytes(blob)
    try:
        files(IntegerModel.load(path))
    except ModelError as error:
        assert str(path) in str(error)


def test_damage_that_passes_the_checks_still_means_the_same_in_c(scratch: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    models = []
    for index in range(400):
        blob = bytearray(SMALL)
        blob[rng.integers(len(blob))] = rng.integers(256)
        path = tmp_path / f"{index}.tflite"
        path.write_bytes(blob)
        try:
            oracle = IntegerModel.load(path)
            files(oracle)
        except ModelError:
            continue
        models.append((path, rng.integers(-128, 128, (2, oracle.input.size)).astype(np.int8)))
        if len(models) == 12:
            break
    assert mismatches(HOST_TARGET, scratch, tmp_path, models) == []


@pytest.mark.parametrize("length", [0, 3, 8, 20, 100, len(SMALL) // 2, len(SMALL) - 1])
def test_truncated_files(length: int, tmp_path: Path) -> None:
    message = error(tmp_path, SMALL[:length])
    assert "expected" in message and "found" in message


def test_another_kind_of_file(tmp_path: Path) -> None:
    assert "expected 'TFL3' at byte 4 (a .tflite file)" in error(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(99))


def test_operator_outside_the_list(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 4))
    message = error(tmp_path, b.finish(b.operator("FLOOR", [x], b.like(x, (1, 4)))))
    assert "operator 0 FLOOR -> tensor 1 't1': expected one of ADD, AVERAGE_POOL_2D" in message


def test_sum_is_refused_as_the_reference_reads_unsigned_bytes(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 4, 2), 0.1, 0)
    y = b.tensor((1, 2), scale=0.8, zero=0)
    b.operator("SUM", [x, b.constant([1])], y, schema.ReducerOptionsT, keepDims=False)
    assert "found SUM (use MEAN, which differs by a factor" in error(tmp_path, b.finish(y))
    sums = reference(tmp_path / "model.tflite", np.full((1, 8), -8, np.int8))
    assert sums.tolist() == [[124, 124]]  # 4 * 248 / 8, where -4 is right: the day this fails, take SUM


def test_space_to_batch_names_the_way_out(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 8, 4))
    inputs = [x, b.constant([2]), b.constant([[0, 0]])]
    y = b.operator("SPACE_TO_BATCH_ND", inputs, b.like(x, (2, 4, 4)), schema.SpaceToBatchNDOptionsT)
    assert "freeze the batch to 1 before converting" in error(tmp_path, b.finish(y))


@pytest.mark.parametrize("signature", [[1, 1, -1, 4], [-1, 1, -1, 4]])
def test_open_sizes(signature: list[int], tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 1, 8, 4))
    b.graph.tensors[x].shapeSignature = signature
    message = error(tmp_path, b.finish(b.pool(x, True, (1, 2), (1, 2))))
    assert "tensor 0 't0': expected a fixed shape but for a batch of 1" in message


def test_an_open_batch_of_two(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((2, 1, 8, 4))
    b.graph.tensors[x].shapeSignature = [-1, 1, 8, 4]
    assert "expected a fixed shape" in error(tmp_path, b.finish(b.pool(x, True, (1, 2), (1, 2))))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "svdf",
            "operator 0 SVDF, tensor 4 'state': expected a tensor without state, found a variable",
        ),
        (
            "elu",
            "operator 4 ELU: expected int8 arithmetic throughout, found ELU on float32 (",
        ),
        ("layernorm", "operator 5 NEG: expected int8 arithmetic throughout, found NEG on float32"),
    ],
)
def test_operators_refused_by_name(name: str, message: str, tmp_path: Path) -> None:
    found = error(tmp_path, (MODELS / f"{name}.tflite").read_bytes())
    assert message in found
    assert "use RELU, RELU6 or LEAKY_RELU" in found or "stream" in found or "BatchNormalization" in found


def test_float_model(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 1, 8, 4))
    for tensor in b.graph.tensors:
        tensor.type = schema.TensorType.FLOAT32
    assert "inference_input_type = inference_output_type = int8" in error(
        tmp_path, b.finish(b.pool(x, True, (1, 2), (1, 2)))
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"padding": VALID}, "expected shape (1, 1, 14, 8) for tensor 3 't3', found (1, 1, 16, 8)"),
        ({"strideW": 0}, "expected kernel, stride and dilation in 1..4096"),
        ({"dilationWFactor": -1}, "expected kernel, stride and dilation in 1..4096"),
        ({"fusedActivationFunction": 4}, "expected no activation, RELU, RELU_N1_TO_1 or RELU6"),
    ],
)
def test_options(changes: dict, message: str, tmp_path: Path) -> None:
    assert message in error(tmp_path, small(**changes))


def test_sums_beyond_32_bits(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 1, 8, 4))
    y = b.convolution(x, np.ones((1, 1, 1, 4)), np.array([2**31 - 1]), [0.1], (0.1, 0))
    message = error(tmp_path, b.finish(y))
    assert "operator 0 CONV_2D, channel 0: expected bias and products that fit 32 bits (clip" in message


def test_kernels_of_another_layout(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(SMALL)
    generate(path, tmp_path)
    HOST_TARGET.compile(tmp_path / "pulse_model.c", tmp_path / "same.o")
    other = tmp_path / "pulse" / "nn.h"
    other.parent.mkdir()
    text = (NN / "pulse/nn.h").read_text()
    other.write_text(text.replace(f"#define PULSE_NN_ABI {ABI}\n", f"#define PULSE_NN_ABI {ABI + 1}\n"))
    with pytest.raises(AssertionError, match="generate the model anew: python -m wristpulse_tools.codegen"):
        HOST_TARGET.compile(tmp_path / "pulse_model.c", tmp_path / "other.o")


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path, folder = tmp_path / "model.tflite", tmp_path / "c"
    path.write_bytes(SMALL)
    assert codegen([str(path), "-o", str(folder), "--name", "tiny"]) == 0
    names = {"tiny.c", "tiny.h", "tiny_golden.c", "tiny_golden.h"}
    assert {p.name for p in folder.iterdir()} == names
    before = {p: p.read_text() for p in folder.iterdir()}

    path.write_bytes(SMALL[:200])
    assert codegen([str(path), "-o", str(folder), "--name", "tiny"]) == 1
    assert capsys.readouterr().err.startswith(f"error: {path}: ")
    assert {p: p.read_text() for p in folder.iterdir()} == before


def test_tensors_beyond_any_device(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 60000, 60000, 60000))
    message = error(tmp_path, b.finish(b.pool(x, True, (1, 1), (1, 1))))
    assert "tensor 0 't0': expected at most 4194304 elements" in message


def test_same_bytes_each_time(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(SMALL)
    assert files(IntegerModel.load(path)) == files(IntegerModel.load(path))
