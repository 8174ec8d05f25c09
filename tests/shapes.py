# SPDX-License-Identifier: Apache-2.0
"""While tests run, every call of the core is checked against the types and shapes of its signature."""

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))  # a whole number serves as a float
MODULES = (
    *("align", "bins", "estimator", "integer", "policy", "replay", "sensor", "spectrum", "streaming_window"),
    *("track", "window"),  # not spectrum_float: TensorFlow's tensors have no shapes to check while traced
)


def check_signatures() -> None:
    """Install the check; before the modules are imported."""
    install_import_hook([f"wristpulse.core.{name}" for name in MODULES], "tests.shapes.checked")
