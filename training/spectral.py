# SPDX-License-Identifier: Apache-2.0
"""Train a spectral student: every window of every LED and time-stretch, drawn at random, augmented afresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from training.augment import augment, network_inputs
from training.losses import soft_label
from training.models.settings import Augmentation, Spectral
from training.models.spectral import build
from training.quantize import convert
from training.recordings.recording import Recording
from training.sensor import SensorStream, to_counts
from training.signal import RATE_HZ, WINDOW, align, motion, window_ends, windows
from training.spectrum import INPUT_SCALE, INPUT_ZERO, last_windows, magnitudes


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a spectral student learns; under a minute on one core."""

    steps: int = 2000
    batch: int = 64
    learning_rate: float = 2e-3  # falls to nothing along a cosine
    weight_decay: float = 1e-4
    label_spread_bpm: float = 2.5  # standard deviation of the soft label over the bins


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


def examples(recording: Recording, led: int, stretch: float, aligned: bool, weight: float) -> Examples:
    """Windows of one PPG channel of a recording, played `stretch` times as fast."""
    stream = to_counts(recording, led)
    t_ppg, t_acc = ((t / stretch).astype(np.int64) for t in (stream.t_ppg_us, stream.t_acc_us))
    hops = align(SensorStream(stream.ppg, t_ppg, stream.acc, t_acc))
    ends = window_ends(hops)
    x = windows(hops, ends)
    half = WINDOW / RATE_HZ / 2
    middle = recording.hr_start_s + half + (recording.label_offset_s if aligned else 0.0)
    at = (hops.end_us[ends] * 1e-6 - half) * stretch
    bpm = np.interp(at, middle, recording.hr, left=np.nan, right=np.nan) * stretch
    return Examples(
        magnitudes(x).astype(np.float32),
        motion(x).astype(np.float32),
        bpm.astype(np.float32),
        last_windows(ends).astype(np.int32),
        np.where(np.isfinite(bpm), weight, 0.0),
    )


def gather(
    recordings: Sequence[Recording],
    augmentation: Augmentation,
    aligned: bool = True,
    progress: Callable[[str], None] = lambda line: None,
) -> Examples:
    """All LEDs and stretches of labelled recordings, each data set weighing alike by the root of its size.

    ValueError if no recording has a label.
    """
    seconds = {r.dataset: 0.0 for r in recordings}
    for r in recordings:
        seconds[r.dataset] += r.seconds
    parts, base = [], 0
    for n, r in enumerate(recordings, 1):
        if r.hr is None:
            continue
        share = 1 / np.sqrt(seconds[r.dataset]) / r.ppg.shape[1]
        for led in range(r.ppg.shape[1]):
            for stretch in (1.0, *augmentation.stretches):
                weight = share * (1.0 if stretch == 1.0 else augmentation.stretched_share)
                part = examples(r, led, stretch, aligned, weight)
                parts.append((part.spectra, part.motion, part.bpm, part.hops + base, part.weight))
                base += len(part.bpm)
        progress(f"spectra {n}/{len(recordings)}: {r.dataset} {r.name}")
    if not any(part[4].any() for part in parts):
        raise ValueError(
            "spectral student: recordings: expected some with a reference heart rate, found none"
        )
    return Examples(*(np.concatenate(column) for column in zip(*parts, strict=True)))


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
    spectra, movement, bpm, hops = map(tf.constant, (data.spectra, data.motion, data.bpm, data.hops))

    @tf.function
    def step(chosen: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
        rows, other = tf.gather(hops, chosen), tf.gather(hops, others)
        inputs = network_inputs(
            *augment(
                tf.gather(spectra, rows),
                tf.gather(movement, rows),
                tf.gather(spectra, other),
                tf.gather(movement, other),
                augmentation,
            )
        )
        target = soft_label(tf.gather(bpm, chosen), recipe.label_spread_bpm)
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
    """int8 .tflite of a student, from the front end's int8 inputs (n, 104, 20) that set the activations' ranges.

    The input's scale and zero point are the front end's: the calibration spans 0 to 1.
    """
    calibration = _values(inputs)
    calibration[0, 0, 0, :2] = 0, 1
    return convert(lambda spectra: model(spectra, training=False), calibration, "spectra")
