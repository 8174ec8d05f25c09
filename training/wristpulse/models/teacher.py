# SPDX-License-Identifier: Apache-2.0
"""PULSE, the teacher: temporal convolutions, then cross-attention of PPG (query) to motion (key and value).

Reconstruction: Kasnesis et al. 2025 state the architecture in words; the layer sizes are those of the related
group's published code. With the shared trunk and one output, as in the paper, it has 147,473 parameters.
"""

import keras
from keras import layers, ops

from wristpulse.config.networks import PaperTeacher
from wristpulse.models.layers import Select, Similarity, Trunk, head, inputs, steps


@keras.saving.register_keras_serializable("pulse")
class MeanAttention(layers.Layer):
    """Head-averaged attention scores (heads, t, m t) -> (t, t): the m channels of one time step are added."""

    def call(self, scores):
        """Batched; no weights."""
        mean = ops.mean(scores, axis=1)
        time = mean.shape[1]
        return ops.sum(ops.reshape(mean, (-1, time, mean.shape[2] // time, time)), axis=2)


def build(config: PaperTeacher) -> keras.Model:
    """Build the teacher for windows of PPG and acceleration.

    Parameters
    ----------
    config : PaperTeacher
        Widths, heads, shared or separate trunk.

    Returns
    -------
    keras.Model
        [PPG (1, 256, 1), ACC (1, 256, 3)], standard deviations, to ``logits``, ``fused``, ``gram`` and
        ``relation`` (see `wristpulse.models`).
    """
    ppg_window, acc_window = inputs()
    sizes = (config.widths, config.depth, config.kernel, config.dilation, config.dropout)
    if config.trunk == "shared":
        trunk = Trunk("trunk", *sizes)
        ppg = steps(trunk(ppg_window))
        features = [steps(trunk(Select([i], name=f"axis{i}")(acc_window))) for i in range(3)]
        motion = layers.Concatenate(axis=1, name="motion")(features)  # (3 x 16, channels)
    else:
        ppg = steps(Trunk("ppg", *sizes)(ppg_window))
        motion = steps(Trunk("acc", *sizes)(acc_window))

    attention = layers.MultiHeadAttention(config.heads, config.key, name="attention")
    attended, scores = attention(ppg, motion, return_attention_scores=True)
    fused = layers.LayerNormalization(name="fused")(layers.Add(name="residual")([ppg, attended]))
    logits = head(fused, config.hidden)
    outputs = {
        "logits": logits,
        "fused": fused,
        "gram": Similarity(softmax=False, name="gram")(ppg, fused),
        "relation": MeanAttention(name="relation")(scores),
    }
    return keras.Model([ppg_window, acc_window], outputs, name="pulse_teacher")
