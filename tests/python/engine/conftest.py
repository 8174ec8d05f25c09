# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the engine's tests. PULSE_ENGINE_CASES sets how many random graphs a property sees at least."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "nets")]

from scale import CASES  # noqa: E402

settings.register_profile(
    "engine",
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("engine")


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Quantised stand-in model by name, made once."""
    folder = tmp_path_factory.mktemp("models")

    def get(name: str) -> Path:
        from keras_models import convert

        path = folder / f"{name}.tflite"
        return path if path.exists() else convert(name, folder)

    return get
