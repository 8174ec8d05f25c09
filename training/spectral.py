# SPDX-License-Identifier: Apache-2.0
"""Train a spectral student: every window of every LED and time-stretch, drawn at random, augmented afresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from training.augment import augment, network_inputs, swinging_light, without_pulse
from training.losses import soft_label
from training.models.settings import Augmentation, Recipe, Spectral
from training.models.spectral import build
from training.quantize import convert
from training.recordings.recording import Recording
from training.sensor import SensorStream, to_counts
from training.signal import HOP, HOPS_PER_WINDOW, RATE_HZ, WINDOW, align, motion, window_ends, windows
from training.spectrum import INPUT_SCALE, INPUT_ZERO, last_windows, magnitudes

TAUGHT_BPM = (35.0, 215.0)  # labels whose soft label lies within the bins
SWINGING = 0.6  # of the windows that lose their pulse before motion leaks in


@dataclass(frozen=True)
class Examples:
    """Windows to learn from.

    spectra: float32 (n, 4, 104), magnitudes; motion: float32 (n,), r_acc; bpm: float32 (n,), NaN unknown;
    hops: int32 (n, 4), the rows that stand side by side in the network; weight: float64 (n,), of being drawn.
    """

    spectra: np.ndarray
    motion: np.ndarray
    bpm: np.ndarray
    hops: np.ndarray
    weight: np.ndarray


def examples(recording: Recording, augmentation: Augmentation, aligned: bool = True) -> Examples:
    """All windows of a recording: every PPG channel, at its own pace and at the augmentation's."""
    parts = [
        _channel(recording, led, stretch, 1.0 if stretch == 1.0 else augmentation.stretched_share, aligned)
        for led in range(recording.ppg.shape[1])
        for stretch in (1.0, *augmentation.stretches)
    ]
    return _join(parts, [1 / recording.ppg.shape[1]] * len(parts))


def _channel(recording: Recording, led: int, stretch: float, weight: float, aligned: bool) -> Examples:
    """Windows of one PPG channel of a recording played `stretch` times as fast."""
    stream = to_counts(recording, led)
    t_ppg, t_acc = ((t / stretch).astype(np.int64) for t in (stream.t_ppg_us, stream.t_acc_us))
    hops = align(SensorStream(stream.ppg, t_ppg, stream.acc, t_acc))
    ends = window_ends(hops)
    x = windows(hops, ends)
    bpm = np.full(len(ends), np.nan)
    if recording.hr is not None and len(recording.hr):
        half = WINDOW / RATE_HZ / 2
        middle = recording.hr_start_s + half + (recording.label_offset_s if aligned else 0.0)
        at = (hops.end_us[ends] * 1e-6 - half) * stretch
        bpm = np.interp(at, middle, recording.hr, left=np.nan, right=np.nan) * stretch
    return Examples(
        magnitudes(x).astype(np.float32),
        motion(x).astype(np.float32),
        bpm.astype(np.float32),
        last_windows(ends).astype(np.int32),
        np.where((bpm >= TAUGHT_BPM[0]) & (bpm <= TAUGHT_BPM[1]), weight, 0.0),
    )


def _join(parts: Sequence[Examples], weights: Sequence[float]) -> Examples:
    base = np.cumsum([0, *(len(part.bpm) for part in parts)])
    return Examples(
        np.concatenate([part.spectra for part in parts]),
        np.concatenate([part.motion for part in parts]),
        np.concatenate([part.bpm for part in parts]),
        np.concatenate([part.hops + start for part, start in zip(parts, base, strict=False)]),
        np.concatenate([part.weight * weight for part, weight in zip(parts, weights, strict=True)]),
    )


def gather(recordings: Sequence[Recording], parts: Sequence[Examples]) -> Examples:
    """The examples of recordings together; a data set weighs by the root of its length.

    ValueError if no recording has a label.
    """
    seconds: dict[str, float] = {}
    for r in recordings:
        seconds[r.dataset] = seconds.get(r.dataset, 0.0) + r.seconds
    together = _join(parts, [seconds[r.dataset] ** -0.5 for r in recordings])
    if not together.weight.any():
        raise ValueError("spectral student: recordings: expected one with a reference heart rate, found none")
    return together


def noise_spectra(seed: int, count: int = 2000) -> np.ndarray:
    """PPG spectra of four hops with no pulse in them, float32 (count, 4, 2, 104): noise of all colours."""
    rng = np.random.default_rng(seed)
    samples = HOP * (HOPS_PER_WINDOW - 1) + WINDOW
    white = np.fft.rfft(rng.normal(size=(count, 2 * samples)))
    colour = np.fft.rfftfreq(2 * samples, 1 / RATE_HZ).clip(0.05) ** -rng.uniform(0, 1.5, (count, 1))
    x = np.fft.irfft(white * colour)[:, :samples]
    counts = np.rint(x / x.std(axis=1, keepdims=True) * 2.0 ** rng.uniform(2, 14, (count, 1))).astype(
        np.int64
    )
    hops = np.lib.stride_tricks.sliding_window_view(counts, WINDOW, axis=1)[:, ::HOP].reshape(-1, WINDOW)
    signals = np.zeros((len(hops), 4, WINDOW), np.int64)
    signals[:, 0] = hops
    return magnitudes(signals)[:, :2].astype(np.float32).reshape(count, HOPS_PER_WINDOW, 2, -1)


def train(
    data: Examples,
    config: Spectral,
    augmentation: Augmentation,
    recipe: Recipe,
    seed: int,
    progress: Callable[[str], None] = lambda line: None,
) -> keras.Model:
    """A student trained from scratch; the same seed on the same machine gives the same weights."""
    keras.utils.set_random_seed(seed)
    model = build(config)
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, recipe.steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay)
    optimizer.build(model.trainable_variables)
    draws = np.random.default_rng(seed).choice(
        len(data.bpm), (recipe.steps, 2, recipe.batch), p=data.weight / data.weight.sum()
    )
    noise = tf.constant(noise_spectra(seed))
    spectra, movement, bpm, hops = map(tf.constant, (data.spectra, data.motion, data.bpm, data.hops))

    @tf.function
    def step(chosen: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
        rows, other = tf.gather(hops, chosen), tf.gather(hops, others)
        target = soft_label(tf.gather(bpm, chosen), recipe.label_spread_bpm)
        draw = tf.random.uniform((recipe.batch,))
        half = augmentation.no_pulse / 2
        # Light that swings with the arm; then, after all else, noise alone.
        seen, target = without_pulse(tf.gather(spectra, rows), target, noise, draw < half)
        seen = swinging_light(seen, draw < SWINGING * half)
        changed, moving = augment(
            seen,
            tf.gather(movement, rows),
            tf.gather(spectra, other),
            tf.gather(movement, other),
            augmentation,
        )
        changed, target = without_pulse(changed, target, noise, draw > 1 - half)
        inputs = network_inputs(changed, moving)
        with tf.GradientTape() as tape:
            logits = model(inputs, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, logits))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    for n, (chosen, others) in enumerate(draws.astype(np.int32), 1):
        loss = step(chosen, others)
        if n % 500 == 0 or n == recipe.steps:
            progress(f"spectral student: step {n}/{recipe.steps}  loss {float(loss):.3f}")
    return model


def _values(inputs: np.ndarray) -> np.ndarray:
    return (inputs.astype(np.float32)[:, None] - INPUT_ZERO) * np.float32(INPUT_SCALE)


def predict(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Logits float32 (n, 104) of the front end's int8 inputs (n, 104, 20)."""
    return model.predict(_values(inputs), batch_size=256, verbose=0)


def quantize(model: keras.Model, inputs: np.ndarray) -> bytes:
    """int8 .tflite of a student; int8 inputs (n, 104, 20) of the front end set the activations' ranges.

    The input's scale and zero point are the front end's: the calibration spans 0 to 1.
    """
    calibration = _values(inputs)
    calibration[0, 0, 0, :2] = 0, 1
    return convert(lambda spectra: model(spectra, training=False), calibration, "spectra")
