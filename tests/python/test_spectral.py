# SPDX-License-Identifier: Apache-2.0
"""The spectral student: what it learns from, how it is changed, and its int8 self."""

import numpy as np
import pytest

from training.recordings import simulate
from training.sensor import to_counts
from training.signal import align, window_ends, windows
from training.spectrum import spectrum_inputs

tf = pytest.importorskip("tensorflow")

from training.augment import augment, network_inputs, swinging_light, without_pulse  # noqa: E402
from training.integer import IntegerModel  # noqa: E402
from training.models.settings import Augmentation, Recipe, Spectral  # noqa: E402
from training.models.spectral import build  # noqa: E402
from training.spectral import examples, gather, noise_spectra, predict, quantize, train  # noqa: E402
from training.tracking import bin_bpm  # noqa: E402

RECORDING = simulate(3, 90.0)
ALONE = Augmentation(stretches=())


@pytest.fixture(scope="module")
def device_inputs() -> np.ndarray:
    hops = align(to_counts(RECORDING, 0))
    return spectrum_inputs(windows(hops, window_ends(hops)), window_ends(hops))


@pytest.fixture(scope="module")
def spectra():
    data = examples(RECORDING, ALONE)
    return tf.gather(data.spectra, data.hops), tf.gather(data.motion, data.hops)


def test_training_sees_what_the_device_computes(device_inputs, spectra):
    values = network_inputs(*spectra).numpy()[: len(device_inputs), 0]
    seen = np.rint(values * 255).astype(int) - 128
    assert np.abs(seen - device_inputs).max() <= 1  # a root on the edge of a step, in single precision
    assert (seen != device_inputs).mean() < 0.02


def test_augmentation_keeps_the_pulse_unless_told_to_disturb_it(spectra):
    nothing = Augmentation((), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    same, motion = augment(*spectra, *spectra, nothing)
    np.testing.assert_allclose(same, spectra[0], rtol=1e-5)
    np.testing.assert_array_equal(motion, spectra[1])
    changed, _ = augment(*spectra, *spectra, Augmentation())
    assert changed.shape == spectra[0].shape and np.isfinite(changed).all() and (changed.numpy() >= 0).all()
    assert np.abs(changed - spectra[0]).max() > 0


def test_artefacts_stand_where_the_motion_is(spectra):
    pulse, motion = spectra[0].numpy().copy(), spectra[1]
    pulse[:, :, 2:] = 0
    pulse[:, :, 2, 40] = 1e6
    tf.random.set_seed(0)
    changed, _ = augment(pulse, motion, pulse, motion, Augmentation((), 0, 0, 0, 1.0, 0, 0))
    changed = changed.numpy()[:, :, 0]
    away = np.arange(104) != 40
    np.testing.assert_allclose(changed[..., away], pulse[:, :, 0][..., away], rtol=1e-5)
    assert (changed[..., 40] > pulse[:, :, 0, 40]).all()


def test_noise_in_place_of_the_pulse_teaches_indifference(spectra):
    noise = noise_spectra(1, 50)
    assert noise.shape == (50, 4, 2, 104) and noise.max(axis=(1, 2, 3)).min() > 0
    label = np.eye(104, dtype=np.float32)[np.zeros(len(spectra[0]), int)]
    lost = np.arange(len(label)) % 2 == 1
    changed, target = (x.numpy() for x in without_pulse(spectra[0], label, noise, lost))
    np.testing.assert_array_equal(changed[~lost], spectra[0][~lost])
    np.testing.assert_array_equal(target[~lost], label[~lost])
    np.testing.assert_array_equal(changed[:, :, 2:], spectra[0][:, :, 2:])
    assert all((noise == light).all(axis=(1, 2, 3)).any() for light in changed[lost][:, :, :2])
    np.testing.assert_allclose(target[lost], 1 / 104)


def test_light_swings_where_told_to(spectra):
    swinging = np.arange(len(spectra[0])) % 2 == 1
    light = swinging_light(spectra[0], swinging).numpy()
    np.testing.assert_allclose(light[~swinging], spectra[0][~swinging], rtol=1e-6)
    np.testing.assert_array_equal(light[:, :, 2:], spectra[0][:, :, 2:])
    before, after = (x[swinging][:, :, :2] for x in (spectra[0].numpy(), light))
    assert (after >= before * (1 - 1e-6)).all() and (after > 1.1 * before).mean() > 0.1


def test_stretched_time_moves_pulse_and_label_alike():
    plain = examples(RECORDING, ALONE)
    both = examples(RECORDING, Augmentation(stretches=(1.25,)))
    faster = both.bpm[len(plain.bpm) :][both.weight[len(plain.bpm) :] > 0]
    assert np.nanmedian(faster) / np.nanmedian(plain.bpm) == pytest.approx(1.25, abs=0.06)
    assert both.hops[len(plain.bpm) // RECORDING.ppg.shape[1]].min() >= 0
    assert both.hops.max() == len(both.bpm) - 1


@pytest.mark.parametrize(
    ("config", "least", "most"),
    [(Spectral(width=8), 1800, 2100), (Spectral(), 8000, 8500), (Spectral(40), 28000, 31000)],
)
def test_sizes(config, least, most):
    assert least <= build(config).count_params() <= most


def test_it_learns_and_its_int8_self_agrees(device_inputs, tmp_path):
    data = gather([RECORDING], [examples(RECORDING, ALONE)])
    student = train(data, Spectral(width=8), ALONE, Recipe(steps=150, batch=32), 1)
    logits = predict(student, device_inputs)
    reference = data.bpm[: len(device_inputs)]
    known = np.isfinite(reference)
    error = np.abs(bin_bpm()[logits.argmax(axis=1)] - reference)[known]
    assert np.median(error) < 8

    (tmp_path / "student.tflite").write_bytes(quantize(student, device_inputs))
    model = IntegerModel.load(tmp_path / "student.tflite")
    assert model.input.shape[-2:] == (104, 20)
    assert (float(model.input.scale[0]), int(model.input.zero_point[0])) == (pytest.approx(1 / 255), -128)
    rounded = model.predict(device_inputs)
    step = float(model.output.scale[0])
    below = (logits - logits.max(axis=1, keepdims=True)) / step
    assert np.abs(rounded - rounded.max(axis=1, keepdims=True).astype(int) - below).mean() < 4


def test_training_needs_a_label():
    import dataclasses

    mute = dataclasses.replace(RECORDING, hr=None, hr_start_s=np.empty(0))
    with pytest.raises(ValueError, match="expected one with a reference heart rate"):
        gather([mute], [examples(mute, ALONE)])
