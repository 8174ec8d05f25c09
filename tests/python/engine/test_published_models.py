# SPDX-License-Identifier: Apache-2.0
"""Models as this field makes them: small files from converters, in C as in the oracle and in TFLite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from batch import HOST_TARGET, Target, mismatches
from builder import Builder
from test_generated import TARGETS
from test_oracle import reference

from wristpulse.oracle import HopModel, IntegerModel, ModelError
from wristpulse_tools.codegen import files
from wristpulse_tools.codegen.arguments import arguments

MODELS = Path(__file__).resolve().parent / "models"
# Name: most steps off the reference's outputs (its fully connected kernel, docs/engine.md).
ACCEPTED = {
    "dead_channel": 1,  # one filter zeroed: its bias is 2^30
    "dead_dense": 1,
    "tiny_depthwise": 1,  # weights of 1e-9
    "default_converter": 1,  # Keras's defaults: an open batch, Flatten asks for it
    "sepconv": 1,
    "two_inputs": 1,
    "split_glu": 1,  # SPLIT and LOGISTIC
    "tanh": 1,
}


def seeded(model: IntegerModel, count: int) -> np.ndarray:
    size = sum(tensor.size for tensor in model.inputs)
    return np.random.default_rng(4).integers(-128, 128, (count, size)).astype(np.int8)


@pytest.mark.parametrize("name", ACCEPTED)
def test_equals_the_reference(name: str) -> None:
    path = MODELS / f"{name}.tflite"
    model = IntegerModel.load(path)
    inputs = seeded(model, 16)
    difference = np.abs(model.predict(inputs).astype(int) - reference(path, inputs))
    assert difference.max() <= ACCEPTED[name]


@pytest.mark.parametrize("target", TARGETS)
def test_in_c(target: Target, scratch: Path, tmp_path: Path) -> None:
    paths = [MODELS / f"{name}.tflite" for name in ACCEPTED]
    models = [(path, seeded(IntegerModel.load(path), 8)) for path in paths]
    assert mismatches(target, scratch, tmp_path, models) == []


def two_ends(names: tuple[str, str]) -> bytes:
    """Two inputs and two outputs, the second of which is computed from the first."""
    b = Builder()
    x, y = b.source((1, 1, 8, 4)), b.source((1, 1, 8, 4), scale=0.2)
    b.graph.inputs = [x, y]
    for index, name in zip((x, y), names, strict=True):
        b.graph.tensors[index].name = name.encode()
    first = b.elementwise("ADD", x, y, (0.3, 2))
    second = b.pool(first, True, (1, 2), (1, 2))
    return b.finish(second, first)


@pytest.mark.parametrize(
    ("tensors", "inputs"),
    [
        (("serving_default_ppg:0", "serving_default_acc:0"), ["ppg", "acc"]),
        (("a b", "for"), ["a_b", "input_1"]),
        (("same", "same"), ["same", "input_1"]),
        (("conv_0", "9"), ["input_0", "input_1"]),
    ],
)
def test_arguments_have_names(
    tensors: tuple[str, str], inputs: list[str], scratch: Path, tmp_path: Path
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(two_ends(tensors))
    model = IntegerModel.load(path)
    found = [[a.name for a in ends] for ends in arguments(model.graph)]
    assert found == [inputs, ["t3", "t2"]]
    np.testing.assert_array_equal(model.predict(seeded(model, 4)), reference(path, seeded(model, 4)))
    assert mismatches(HOST_TARGET, scratch, tmp_path, [(path, seeded(model, 4))]) == []
    header = " ".join(files(model)["pulse_model.h"].split())
    assert f"const int8_t *{inputs[0]}, const int8_t *{inputs[1]}, int8_t *t3, int8_t *t2" in header


def test_one_of_several_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(two_ends(("ppg", "acc")))
    with pytest.raises(ModelError, match="graph inputs: expected exactly one for this use, found 2"):
        IntegerModel.load(path).input  # noqa: B018
    with pytest.raises(ModelError, match="graph inputs: expected exactly one, to stream, found 2"):
        HopModel(IntegerModel.load(path), 2)
