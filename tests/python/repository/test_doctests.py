# SPDX-License-Identifier: Apache-2.0
"""The examples in docstrings run, and every file of the core has some."""

import doctest
import importlib
import pkgutil

import pytest

from wristpulse import core

MODULES = [f"wristpulse.core.{module.name}" for module in pkgutil.iter_modules(core.__path__)]
OTHERS = (
    "wristpulse.config.load",
    "wristpulse.data.corpus",
    "wristpulse.data.folds",
    "wristpulse.data.labels",
    "wristpulse.evaluation.metrics",
    "wristpulse.evaluation.summary",
    "wristpulse.evaluation.table",
    "wristpulse.evaluation.trace",
    "wristpulse.evaluation.unseen",
    "wristpulse.experiments.label_offset",
    "wristpulse.experiments.leds.rules",
    "wristpulse.experiments.no_pulse",
    "wristpulse.experiments.sensor_settings",
    "wristpulse.experiments.world.realism",
    "wristpulse.experiments.world.speed",
    "wristpulse.learning.losses",
    "wristpulse.oracle.arithmetic",
    "wristpulse.oracle.geometry",
    "wristpulse.oracle.kernels.reductions",
    "wristpulse.oracle.kernels.transcendental",
    "wristpulse.oracle.model",
    "wristpulse.oracle.refusals",
    "wristpulse.recordings.download",
    "wristpulse.recordings.exports.folder",
    "wristpulse.recordings.exports.texttable",
    "wristpulse.recordings.exports.timed",
    "wristpulse.recordings.opening",
    "wristpulse.recordings.readers.archive",
    "wristpulse.recordings.readers.arrays",
    "wristpulse.recordings.readers.empatica",
    "wristpulse.recordings.readers.matfile",
    "wristpulse.recordings.readers.pickles",
    "wristpulse.recordings.readers.reference",
    "wristpulse.recordings.recording",
    "wristpulse.recordings.registry",
    "wristpulse.recordings.scale",
    "wristpulse.recordings.simulated.physiology",
    "wristpulse.recordings.simulated.simulator",
    "wristpulse.recordings.world.delivery",
    "wristpulse.recordings.world.heart",
    "wristpulse.recordings.world.knobs",
    "wristpulse.recordings.world.people",
    "wristpulse.recordings.world.slow",
    "wristpulse.student.card",
    "wristpulse.student.confidence",
    "wristpulse.support.errors",
    "wristpulse.support.markdown",
    "wristpulse_tools.replay.replay",
    "wristpulse_tools.stream.decoder",
)
WITHOUT = {"numbers", "spectrum_float"}  # no functions; TensorFlow: tests/python/learning/test_spectral.py


@pytest.mark.parametrize("name", [*MODULES, *OTHERS])
def test_the_examples_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0 or name.rpartition(".")[2] in WITHOUT
