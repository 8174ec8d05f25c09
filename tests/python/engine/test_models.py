# SPDX-License-Identifier: Apache-2.0
"""Models as this field makes them: small files from converters, in C as in the oracle and in TFLite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from batch import Target, mismatches
from test_generated import TARGETS
from test_oracle import reference

from training.integer import IntegerModel

MODELS = Path(__file__).resolve().parent / "models"
# Name: most steps off the reference's outputs (its fully connected kernel, docs/engine.md).
ACCEPTED = {
    "dead_channel": 1,  # one filter zeroed: its bias is 2^30
    "dead_dense": 1,
    "tiny_depthwise": 1,  # weights of 1e-9
    "default_converter": 1,  # Keras's defaults: an open batch, Flatten asks for it
    "sepconv": 1,
}


def seeded(model: IntegerModel, count: int) -> np.ndarray:
    return np.random.default_rng(4).integers(-128, 128, (count, model.input.size)).astype(np.int8)


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
