# SPDX-License-Identifier: Apache-2.0
"""What the networks minimise: label, response and relation losses.

Every loss takes batched tensors and returns a scalar. Targets of ``logits`` are float32 (n, 1) BPM, or (n, 1
+ bins) BPM and the teacher's logits; an unknown BPM is NaN and then only the teacher counts; 0 is a window
without a pulse, for which every heart rate is as likely.
"""

from typing import Any, NamedTuple

import keras
from keras import ops

from wristpulse.config.settings import Distillation, Training
from wristpulse.core.bins import bin_bpm

# Of a batch: the angles of all triples of a larger batch cost more than the student itself.
ANGLE_SAMPLES = 32


def bin_centres():
    """BPM of the bins, (bins,)."""
    return ops.convert_to_tensor(bin_bpm(), dtype="float32")


def soft_label(bpm, spread_bpm: float):
    """BPM (n,) -> distribution over the bins (n, bins), a Gaussian of the given standard deviation.

    Uniform where there is no pulse (BPM 0).
    """
    distance = (bpm[:, None] - bin_centres()[None]) / spread_bpm
    return ops.softmax(ops.where(bpm[:, None] > 0, -0.5 * distance**2, 0.0))


def expected_bpm(logits):
    """Mean of the predicted distribution: (n, bins) -> (n,)."""
    return ops.sum(ops.softmax(logits) * bin_centres(), axis=-1)


def bpm_error(target, logits):
    """Mean absolute error in BPM over the labelled windows."""
    bpm = ops.nan_to_num(target[:, 0])
    labelled = bpm > 0
    error = ops.abs(expected_bpm(logits) - bpm)
    count = ops.maximum(ops.sum(ops.cast(labelled, "float32")), 1.0)
    return ops.sum(ops.where(labelled, error, 0.0)) / count


class HeartRateLoss(keras.losses.Loss):
    """Loss against the label plus, where the target carries it, against the teacher's response.

    Cross-entropy with a soft label, an L1 term on the expected BPM, Kullback-Leibler to the teacher.
    """

    def __init__(self, training: Training, distillation: Distillation | None = None):
        super().__init__(name="heart_rate")
        self.training, self.distillation = training, distillation

    def call(self, target, logits):
        """Scalar loss of a batch."""
        labelled = ops.cast(ops.logical_not(ops.isnan(target[:, 0])), "float32")
        bpm = ops.nan_to_num(target[:, 0])
        label = soft_label(bpm, self.training.label_spread_bpm)
        entropy = -ops.sum(label * ops.log_softmax(logits), axis=-1)
        l1 = ops.abs(expected_bpm(logits) - bpm) / 10.0
        pulse = ops.cast(bpm > 0, "float32")
        loss = ops.sum(labelled * (entropy + self.training.l1_weight * pulse * l1))
        loss /= ops.maximum(ops.sum(labelled), 1.0)
        if self.distillation and target.shape[-1] > 1:
            loss += self.distillation.response_weight * self._response(target, logits)
        return loss

    def _response(self, target, logits):
        settings = self.distillation
        if settings.relation != "decoupled":
            return divergence(target[:, 1:], logits, settings.temperature)
        near = target_bins(target[:, 0], target[:, 1:], 2 * self.training.label_spread_bpm)
        return decoupled(
            *(target[:, 1:], logits, near, settings.temperature),
            *(settings.target_weight, settings.non_target_weight),
        )


def target_bins(bpm, teacher, reach_bpm: float):
    """Bins (n, bins), bool, within `reach_bpm` of the label (n,), or of the teacher's highest without one."""
    highest = ops.take(bin_centres(), ops.argmax(teacher, axis=-1))
    known = ops.nan_to_num(bpm)
    centre = ops.where(known > 0, known, highest)
    return ops.abs(bin_centres()[None] - centre[:, None]) <= reach_bpm


def decoupled(teacher, student, target, temperature: float, target_weight: float, non_target_weight: float):
    """Kullback-Leibler divergence of softened responses (n, bins), its two parts weighted apart.

    Zhao et al. 2022, arXiv 2203.08679, with a group of bins `target` (n, bins), bool, for their one class:
    neighbouring bins are no other classes. The target's part compares the mass of the group and of the rest,
    and, where the group has its mass, the shape inside; the other part compares the shape of the rest
    whatever its mass. Times the temperature's square, as `divergence`.
    """
    t, s = ops.log_softmax(teacher / temperature), ops.log_softmax(student / temperature)
    inside, outside = (_group(t, s, members) for members in (target, ops.logical_not(target)))
    mass_in, mass_out = ops.exp(inside.teacher), ops.exp(outside.teacher)
    binary = mass_in * (inside.teacher - inside.student) + mass_out * (outside.teacher - outside.student)
    of_target = binary + mass_in * inside.divergence
    loss = target_weight * of_target + non_target_weight * outside.divergence
    return temperature**2 * ops.mean(loss)


class _Group(NamedTuple):
    """A group of bins: log mass of either side (n,), and the divergence of the shapes within (n,)."""

    teacher: Any
    student: Any
    divergence: Any


def _group(t, s, members) -> _Group:
    """Of log probabilities (n, bins); members bool (n, bins)."""
    t, s = (ops.where(members, x, -1e9) for x in (t, s))
    mass_t, mass_s = (ops.logsumexp(x, axis=-1) for x in (t, s))
    shape_t, shape_s = t - mass_t[:, None], s - mass_s[:, None]
    apart = ops.where(members, ops.exp(shape_t) * (shape_t - shape_s), 0.0)
    return _Group(mass_t, mass_s, ops.sum(apart, axis=-1))


def divergence(teacher, student, temperature: float):
    """Kullback-Leibler divergence of softened responses, logits (n, bins).

    Times the temperature's square, so that its gradients keep their size (Hinton et al., arXiv 1503.02531).
    """
    teacher, student = teacher / temperature, student / temperature
    apart = ops.softmax(teacher) * (ops.log_softmax(teacher) - ops.log_softmax(student))
    return temperature**2 * ops.mean(ops.sum(apart, axis=-1))


def huber(difference):
    """Mean Huber loss of differences, delta 1."""
    size = ops.abs(difference)
    return ops.mean(ops.where(size < 1.0, 0.5 * size**2, size - 0.5))


def pairwise_distances(x):
    """(n, d) -> (n, n) Euclidean distances in units of their mean."""
    squares = ops.sum(x**2, axis=1)
    gram = squares[:, None] + squares[None] - 2 * ops.matmul(x, ops.transpose(x))
    distance = ops.sqrt(ops.maximum(gram, 1e-12))
    return distance / (ops.mean(distance) + 1e-12)


def triple_angles(x):
    """(n, d) -> (n, n, n): cosine of the angle at j between i and k."""
    towards = ops.normalize(x[None] - x[:, None], axis=-1)
    return ops.matmul(towards, ops.swapaxes(towards, 1, 2))


def rkd(teacher, student):
    """Relational knowledge distillation, distances and angles over the batch (Park et al., arXiv 1904.05068).

    Features (n, t, c) of any t and c; weights 1 (distance) and 2 (angle) as published.
    """
    t, s = (ops.reshape(x, (ops.shape(x)[0], x.shape[1] * x.shape[2])) for x in (teacher, student))
    distance = huber(pairwise_distances(t) - pairwise_distances(s))
    angle = huber(triple_angles(t[:ANGLE_SAMPLES]) - triple_angles(s[:ANGLE_SAMPLES]))
    return distance + 2.0 * angle


def gram(teacher, student):
    """Mean squared difference of the flow between features before and after the fusion, (n, t, t).

    After Yim et al., CVPR 2017.
    """
    return ops.mean((teacher - student) ** 2)


def attention(teacher, student):
    """Kullback-Leibler divergence of the student's similarity of PPG to motion from the teacher's attention.

    Both (n, t, t).
    """
    t, s = ops.maximum(teacher, 1e-6), ops.maximum(student, 1e-6)
    return ops.mean(ops.sum(t * (ops.log(t) - ops.log(s)), axis=-1))


# Relation -> (the model output that it compares, its loss)
RELATIONS = {"rkd": ("fused", rkd), "gram": ("gram", gram), "attention": ("relation", attention)}
