# SPDX-License-Identifier: Apache-2.0
"""The integer oracle against TFLite's builtin reference kernels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from graphs import Case, graphs
from hypothesis import given, reject, settings
from keras_models import MODELS
from scale import MANY

from wristpulse.oracle import IntegerModel


def reference(path: Path, inputs: np.ndarray) -> np.ndarray:
    resolver = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(str(path), experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    sources, results = interpreter.get_input_details(), interpreter.get_output_details()
    cuts = np.cumsum([np.prod(source["shape"]) for source in sources])[:-1]
    outputs = []
    for row in inputs:
        for source, part in zip(sources, np.split(row.ravel(), cuts), strict=True):
            interpreter.set_tensor(source["index"], part.reshape(source["shape"]))
        interpreter.invoke()
        outputs.append(np.concatenate([interpreter.get_tensor(r["index"]).ravel() for r in results]))
    return np.array(outputs)


@given(case=graphs(connected=False))
def test_random_graphs_equal_the_reference(case: Case, scratch: Path) -> None:
    check(case, scratch)


@pytest.mark.slow
@settings(max_examples=MANY)
@given(case=graphs(connected=False))
def test_many_random_graphs_equal_the_reference(case: Case, scratch: Path) -> None:
    check(case, scratch)


def check(case: Case, scratch: Path) -> None:
    path = scratch / "case.tflite"
    path.write_bytes(case.blob)
    try:
        expected = reference(path, case.inputs)
    except RuntimeError as refusal:  # a scale so small that RELU6's 6 is beyond int32; the oracle clamps
        assert "no_integer_overflow_from_quantization" in str(refusal)
        reject()
    np.testing.assert_array_equal(IntegerModel.load(path).predict(case.inputs), expected, str(case.kinds))


@pytest.mark.parametrize("name", MODELS)
def test_stand_ins_equal_the_reference(name: str, stand_in) -> None:  # noqa: ANN001
    path = stand_in(name)
    model = IntegerModel.load(path)
    inputs = np.random.default_rng(3).integers(-128, 128, (32, model.input.size)).astype(np.int8)
    difference = np.abs(model.predict(inputs).astype(int) - reference(path, inputs))
    # The reference's fully connected kernel is one step off in a few cases (docs/engine.md).
    assert difference.max() <= (0 if name == "spectral" else 1)
    assert np.mean(difference > 0) < 0.02


def test_many_samples_equal_one_by_one(stand_in) -> None:  # noqa: ANN001
    model = IntegerModel.load(stand_in("spectral"))
    inputs = np.random.default_rng(4).integers(-128, 128, (70, model.input.size)).astype(np.int8)
    singly = np.concatenate([model.predict(row[None]) for row in inputs])
    np.testing.assert_array_equal(model.predict(inputs), singly)


@pytest.mark.parametrize("inputs", [np.zeros((2, 5), np.int8), np.zeros((2, 416), np.int16)])
def test_inputs_of_the_wrong_kind(inputs: np.ndarray, stand_in) -> None:  # noqa: ANN001
    with pytest.raises(ValueError, match=r"expected int8 of shape \(n, 416 elements\), found int"):
        IntegerModel.load(stand_in("spectral")).run(inputs)
