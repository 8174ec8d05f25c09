# SPDX-License-Identifier: Apache-2.0
"""The paper's student: modality-wise convolution takes the place of attention.

Each modality has its own small trunk. The two results are stacked along a modality axis and a convolution
with a kernel of (2 modalities x 1 step) runs over it. With one output in place of a logit a bin, as in the
paper, it has 29,497 parameters, a fifth of the teacher's. "Modality-wise" may also be read as separate
filters for each modality; ``fusion = "separate"`` is that reading.
"""

import keras
from keras import layers

from wristpulse.config.networks import PaperStudent
from wristpulse.models.layers import Similarity, Trunk, head, inputs, steps


def build(config: PaperStudent) -> keras.Model:
    """Build the student for windows of PPG and acceleration.

    Parameters
    ----------
    config : PaperStudent
        Widths and which reading of "modality-wise".

    Returns
    -------
    keras.Model
        [PPG (1, 256, 1), ACC (1, 256, 3)], standard deviations, to ``logits``, ``fused``, ``relation`` and,
        where the fusion keeps the width, ``gram`` (see `wristpulse.models`).
    """
    ppg_window, acc_window = inputs()
    sizes = (config.widths, config.depth, config.kernel, config.dilation, config.dropout)
    ppg = Trunk("ppg", *sizes)(ppg_window)
    motion = Trunk("acc", *sizes)(acc_window)
    width = config.widths[-1]
    if config.fusion == "across":
        stacked = layers.Concatenate(axis=1, name="modalities")([ppg, motion])  # (2, 16, width)
        fused = layers.Conv2D(width, (2, 1), activation="relu", name="modality_wise")(stacked)
    else:
        per_modality = [
            layers.Conv2D(width // 2, 1, activation="relu", name=f"modality_wise_{name}")(x)
            for name, x in (("ppg", ppg), ("acc", motion))
        ]
        fused = layers.Concatenate(axis=3, name="modalities")(per_modality)
    logits = head(fused, config.hidden)
    ppg_steps, motion_steps, fused_steps = steps(ppg), steps(motion), steps(fused)
    outputs = {
        "logits": logits,
        "fused": fused_steps,
        "relation": Similarity(softmax=True, name="relation")(ppg_steps, motion_steps),
    }
    if fused.shape[-1] == width:
        outputs["gram"] = Similarity(softmax=False, name="gram")(ppg_steps, fused_steps)
    return keras.Model([ppg_window, acc_window], outputs, name="modality_wise_student")
