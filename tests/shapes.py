# SPDX-License-Identifier: Apache-2.0
"""While tests run, every call of modules that state shapes is checked against its signature."""

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))  # a whole number serves as a float
MODULES = {  # not what handles TensorFlow's tensors, which have no shapes to check while they are traced
    "api": ("arrays", "heart_rate"),
    "core": (
        *(
            "align",
            "bins",
            "doubt",
            "estimator",
            "fusion",
            "integer",
            "live",
            "policy",
            "replay",
            "result",
            "sensor",
        ),
        *("sensor", "smooth", "spectrum", "streaming_window", "track", "window"),
    ),
    "data": ("corpus", "folds", "labels", "spectral_examples", "stretch", "world_examples"),
    "evaluation": ("metrics", "sets", "table", "trace", "unseen"),
    "experiments": ("first_fix", "label_offset", "no_pulse", "sensor_settings"),
    "experiments.leds": ("fusion", "rules"),
    "experiments.world": ("realism",),
    "learning.paper": ("augment",),
    "oracle": ("model", "stream"),
    "recordings": ("recording",),
    "recordings.exports": ("texttable", "timed"),
    "recordings.readers": ("matfile", "reference"),
    "recordings.simulated": ("physiology", "wrist"),
    "recordings.world": (
        *("coupling", "delivery", "heart", "knobs", "lamps", "motion", "people", "pulse", "sensor", "slow"),
    ),
    "student": ("confidence",),
}


def check_signatures() -> None:
    """Install the check; before the modules are imported."""
    modules = [f"wristpulse.{room}.{name}" for room, names in MODULES.items() for name in names]
    install_import_hook(modules, "tests.shapes.checked")
