# SPDX-License-Identifier: Apache-2.0
"""What the networks minimise: label, response and relation losses.

Every loss takes batched tensors and returns a scalar. Targets of ``logits`` are float32: BPM (n, 1), or BPM
and the teacher's logits (n, 1 + bins). An unknown BPM is NaN; then only the teacher counts. 0 stands for a
window without a pulse, for which every heart rate is as likely.
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
    """Distribution over the bins that a label stands for.

    p_k is proportional to exp(-(b_k - BPM)^2 / (2 spread_bpm^2)), b_k the bins' centres.

    Parameters
    ----------
    bpm : (n,)
        0: no pulse, every bin alike.
    spread_bpm : float
        Standard deviation.

    Returns
    -------
    (n, bins)

    Examples
    --------
    >>> label = soft_label(ops.convert_to_tensor([90.0, 0.0]), 2.0)
    >>> int(ops.argmax(label[0])), round(float(label[1, 0]) * 104, 3)
    (32, 1.0)
    """
    distance = (bpm[:, None] - bin_centres()[None]) / spread_bpm
    return ops.softmax(ops.where(bpm[:, None] > 0, -0.5 * distance**2, 0.0))


def expected_bpm(logits):
    """Mean of the predicted distribution: sum of softmax(logits)_k b_k, b_k the bins' centres.

    Parameters
    ----------
    logits : (n, bins)

    Returns
    -------
    (n,)
        BPM.

    Examples
    --------
    >>> round(float(expected_bpm(ops.zeros((1, 104)))[0]), 2)  # nothing known: the middle
    126.56
    """
    return ops.sum(ops.softmax(logits) * bin_centres(), axis=-1)


def bpm_error(target, logits):
    """Mean absolute error of `expected_bpm` over the windows with a label above 0; 0 without any.

    Parameters
    ----------
    target : (n, 1 or more)
        BPM first; NaN: unknown.
    logits : (n, bins)

    Returns
    -------
    scalar
        BPM.
    """
    bpm = ops.nan_to_num(target[:, 0])
    labelled = bpm > 0
    error = ops.abs(expected_bpm(logits) - bpm)
    count = ops.maximum(ops.sum(ops.cast(labelled, "float32")), 1.0)
    return ops.sum(ops.where(labelled, error, 0.0)) / count


class HeartRateLoss(keras.losses.Loss):
    """Loss against the label plus, where the target carries it, against the teacher's response.

    Mean over labelled windows of H(`soft_label`, softmax(logits)) + l1_weight |`expected_bpm` - BPM| / 10,
    plus response_weight times `divergence` or `decoupled`. Windows without a pulse (0) have no second term.

    Parameters
    ----------
    training : Training
        label_spread_bpm and l1_weight.
    distillation : Distillation, optional
        response_weight, temperature and relation; without it the teacher's logits in the target do not count.

    Examples
    --------
    >>> loss = HeartRateLoss(Training())
    >>> bpm = ops.convert_to_tensor([[90.0]])
    >>> right, wrong = ops.one_hot([32, 64], 104) * 20.0
    >>> float(loss.call(bpm, right[None])) < float(loss.call(bpm, wrong[None]))
    True
    """

    def __init__(self, training: Training, distillation: Distillation | None = None):
        super().__init__(name="heart_rate")
        self.training, self.distillation = training, distillation

    def call(self, target, logits):
        """Scalar loss of a batch.

        Parameters
        ----------
        target : (n, 1) or (n, 1 + bins)
            BPM, NaN unknown, 0 no pulse; then the teacher's logits.
        logits : (n, bins)
        """
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
    """The bins that count as the right class for `decoupled`.

    Parameters
    ----------
    bpm : (n,)
        NaN or 0: none known.
    teacher : (n, bins)
        Logits; their highest bin stands in where no label is known.
    reach_bpm : float

    Returns
    -------
    bool (n, bins)
        Within `reach_bpm` of that heart rate.
    """
    highest = ops.take(bin_centres(), ops.argmax(teacher, axis=-1))
    labels = ops.nan_to_num(bpm)
    centre = ops.where(labels > 0, labels, highest)
    return ops.abs(bin_centres()[None] - centre[:, None]) <= reach_bpm


def decoupled(teacher, student, target, temperature: float, target_weight: float, non_target_weight: float):
    """Kullback-Leibler divergence of softened responses, its two parts weighted apart.

    Zhao et al. 2022, arXiv 2203.08679, with a group of bins in place of their one class: neighbouring bins
    are no other classes. The target's part compares the mass of the group and of the rest, and the shape
    inside the group weighted by its mass. The other part compares the shape of the rest whatever its mass.
    Times the temperature's square, as `divergence`.

    Parameters
    ----------
    teacher, student : (n, bins)
        Logits.
    target : bool (n, bins)
        The group, of `target_bins`.
    temperature, target_weight, non_target_weight : float

    Returns
    -------
    scalar
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
    """Kullback-Leibler divergence of softened responses.

    T^2 mean over n of sum_k t_k (log t_k - log s_k), t and s the softmax of logits / T. T^2 keeps the size of
    the gradients (Hinton et al., arXiv 1503.02531).

    Parameters
    ----------
    teacher, student : (n, bins)
        Logits.
    temperature : float
        T.

    Returns
    -------
    scalar

    Examples
    --------
    >>> x = ops.convert_to_tensor([[1.0, 2.0, 3.0]])
    >>> float(divergence(x, x, 4.0))
    0.0
    """
    teacher, student = teacher / temperature, student / temperature
    apart = ops.softmax(teacher) * (ops.log_softmax(teacher) - ops.log_softmax(student))
    return temperature**2 * ops.mean(ops.sum(apart, axis=-1))


def huber(difference):
    """Mean Huber loss with delta 1 (Huber, Ann. Math. Statist. 35(1), 1964).

        mean of d^2 / 2 where |d| < 1, else |d| - 1/2

    Parameters
    ----------
    difference : tensor
        Of any shape.

    Returns
    -------
    tensor ()
    """
    size = ops.abs(difference)
    return ops.mean(ops.where(size < 1.0, 0.5 * size**2, size - 0.5))


def pairwise_distances(x):
    """Euclidean distances of all pairs, in units of their mean (the diagonal counts).

    Parameters
    ----------
    x : (n, d)

    Returns
    -------
    (n, n)

    Examples
    --------
    >>> pairwise_distances(ops.convert_to_tensor([[0.0], [3.0]])).numpy().round(3).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    squares = ops.sum(x**2, axis=1)
    gram = squares[:, None] + squares[None] - 2 * ops.matmul(x, ops.transpose(x))
    distance = ops.sqrt(ops.maximum(gram, 1e-12))
    return distance / (ops.mean(distance) + 1e-12)


def triple_angles(x):
    """Angles of all triples.

    Parameters
    ----------
    x : (n, d)

    Returns
    -------
    (n, n, n)
        [j, i, k]: cosine of the angle at j between i and k.
    """
    towards = ops.normalize(x[None] - x[:, None], axis=-1)
    return ops.matmul(towards, ops.swapaxes(towards, 1, 2))


def rkd(teacher, student):
    """Relational knowledge distillation, distances and angles over the batch (Park et al., arXiv 1904.05068).

    Huber(distances) + 2 Huber(angles), the weights as published; angles of the first ANGLE_SAMPLES only.

    Parameters
    ----------
    teacher, student : (n, t, c)
        Features, of any t and c.

    Returns
    -------
    scalar
    """
    t, s = (ops.reshape(x, (ops.shape(x)[0], x.shape[1] * x.shape[2])) for x in (teacher, student))
    distance = huber(pairwise_distances(t) - pairwise_distances(s))
    angle = huber(triple_angles(t[:ANGLE_SAMPLES]) - triple_angles(s[:ANGLE_SAMPLES]))
    return distance + 2.0 * angle


def gram(teacher, student):
    """Mean squared difference of the flow between features before and after the fusion.

    After Yim et al., "A gift from knowledge distillation", CVPR 2017.

    Parameters
    ----------
    teacher, student : (n, t, t)

    Returns
    -------
    scalar
    """
    return ops.mean((teacher - student) ** 2)


def attention(teacher, student):
    """Kullback-Leibler divergence of the student's similarity of PPG to motion from the teacher's attention.

    Parameters
    ----------
    teacher, student : (n, t, t)
        Rows that sum to 1.

    Returns
    -------
    scalar
    """
    t, s = ops.maximum(teacher, 1e-6), ops.maximum(student, 1e-6)
    return ops.mean(ops.sum(t * (ops.log(t) - ops.log(s)), axis=-1))


# Relation -> (the model output that it compares, its loss)
RELATIONS = {"rkd": ("fused", rkd), "gram": ("gram", gram), "attention": ("relation", attention)}
