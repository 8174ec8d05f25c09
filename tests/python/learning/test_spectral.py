# SPDX-License-Identifier: Apache-2.0
"""The spectral student: what it learns from, how it is changed, and its int8 self."""

import json
from dataclasses import replace

import numpy as np
import pytest

from wristpulse.core.sensor import to_counts
from wristpulse.core.spectrum import spectrum_inputs
from wristpulse.core.window import stream_windows
from wristpulse.data.labels import labelled_windows
from wristpulse.recordings import simulate

tf = pytest.importorskip("tensorflow")

from wristpulse.config.networks import Augmentation, SpectralStudent, SpectralTeacher  # noqa: E402
from wristpulse.config.settings import Distillation, Recipe  # noqa: E402
from wristpulse.core.bins import bin_bpm  # noqa: E402
from wristpulse.core.spectrum_float import float_spectrum_inputs  # noqa: E402
from wristpulse.data.spectral_examples import gather, noise_spectra, recording_examples  # noqa: E402
from wristpulse.learning import by_steps as training  # noqa: E402
from wristpulse.learning.by_steps import Teaching, train_network  # noqa: E402
from wristpulse.learning.spectral import SpectralLine  # noqa: E402
from wristpulse.learning.spectral.augment import augment, swinging_light, without_pulse  # noqa: E402
from wristpulse.learning.spectral.batches import Drawn, SpectrumLessons  # noqa: E402
from wristpulse.learning.spectral.int8 import predict, quantize  # noqa: E402
from wristpulse.models import spectral_teacher  # noqa: E402
from wristpulse.models.layers import deployed  # noqa: E402
from wristpulse.models.spectral import build  # noqa: E402
from wristpulse.oracle import IntegerModel  # noqa: E402
from wristpulse.support.errors import UserError  # noqa: E402

RECORDING = simulate(3, 90.0)
ALONE = Augmentation(stretches=())


def draws() -> tf.random.Generator:
    return tf.random.Generator.from_seed(0)


@pytest.fixture(scope="module")
def device_inputs() -> np.ndarray:
    windows = stream_windows(to_counts(RECORDING, 0))
    return spectrum_inputs(windows.x, windows.ends)


@pytest.fixture(scope="module")
def spectra():
    data = recording_examples(RECORDING, ALONE)
    return tf.gather(data.spectra, data.hops), tf.gather(data.motion, data.hops)


def test_training_sees_what_the_device_computes(device_inputs, spectra):
    values = float_spectrum_inputs(*spectra).numpy()[: len(device_inputs), 0]
    seen = np.rint(values * 255).astype(int) - 128
    assert np.abs(seen - device_inputs).max() <= 1  # a root on the edge of a step, in single precision
    assert (seen != device_inputs).mean() < 0.02


def test_augmentation_keeps_the_pulse_unless_told_to_disturb_it(spectra):
    nothing = Augmentation((), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    same, motion = augment(*spectra, *spectra, nothing, draws())
    np.testing.assert_allclose(same, spectra[0], rtol=1e-5)
    np.testing.assert_array_equal(motion, spectra[1])
    changed, _ = augment(*spectra, *spectra, Augmentation(), draws())
    assert changed.shape == spectra[0].shape and np.isfinite(changed).all() and (changed.numpy() >= 0).all()
    assert np.abs(changed - spectra[0]).max() > 0


def test_artefacts_stand_where_the_motion_is(spectra):
    pulse, motion = spectra[0].numpy().copy(), spectra[1]
    pulse[:, :, 2:] = 0
    pulse[:, :, 2, 40] = 1e6
    changed, _ = augment(pulse, motion, pulse, motion, Augmentation((), 0, 0, 0, 1.0, 0, 0), draws())
    changed = changed.numpy()[:, :, 0]
    away = np.arange(104) != 40
    np.testing.assert_allclose(changed[..., away], pulse[:, :, 0][..., away], rtol=1e-5)
    assert (changed[..., 40] > pulse[:, :, 0, 40]).all()


def test_noise_in_place_of_the_pulse_teaches_indifference(spectra):
    noise = noise_spectra(1, 50)
    assert noise.shape == (50, 4, 2, 104) and noise.max(axis=(1, 2, 3)).min() > 0
    label = np.eye(104, dtype=np.float32)[np.zeros(len(spectra[0]), int)]
    lost = np.arange(len(label)) % 2 == 1
    changed, target = (x.numpy() for x in without_pulse(spectra[0], label, noise, lost, draws()))
    np.testing.assert_array_equal(changed[~lost], spectra[0][~lost])
    np.testing.assert_array_equal(target[~lost], label[~lost])
    np.testing.assert_array_equal(changed[:, :, 2:], spectra[0][:, :, 2:])
    assert all((noise == light).all(axis=(1, 2, 3)).any() for light in changed[lost][:, :, :2])
    np.testing.assert_allclose(target[lost], 1 / 104)


def test_light_swings_where_told_to(spectra):
    swinging = np.arange(len(spectra[0])) % 2 == 1
    light = swinging_light(spectra[0], swinging, draws()).numpy()
    np.testing.assert_allclose(light[~swinging], spectra[0][~swinging], rtol=1e-6)
    np.testing.assert_array_equal(light[:, :, 2:], spectra[0][:, :, 2:])
    before, after = (x[swinging][:, :, :2] for x in (spectra[0].numpy(), light))
    assert (after >= before * (1 - 1e-6)).all() and (after > 1.1 * before).mean() > 0.1


def test_stretched_time_moves_pulse_and_label_alike():
    plain = recording_examples(RECORDING, ALONE)
    both = recording_examples(RECORDING, Augmentation(stretches=(1.25,)))
    faster = both.bpm[len(plain.bpm) :][both.weight[len(plain.bpm) :] > 0]
    assert np.nanmedian(faster) / np.nanmedian(plain.bpm) == pytest.approx(1.25, abs=0.06)
    assert both.hops[len(plain.bpm) // RECORDING.ppg.shape[1]].min() >= 0
    assert both.hops.max() == len(both.bpm) - 1


@pytest.mark.parametrize(
    ("config", "least", "most"),
    [
        (SpectralStudent(width=8), 1800, 2100),
        (SpectralStudent(), 8000, 8500),
        (SpectralStudent(40), 28000, 31000),
        (SpectralStudent(16, first_kernel=6, bins_a_step=2), 5500, 6500),
    ],
)
def test_sizes(config, least, most):
    assert least <= build(config).count_params() <= most


def test_the_teacher_is_twice_the_largest_student():
    assert 58_000 <= spectral_teacher.build(SpectralTeacher()).count_params() <= 66_000


def lessons(data, recipe, unlabelled=0.0):
    return SpectrumLessons(Drawn(data, recipe, 1, unlabelled), ALONE, recipe, 1)


@pytest.mark.parametrize("bins_a_step", [1, 2])
def test_it_learns_and_its_int8_self_agrees(device_inputs, tmp_path, bins_a_step):
    data = gather([RECORDING], [recording_examples(RECORDING, ALONE)])
    recipe = Recipe(steps=150, batch=32)
    network = SpectralStudent(width=8, bins_a_step=bins_a_step)
    student = train_network(lambda: build(network), lessons(data, recipe), recipe, 1, tmp_path)
    logits = predict(deployed(student), device_inputs)
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


SMALL_TEACHER = SpectralTeacher(width=4, dilations=(1,), fused_dilations=(1,), heads=2, key=2)


def test_an_interrupted_training_goes_on_as_if_nothing_had_been(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_STEPS", 4)
    data = gather([RECORDING], [recording_examples(RECORDING, ALONE)])
    recipe = Recipe(steps=10, batch=8)

    def run(folder, progress=lambda line: None):
        folder.mkdir(exist_ok=True)
        return train_network(
            *(lambda: spectral_teacher.build(SMALL_TEACHER), lessons(data, recipe), recipe),
            *(1, folder, None, progress),
        )

    def power_cut(line):
        if "step 8/" in line:
            raise KeyboardInterrupt

    whole = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", power_cut)
    lines = []
    resumed = run(tmp_path / "cut", lines.append)
    assert len(lines) == 1 and "step 10/10" in lines[0]
    speed = json.loads((tmp_path / "cut" / training.METRICS).read_text())
    assert speed["steps"] == 10 and speed["windows_per_second"] > 0
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_teacher_does_not_know_heart_rates_by_heart():
    """Away from the edges, what lies ten bins higher gives logits ten bins higher."""
    rng = np.random.default_rng(1)
    teacher = spectral_teacher.build(SMALL_TEACHER)
    for weight in teacher.trainable_variables:
        weight.assign(rng.normal(0, 0.8, weight.shape))
    spectra = np.zeros((1, 1, 104, 20), np.float32)
    spectra[0, 0, 40:50] = rng.random((10, 20))
    low, high = (teacher(x, training=False)["logits"].numpy()[0] for x in (spectra, np.roll(spectra, 10, 2)))
    np.testing.assert_allclose(high[35:75], low[25:65], atol=0.1 * low.std())
    assert np.abs(high - low).max() > low.std()


@pytest.mark.parametrize("relation", ["response", "rkd"])
def test_a_student_learns_from_its_teacher_where_there_are_no_labels(relation, tmp_path, device_inputs):
    import dataclasses

    labelled = gather([RECORDING], [recording_examples(RECORDING, ALONE)])
    mute = dataclasses.replace(RECORDING, hr=None, hr_start_s=np.empty(0), activity=None)
    both = gather([RECORDING, mute], [recording_examples(r, ALONE) for r in (RECORDING, mute)])
    assert both.chances(0.0)[len(labelled.bpm) :].sum() == 0
    assert both.chances(0.3)[np.isnan(both.bpm)].sum() == pytest.approx(0.3)
    assert both.chances(0.3).sum() == pytest.approx(1)
    teacher = spectral_teacher.build(SMALL_TEACHER)
    settings = Distillation(relation, unlabelled_share=1.0)
    recipe = Recipe(steps=150, batch=16)
    student = train_network(
        *(lambda: build(SpectralStudent(width=4)), lessons(both, recipe, 1.0), recipe, 1, tmp_path),
        Teaching(teacher, settings),
    )
    apart = {}
    for name, model in (("taught", student), ("untaught", build(SpectralStudent(width=4)))):
        told, said = (predict(deployed(m), device_inputs) for m in (teacher, model))
        apart[name] = np.abs(told - told.mean(axis=1)[:, None] - said + said.mean(axis=1)[:, None]).mean()
    assert apart["taught"] < 0.7 * apart["untaught"]


def test_training_needs_a_label():
    import dataclasses

    mute = dataclasses.replace(RECORDING, hr=None, hr_start_s=np.empty(0), activity=None)
    with pytest.raises(UserError, match="expected one with a reference heart rate"):
        gather([mute], [recording_examples(mute, ALONE)])


def test_no_label_is_made_up_across_a_hole():
    """The reference is silent in the middle: windows there have no label, here as in an evaluation."""
    hole = (RECORDING.hr_start_s > 20) & (RECORDING.hr_start_s < RECORDING.hr_start_s[-1] - 20)
    starts = RECORDING.hr_start_s[~hole]
    torn = replace(RECORDING, hr=RECORDING.hr[~hole], hr_start_s=starts, activity=None)
    bpm = recording_examples(torn, ALONE).bpm
    _, reference, _ = labelled_windows(torn, aligned=True)
    assert (np.isfinite(bpm) == np.isfinite(np.tile(reference, RECORDING.ppg.shape[1]))).all()
    assert 0 < np.isfinite(bpm).sum() < len(bpm) - 5


def test_equal_recordings_share_their_examples():
    """The folds of a protocol share them; the recording's content decides, not which object holds it."""
    line, shorter = SpectralLine(), simulate(3, 20.0)
    first = line._of_recording(shorter, ALONE, aligned=True, lead_s=0.0)
    assert line._of_recording(replace(shorter), ALONE, aligned=True, lead_s=0.0) is first
    assert line._of_recording(simulate(3, 20.0), ALONE, aligned=True, lead_s=0.0) is first
    later = line._of_recording(replace(shorter, label_offset_s=5.0), ALONE, aligned=True, lead_s=0.0)
    assert later is not first and not np.array_equal(later.bpm, first.bpm, equal_nan=True)
    assert line._of_recording(shorter, ALONE, aligned=False, lead_s=0.0) is not first
