# SPDX-License-Identifier: Apache-2.0
"""Read a network that a step of the chain saved."""

from pathlib import Path

import keras

# Keras finds the layers of our own by their names, once their modules are imported.
from wristpulse.models import layers, spectral_teacher, teacher  # noqa: F401


def load_network(path: Path) -> keras.Model:
    """Read the network in a .keras file, of either line and in any process, not compiled.

    Parameters
    ----------
    path : Path

    Returns
    -------
    keras.Model
    """
    return keras.models.load_model(path, compile=False)
