# SPDX-License-Identifier: Apache-2.0
"""Networks, as functions of a frozen configuration.

Every builder returns a Keras model with a dict of named outputs, so that distillation finds what it compares:

``logits``  (bins,) one logit a heart-rate bin
``fused``   (time, channels) features after the fusion
``gram``    (time, time) cosine similarity of PPG features before the fusion to those after it
``relation``(time, time) how much each PPG step drew from each motion step (rows sum to one)
"""
