# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from wristpulse.config.settings import Distillation, Training
from wristpulse.learning import losses

FEATURES = np.random.default_rng(7).normal(size=(8, 16, 6)).astype("float32")


@given(st.floats(35, 215), st.floats(0.8, 6))
@settings(max_examples=30, deadline=None)
def test_a_soft_label_is_a_distribution_around_its_heart_rate(bpm, spread):
    label = np.array(losses.soft_label(ops.array([bpm]), spread))[0]
    centres = np.array(losses.bin_centres())
    assert label.sum() == pytest.approx(1, abs=1e-5)
    assert abs(centres[label.argmax()] - bpm) <= 1.875 / 2 + 1e-3


def test_bin_centres_are_the_trackers():
    from wristpulse.core.bins import bin_bpm

    np.testing.assert_allclose(np.array(losses.bin_centres()), bin_bpm())


def test_the_expected_heart_rate_of_a_sure_network_is_its_bin():
    logits = np.full((2, 104), -50.0, "float32")
    logits[0, 10], logits[1, 103] = 50, 50
    np.testing.assert_allclose(np.array(losses.expected_bpm(ops.array(logits))), [48.75, 223.125], rtol=1e-5)


def test_unlabelled_windows_count_for_the_teacher_only():
    rng = np.random.default_rng(3)
    logits, teacher = rng.normal(size=(2, 4, 104)).astype("float32")
    bpm = np.array([[80.0], [np.nan], [120.0], [np.nan]], "float32")
    supervised = losses.HeartRateLoss(Training())
    known = supervised(ops.array(bpm[[0, 2]]), ops.array(logits[[0, 2]]))
    assert float(supervised(ops.array(bpm), ops.array(logits))) == pytest.approx(float(known), rel=1e-5)
    taught = losses.HeartRateLoss(Training(), Distillation())
    both = np.concatenate([bpm, teacher], axis=1)
    more = float(taught(ops.array(both), ops.array(logits)))
    alone = np.concatenate([np.full((4, 1), np.nan, "float32"), teacher], axis=1)
    assert more == pytest.approx(float(known) + float(taught(ops.array(alone), ops.array(logits))), rel=1e-4)


def test_a_student_that_answers_as_its_teacher_loses_nothing_to_it():
    teacher = np.random.default_rng(5).normal(size=(4, 104)).astype("float32")
    target = np.concatenate([np.full((4, 1), np.nan, "float32"), teacher], axis=1)
    loss = losses.HeartRateLoss(Training(), Distillation())
    assert float(loss(ops.array(target), ops.array(teacher))) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_rkd_ignores_scale_rotation_and_shift_but_not_shape(scale):
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(96, 96)))[0].astype("float32")
    flat = FEATURES.reshape(8, 96)
    same = (scale * flat @ rotation + 3).reshape(8, 16, 6)
    assert float(losses.rkd(FEATURES, same)) == pytest.approx(0, abs=2e-4)
    assert float(losses.rkd(FEATURES, FEATURES[::-1] ** 2)) > 0.01


def test_rkd_compares_features_of_different_widths():
    wide = np.concatenate([FEATURES, np.zeros((8, 16, 10), "float32")], axis=2)
    assert float(losses.rkd(wide, FEATURES)) == pytest.approx(0, abs=1e-4)


def test_the_triple_angles_are_cosines():
    corner = np.array([[0.0, 0], [1, 0], [0, 1]], "float32")
    angles = np.array(losses.triple_angles(ops.array(corner)))
    assert angles[0, 1, 2] == pytest.approx(0, abs=1e-6)  # at the corner: a right angle
    assert angles[1, 0, 2] == pytest.approx(np.sqrt(0.5), rel=1e-5)  # at the end of a leg: 45 degrees


@pytest.mark.parametrize("name", ["gram", "attention"])
def test_relations_vanish_only_where_they_agree(name):
    relation = np.random.default_rng(2).random((4, 16, 16)).astype("float32")
    relation /= relation.sum(axis=-1, keepdims=True)
    loss = losses.RELATIONS[name][1]
    assert float(loss(relation, relation)) == pytest.approx(0, abs=1e-6)
    assert float(loss(relation, relation[:, ::-1])) > 1e-6


def plain_decoupled(teacher, student, target, temperature, target_weight, non_target_weight):
    """Zhao et al. 2022, one window at a time, with a group of bins for the target class."""
    losses_ = []
    for t, s, inside in zip(teacher, student, target, strict=True):
        p, q = (
            np.exp(x / temperature) / np.exp(x / temperature).sum()
            for x in (t.astype(float), s.astype(float))
        )
        binary_p, binary_q = ([x[inside].sum(), x[~inside].sum()] for x in (p, q))
        of_target = sum(a * np.log(a / b) for a, b in zip(binary_p, binary_q, strict=True))
        within_p, within_q = (x[inside] / x[inside].sum() for x in (p, q))
        of_target += binary_p[0] * (within_p * np.log(within_p / within_q)).sum()
        rest_p, rest_q = (x[~inside] / x[~inside].sum() for x in (p, q))
        of_rest = (rest_p * np.log(rest_p / rest_q)).sum()
        losses_.append(target_weight * of_target + non_target_weight * of_rest)
    return temperature**2 * np.mean(losses_)


@pytest.mark.parametrize(
    ("temperature", "weights"), [(1.0, (1.0, 1.0)), (2.0, (1.0, 2.0)), (4.0, (0.5, 8.0))]
)
def test_the_decoupled_response_is_its_plain_formula(temperature, weights):
    rng = np.random.default_rng(11)
    teacher, student = 3 * rng.normal(size=(2, 6, 104)).astype("float32")
    target = np.abs(np.arange(104) - rng.integers(0, 104, (6, 1))) <= 2
    expected = plain_decoupled(teacher, student, target, temperature, *weights)
    found = losses.decoupled(*map(ops.array, (teacher, student, target)), temperature, *weights)
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_one_bin_as_the_target_is_the_published_loss():
    rng = np.random.default_rng(12)
    teacher, student = rng.normal(size=(2, 1, 104)).astype("float32")
    p, q = (np.exp(x[0]) / np.exp(x[0]).sum() for x in (teacher, student))
    of_target = p[7] * np.log(p[7] / q[7]) + (1 - p[7]) * np.log((1 - p[7]) / (1 - q[7]))
    rest_p, rest_q = (np.delete(x, 7) / np.delete(x, 7).sum() for x in (p, q))
    of_rest = (rest_p * np.log(rest_p / rest_q)).sum()
    target = (np.arange(104) == 7)[None]
    found = losses.decoupled(*map(ops.array, (teacher, student, target)), 1.0, 1.0, 8.0)
    assert float(found) == pytest.approx(of_target + 8 * of_rest, rel=1e-4)
    # with the teacher's doubt for the other weight it is the plain divergence
    whole = losses.decoupled(*map(ops.array, (teacher, student, target)), 1.0, 1.0, float(1 - p[7]))
    assert float(whole) == pytest.approx(float(losses.divergence(teacher, student, 1.0)), rel=1e-4)


def test_the_target_is_the_labels_or_the_teachers_where_there_is_none():
    teacher = np.zeros((3, 104), "float32")
    teacher[:, 60] = 5
    near = np.array(losses.target_bins(ops.array([75.0, np.nan, 0.0]), ops.array(teacher), 5.0))
    centres = np.array(losses.bin_centres())
    assert (near[0] == (np.abs(centres - 75) <= 5)).all()
    assert (near[1] == (np.abs(centres - centres[60]) <= 5)).all()
    assert (near[2] == near[1]).all()


def test_decoupled_changes_what_the_heart_rate_loss_takes_from_the_teacher():
    rng = np.random.default_rng(4)
    teacher, student = rng.normal(size=(2, 4, 104)).astype("float32")
    target = np.concatenate([np.full((4, 1), np.nan, "float32"), teacher], axis=1)
    settings_ = Distillation(relation="decoupled", target_weight=1.0, non_target_weight=3.0)
    loss = losses.HeartRateLoss(Training(), settings_)
    near = np.array(losses.target_bins(ops.array(target[:, 0]), ops.array(teacher), 5.0))
    expected = plain_decoupled(teacher, student, near, settings_.temperature, 1.0, 3.0)
    assert float(loss(ops.array(target), ops.array(student))) == pytest.approx(expected, rel=1e-4)
    assert float(loss(ops.array(target), ops.array(teacher))) == pytest.approx(0, abs=1e-5)
