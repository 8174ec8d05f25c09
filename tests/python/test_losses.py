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
