# SPDX-License-Identifier: Apache-2.0
"""The examples in docstrings run, and every file of the core has some."""

import doctest
import importlib
import pkgutil

import pytest

from wristpulse import core

MODULES = [f"wristpulse.core.{module.name}" for module in pkgutil.iter_modules(core.__path__)]
OTHERS = ("wristpulse.data.labels", "wristpulse.evaluation.summary", "wristpulse.support.errors")
WITHOUT = {"numbers", "spectrum_float"}  # no functions; TensorFlow: tests/python/test_spectral.py


@pytest.mark.parametrize("name", [*MODULES, *OTHERS])
def test_the_examples_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0 or name.rpartition(".")[2] in WITHOUT
