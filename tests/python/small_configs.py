# SPDX-License-Identifier: Apache-2.0
"""Configurations of both lines that train in seconds, on few simulated people."""

import dataclasses

from wristpulse.config.load import load
from wristpulse.config.networks import (
    Augmentation,
    PaperStudent,
    PaperTeacher,
    SpectralStudent,
    SpectralTeacher,
)
from wristpulse.config.settings import Data, Recipe, Sweep, Training

WINDOWS = dataclasses.replace(
    load("ablation"),
    name="small",
    protocol="simulator-3fold",
    data=Data(simulated_subjects=6, simulated_minutes=0.75),
    sweep=Sweep(folds=("group-2",), seeds=(2,), relations=("rkd",), teacher=True),
    teacher=PaperTeacher(widths=(4, 4, 4), depth=1),
    student=PaperStudent(widths=(4, 4, 8), depth=1),
    teacher_training=Training(epochs=2, batch=32),
    student_training=Training(epochs=2, batch=32),
    calibration_windows=32,
)
SPECTRA = dataclasses.replace(
    WINDOWS,
    name="small-spectral",
    front_end="spectrum",
    sweep=Sweep(folds=("group-1",), relations=("rkd",), teacher=True),
    spectral=SpectralStudent(width=4, dilations=(1,)),
    augmentation=Augmentation(stretches=()),
    spectral_training=Recipe(steps=20, batch=16),
    spectral_teacher=SpectralTeacher(width=4, dilations=(1,), fused_dilations=(1,), heads=2, key=2),
    spectral_teacher_training=Recipe(steps=10, batch=8),
)
