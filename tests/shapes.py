# SPDX-License-Identifier: Apache-2.0
"""While tests run, every call of the core and of data is checked against its signature's shapes."""

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))  # a whole number serves as a float
CORE = (  # not spectrum_float: TensorFlow's tensors have no shapes to check while they are traced
    *("align", "bins", "doubt", "estimator", "fusion", "integer", "live", "policy", "replay", "sensor"),
    *("smooth", "spectrum", "streaming_window", "track", "window"),
)
DATA = ("corpus", "folds", "labels", "spectral_examples", "world_examples")


def check_signatures() -> None:
    """Install the check; before the modules are imported."""
    modules = [f"wristpulse.core.{name}" for name in CORE] + [f"wristpulse.data.{name}" for name in DATA]
    install_import_hook(modules, "tests.shapes.checked")
