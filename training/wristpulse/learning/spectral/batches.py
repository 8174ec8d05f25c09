# SPDX-License-Identifier: Apache-2.0
"""What a step of training gets: windows of a source, and the inputs and targets that become of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import tensorflow as tf

from wristpulse.config.networks import Augmentation
from wristpulse.config.settings import Recipe
from wristpulse.core.numbers import BINS
from wristpulse.core.spectrum_float import float_spectrum_inputs
from wristpulse.data.spectral_examples import SpectralExamples, noise_spectra
from wristpulse.learning.losses import soft_label
from wristpulse.learning.spectral.augment import augment, swinging_light, without_pulse

SWINGING = 0.6  # of the windows that lose their pulse before motion leaks in


class Batch(NamedTuple):
    """Windows of one step and as many others, which lend their motion.

    spectra, others: (n, 4, 4, 104); motion, others_motion: (n, 4); bpm: (n,), NaN unknown; seen: (n,), 1
    where the light shows the heart rate, 0 where nobody could know it and any is as likely.
    """

    spectra: tf.Tensor
    motion: tf.Tensor
    bpm: tf.Tensor
    seen: tf.Tensor
    others: tf.Tensor
    others_motion: tf.Tensor


@runtime_checkable
class Source(Protocol):
    """Where windows come from, step by step; the same step always gives the same ones."""

    def fed(self, done: int) -> Iterator[tuple]:
        """Give what each step after the first `done` is fed with.

        Parameters
        ----------
        done : int
            Steps that ran already.

        Yields
        ------
        tuple of ndarray
            For each step, as `batch` takes them.
        """

    def batch(self, *fed: tf.Tensor) -> Batch:
        """Make the batch of a step; part of the compiled step.

        Parameters
        ----------
        *fed : tf.Tensor
            The arrays that `fed` gave for the step.

        Returns
        -------
        Batch
        """


class Drawn:
    """Windows in memory, drawn at random; `unlabelled`: share of those without a label."""

    def __init__(self, data: SpectralExamples, recipe: Recipe, seed: int, unlabelled: float) -> None:
        draws = np.random.default_rng(seed).choice(
            len(data.bpm), (recipe.steps, 2, recipe.batch), p=data.chances(unlabelled)
        )
        self.draws = draws.astype(np.int32)
        self.spectra, self.motion, self.bpm, self.hops = map(
            tf.constant, (data.spectra, data.motion, data.bpm, data.hops)
        )

    def fed(self, done: int) -> Iterator[tuple]:
        """Give the windows of each step after the first `done`.

        Parameters
        ----------
        done : int
            Steps that ran already.

        Yields
        ------
        ndarray, int32 (2, batch)
            For each step: numbers of the windows that are learnt from, and of the others.
        """
        return iter(self.draws[done:])

    def batch(self, chosen: tf.Tensor, others: tf.Tensor) -> Batch:
        """Gather the windows of a step.

        Parameters
        ----------
        chosen : int32 (n,)
            Numbers of the windows that are learnt from.
        others : int32 (n,)
            Numbers of those that lend their motion.

        Returns
        -------
        Batch
            The light counts as showing every heart rate (`seen` is 1).
        """
        rows, other = tf.gather(self.hops, chosen), tf.gather(self.hops, others)
        return Batch(
            tf.gather(self.spectra, rows),
            tf.gather(self.motion, rows),
            tf.gather(self.bpm, chosen),
            tf.ones(tf.shape(chosen)),
            tf.gather(self.spectra, other),
            tf.gather(self.motion, other),
        )


class Taught:
    """Inputs and targets of batches, augmented afresh."""

    def __init__(
        self, augmentation: Augmentation, recipe: Recipe, seed: int, rng: tf.random.Generator
    ) -> None:
        self.augmentation, self.recipe, self.rng = augmentation, recipe, rng
        self.noise = tf.constant(noise_spectra(seed))

    def __call__(self, batch: Batch) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Inputs (n, 1, 104, 20), targets (n, 104), and which have one (n,)."""
        change, rng = self.augmentation, self.rng
        unknown = tf.math.is_nan(batch.bpm)
        target = soft_label(tf.where(unknown, 0.0, batch.bpm), self.recipe.label_spread_bpm)
        seen = batch.seen[:, None]
        target = seen * target + (1 - seen) / BINS
        draw = rng.uniform(tf.shape(batch.bpm))
        half = change.no_pulse / 2
        # Light that swings with the arm; then, after all else, noise alone.
        before, after = draw < half, draw > 1 - half
        spectra, target = without_pulse(batch.spectra, target, self.noise, before, rng)
        spectra = swinging_light(spectra, draw < SWINGING * half, rng)
        spectra, moving = augment(spectra, batch.motion, batch.others, batch.others_motion, change, rng)
        spectra, target = without_pulse(spectra, target, self.noise, after, rng)
        has_target = ~unknown | (batch.seen == 0) | before | after
        return float_spectrum_inputs(spectra, moving), target, has_target


class SpectrumLessons:
    """wristpulse.learning.by_steps.Lessons of spectra: a source's windows, augmented afresh."""

    def __init__(self, source: Source, augmentation: Augmentation, recipe: Recipe, seed: int) -> None:
        self.source, self.augmentation, self.recipe, self.seed = source, augmentation, recipe, seed

    def fed(self, done: int) -> Iterator[tuple]:
        """Give what each step after the first `done` is fed with.

        Parameters
        ----------
        done : int
            Steps that ran already.

        Yields
        ------
        tuple of ndarray
            For each step, as `lesson`'s function takes them.
        """
        return self.source.fed(done)

    def lesson(self, rng: tf.random.Generator) -> Callable[..., tuple[tf.Tensor, tf.Tensor, tf.Tensor]]:
        """Make the compiled part of a step.

        Parameters
        ----------
        rng : tf.random.Generator
            Draws what changes at random.

        Returns
        -------
        callable
            Takes the arrays of `fed` as tensors. Returns inputs float32 (n, 1, 104, 20), targets float32
            (n, 104), which are distributions over the bins, and which windows have one, bool (n,).
        """
        taught = Taught(self.augmentation, self.recipe, self.seed, rng)
        return lambda *fed: taught(self.source.batch(*fed))
