# SPDX-License-Identifier: Apache-2.0
"""The integer oracle against TFLite's builtin reference kernels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from builder import Builder
from graphs import Case, graphs
from hypothesis import given, reject, settings
from keras_models import MODELS
from scale import MANY

from wristpulse.oracle import IntegerModel
from wristpulse.oracle.geometry import channel_multipliers

RESOLVER = tf.lite.experimental.OpResolverType.BUILTIN_REF


def reference(path: Path, inputs: np.ndarray, resolver=RESOLVER) -> np.ndarray:  # noqa: ANN001
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


def dense_chain(seed: int, layers: int) -> bytes:
    """Dense layers of 32 outputs, one after the other, most of the range in use."""
    rng, b = np.random.default_rng(seed), Builder()
    x = b.source((1, 32), 0.05, 0)
    for _ in range(layers):
        weights = rng.integers(-127, 128, (32, 32))
        spread = b.quantisation(x)[0] * 0.01 * 75 * np.sqrt(32)
        x = b.connected(x, weights, rng.integers(-500, 500, 32), [0.01], (spread, int(rng.integers(-20, 20))))
    return b.finish(x)


def test_the_reference_rounds_dense_layers_once(tmp_path: Path) -> None:
    path, rng = tmp_path / "dense.tflite", np.random.default_rng(9)
    for seed in range(8):
        path.write_bytes(dense_chain(seed, 1))
        model = IntegerModel.load(path)
        op, tensors = model.graph.operators[0], model.graph.tensors
        inputs = rng.integers(-128, 128, (64, 32)).astype(np.int8)
        multiplier, shift = channel_multipliers(model.graph, op)
        sums = (
            inputs.astype(np.int64) @ tensors[op.inputs[1]].data.T.astype(np.int64)
            + tensors[op.inputs[2]].data
        )
        once = (sums * multiplier + (1 << (30 - shift))) >> (31 - shift)
        expected = np.clip(once + model.output.zero, -128, 127)
        np.testing.assert_array_equal(reference(path, inputs), expected)
        assert np.mean(model.predict(inputs) != expected) < 0.01  # we round twice, as TFLite Micro does


def test_what_a_chain_of_dense_layers_makes_of_it(tmp_path: Path) -> None:
    """What docs/engine.md states, of both of TFLite's kernels."""
    path, plain = (
        tmp_path / "chain.tflite",
        tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    for resolver in (RESOLVER, plain):
        differences = []
        for seed in range(6):
            path.write_bytes(dense_chain(seed, 10))
            inputs = np.random.default_rng(seed).integers(-128, 128, (32, 32)).astype(np.int8)
            found = IntegerModel.load(path).predict(inputs).astype(int)
            differences.append(np.abs(found - reference(path, inputs, resolver)))
        assert np.max(differences) <= 4
        assert 0.1 < np.mean(np.array(differences) > 0) < 0.4
