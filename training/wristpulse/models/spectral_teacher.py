# SPDX-License-Identifier: Apache-2.0
"""The spectral line's teacher: PULSE's cross-attention of PPG to motion, along frequency.

It sees what the spectral student sees. With attention, one trunk has the pulse and all that may
disturb it, one has the motion alone. Each bin of the first attends to all bins of the second.
"""

import keras
import numpy as np
from keras import layers, ops

from wristpulse.config.networks import SpectralStudent, SpectralTeacher
from wristpulse.core.numbers import BINS, FEATURES
from wristpulse.core.spectrum import CHANNELS
from wristpulse.models import spectral
from wristpulse.models.layers import Select
from wristpulse.models.spectral import convolution

MOTION = [c for c in range(CHANNELS) if c % FEATURES >= 2]  # a hop's first two are the PPG's


def build(config: SpectralTeacher) -> keras.Model:
    """Build the teacher of spectra.

    Parameters
    ----------
    config : SpectralTeacher

    Returns
    -------
    keras.Model
        Spectra (1, 104, 20), values of 0 to 1, to ``logits`` (104,) and ``fused`` (104, width).

    Examples
    --------
    >>> build(SpectralTeacher(attention=False, width=40)).count_params()
    28681
    """
    if not config.attention:
        plain = SpectralStudent(
            width=config.width, kernel=config.kernel, dilations=config.dilations, dropout=config.dropout
        )
        return spectral.build(plain)
    spectra = keras.Input((1, BINS, CHANNELS), name="spectra")
    shape = (BINS, config.width)
    pulse = _trunk(spectra, config, "pulse")
    motion = _trunk(Select(MOTION, name="motion_spectra")(spectra), config, "motion")
    query, key = (
        layers.LayerNormalization(name=f"{name}_norm")(layers.Reshape(shape, name=f"{name}_bins")(x))
        for name, x in (("pulse", pulse), ("motion", motion))
    )
    attended = FrequencyAttention(config.heads, config.key, name="attention")([query, key])
    fused = layers.Add(name="fused")([layers.Reshape(shape, name="residual")(pulse), attended])
    x = layers.Reshape((1, *shape), name="fused_spectra")(fused)
    x = _residuals(x, config, config.fused_dilations, "after")
    logits = layers.Flatten(name="logits")(layers.Conv2D(1, 1, name="leave")(x))
    return keras.Model(spectra, {"logits": logits, "fused": fused}, name="spectral_teacher")


def _trunk(x, config: SpectralTeacher, name: str):
    x = convolution(x, config.width, config.kernel, 1, f"{name}_enter")
    return _residuals(x, config, config.dilations, name)


def _residuals(x, config: SpectralTeacher, dilations: tuple[int, ...], name: str):
    for n, dilation in enumerate(dilations):
        y = convolution(x, config.width, config.kernel, dilation, f"{name}_block{n}")
        x = layers.Add(name=f"{name}_sum{n}")([x, y])
        x = layers.SpatialDropout2D(config.dropout, name=f"{name}_drop{n}")(x)
    return x


@keras.saving.register_keras_serializable("pulse")
class FrequencyAttention(layers.Layer):
    """Multi-head attention of one spectrum to another that knows how far apart two bins are, not where.

    [query (104, c), key and value (104, c)] -> (104, c). A learnt bias for each distance (Shaw et al., arXiv
    1803.02155, as one number a head): absolute places would let it memorise heart rates.
    """

    def __init__(self, heads: int, key: int, **options):
        super().__init__(**options)
        self.heads, self.key = heads, key

    def build(self, shapes):
        """Projections and the biases."""
        (bins, width), motion_width = shapes[0][1:], shapes[1][-1]
        sizes = {"query": width, "key_": motion_width, "value": motion_width}
        self.projections = [
            self.add_weight((size, self.heads, self.key), "glorot_uniform", name=name)
            for name, size in sizes.items()
        ]
        self.back = self.add_weight((self.heads, self.key, width), "zeros", name="back")
        self.distance = self.add_weight((self.heads, 2 * bins - 1), "zeros", name="distance")
        self.apart = np.arange(bins)[None] - np.arange(bins)[:, None] + bins - 1

    def call(self, signals):
        """Batched."""
        query, key, value = (
            ops.einsum("btc,chk->bhtk", x, w)
            for x, w in zip((signals[0], signals[1], signals[1]), self.projections, strict=True)
        )
        scores = ops.matmul(query, ops.swapaxes(key, 2, 3)) / self.key**0.5
        scores += ops.take(self.distance, self.apart, axis=1)
        return ops.einsum("bhtk,hkc->btc", ops.matmul(ops.softmax(scores), value), self.back)

    def compute_output_shape(self, shapes):
        """As the query."""
        return shapes[0]

    def get_config(self):
        """What `from_config` needs."""
        return {**super().get_config(), "heads": self.heads, "key": self.key}
