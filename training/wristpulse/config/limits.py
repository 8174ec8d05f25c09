# SPDX-License-Identifier: Apache-2.0
"""Least and greatest value of every number in a configuration: a slip costs a line and not a night."""

from math import inf

Limits = dict[str, tuple[float, float]]

_WINDOWS: Limits = {  # networks of time windows
    "widths": (1, 1024),
    "depth": (1, 16),
    "kernel": (1, 64),
    "dilation": (1, 64),
    "hidden": (1, 4096),
    "dropout": (0, 0.95),
}
_SPECTRA: Limits = {"width": (1, 1024), "kernel": (1, 64), "dilations": (1, 64), "dropout": (0, 0.95)}
_ATTENTION: Limits = {"heads": (1, 64), "key": (1, 512)}
_LEARNING: Limits = {"batch": (1, inf), "learning_rate": (1e-9, 1), "label_spread_bpm": (0.1, 50)}

# By the section's class, as in training/wristpulse/config/load.py; of a list, each item.
LIMITS: dict[str, Limits] = {
    "Config": {"seed": (0, 2**32 - 1), "calibration_windows": (1, inf)},
    "Sweep": {"seeds": (0, 2**32 - 1)},
    "Data": {"max_windows": (0, inf), "simulated_subjects": (3, 10_000), "simulated_minutes": (0.25, 1440)},
    "Teacher": _WINDOWS | _ATTENTION,
    "Student": _WINDOWS,
    "Spectral": _SPECTRA | {"first_kernel": (1, 64)},
    "SpectralTeacher": _SPECTRA | _ATTENTION | {"fused_dilations": (1, 64)},
    "Augmentation": {
        "stretches": (0.5, 2),
        "stretched_share": (0, 1),
        "motion_gain": (0, 10),
        "foreign_motion": (0, 1),
        "artefact": (0, 1),
        "noise": (0, 10),
        "tilt": (0, 10),
        "no_pulse": (0, 1),
    },
    "Training": _LEARNING | {"epochs": (1, inf), "patience": (1, inf), "l1_weight": (0, inf)},
    "Recipe": _LEARNING | {"steps": (1, inf), "weight_decay": (0, 1)},
    "Distillation": {
        "relation_weight": (0, inf),
        "response_weight": (0, inf),
        "temperature": (0.1, 100),
        "unlabelled_share": (0, 1),
    },
    "Tracking": {
        "half_width": (1, 103),
        "spread_bpm": (0.1, 100),
        "leak": (0, 0.5),
        "temper": (0.01, 4),
        "floor": (0, 1),
        "valid": (0, 1),
    },
}
COUNTS = {"Teacher": {"widths": 3}, "Student": {"widths": 3}}  # items of lists: one a pooling stage
