# SPDX-License-Identifier: Apache-2.0
"""Read a network that a step of the chain saved."""

from pathlib import Path

import keras

from wristpulse.models import layers, teacher


def load_network(path: Path) -> keras.Model:
    """The network in a .keras file, of either line and any process, not compiled.

    Keras finds the layers of our own by their registered names, so their modules must be imported first.
    """
    registered = (layers.Similarity, layers.Select, teacher.MeanAttention)
    names = {keras.saving.get_registered_name(layer): layer for layer in registered}
    return keras.models.load_model(path, custom_objects=names, compile=False)
