# SPDX-License-Identifier: Apache-2.0
"""The spectral line, which ships: spectra of four hops, a student of 6 k or 8 k parameters, its teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Float64, Int8

from wristpulse.config.networks import Augmentation, size_name, teaching_settings
from wristpulse.config.settings import Config, FrontEnd, Recipe
from wristpulse.core.bins import bin_bpm
from wristpulse.data.corpus import Corpus, content_digest
from wristpulse.data.spectral_examples import SpectralExamples, gather, recording_examples
from wristpulse.learning import calibration
from wristpulse.learning.artefacts import STUDENT_MODEL, TEACHER, TEACHER_MODEL
from wristpulse.learning.world.seeds import with_simulated
from wristpulse.recordings import Recording

if TYPE_CHECKING:
    import keras

    from wristpulse.learning.spectral.batches import SpectrumLessons


class SpectralLine:
    """The line of spectra: wristpulse.learning.line.Line.

    It keeps the examples of each recording as long as the process lives: the folds of a protocol share them.
    """

    front_end: FrontEnd = "spectrum"

    def __init__(self) -> None:
        self._examples: dict[tuple[str, Augmentation, bool, float], SpectralExamples] = {}

    def needs_validation(self, config: Config) -> bool:
        """It trains for a fixed number of steps."""
        return False

    def variant(self, config: Config, network: str) -> str:
        """The teacher, or the student by its size and what it takes from the teacher."""
        if network == TEACHER:
            return f"spectral-{TEACHER}"
        return f"spectral-{size_name(config.spectral)}-{config.distillation.relation}"

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation and seed; simulated people if there are any."""
        settings: dict[str, object] = {
            "model": config.spectral_teacher,
            "training": config.spectral_teacher_training,
            "augmentation": config.augmentation,
            "seed": config.seed,
        }
        if config.world.share:
            settings["world"] = teaching_settings(config.world)
        return settings

    def student_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation and seed; distillation and simulated people if there are any."""
        settings: dict[str, object] = {
            "model": config.spectral,
            "training": config.spectral_training,
            "augmentation": config.augmentation,
            "seed": config.seed,
        }
        if config.distillation.relation != "none":
            settings["distillation"] = config.distillation
        if config.world.share:
            settings["world"] = teaching_settings(config.world)
        return settings

    def train_teacher(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> None:
        """Train the teacher with attention along frequency."""
        from wristpulse.learning.by_steps import train_network
        from wristpulse.models import spectral_teacher

        recipe = config.spectral_teacher_training
        model = train_network(
            lambda: spectral_teacher.build(config.spectral_teacher),
            self._lessons(config, corpus, recipe, progress),
            recipe,
            config.seed,
            folder,
            progress=progress,
        )
        model.save(folder / TEACHER_MODEL)

    def train_student(
        self,
        config: Config,
        corpus: Corpus,
        teacher: Path | None,
        folder: Path,
        progress: Callable[[str], None],
    ) -> None:
        """Train the student that ships."""
        from wristpulse.learning.by_steps import Teaching, train_network
        from wristpulse.models import spectral
        from wristpulse.models.saved import load_network

        teaching, unlabelled = None, 0.0
        if teacher:
            teaching = Teaching(load_network(teacher / TEACHER_MODEL), config.distillation)
            unlabelled = config.distillation.unlabelled_share
        student = train_network(
            lambda: spectral.build(config.spectral),
            self._lessons(config, corpus, config.spectral_training, progress, unlabelled),
            config.spectral_training,
            config.seed,
            folder,
            teaching,
            progress,
        )
        student.save(folder / STUDENT_MODEL)

    def calibration_inputs(self, config: Config, corpus: Corpus) -> Int8[np.ndarray, "n 104 20"]:
        """Of simulated people if some teach, else of the training people: int8 (n, 104, 20)."""
        if config.world.share:
            from wristpulse.learning.spectral.session_inputs import session_inputs
            from wristpulse.learning.world import validation

            return validation.calibration_inputs(config, session_inputs)
        return calibration.calibration_inputs(config, corpus)

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """By simulated people if some teach (figures in validation.json), else by the validation people."""
        if config.world.share:
            from wristpulse.learning.spectral.session_inputs import session_inputs
            from wristpulse.learning.world import validation

            return validation.validate(config, folder, session_inputs, progress)
        return calibration.confidence_map(config, corpus, folder)

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """The corpus' people, and the simulated sessions that teach and validate."""
        if not config.world.share:
            return corpus.subjects
        return with_simulated(corpus.subjects, config.world, config.spectral_training, config.seed)

    def quantize(self, model: keras.Model, inputs: Int8[np.ndarray, "n 104 20"]) -> bytes:
        """int8 .tflite; inputs int8 (n, 104, 20)."""
        from wristpulse.learning.spectral import int8

        return int8.quantize(model, inputs)

    def logits(
        self, model: keras.Model, inputs: Int8[np.ndarray, "n 104 20"]
    ) -> Float32[np.ndarray, "n 104"]:
        """Float logits of inputs int8 (n, 104, 20)."""
        from wristpulse.learning.spectral import int8

        return int8.predict(model, inputs)

    def single_windows(self, logits: Float[np.ndarray, "n 104"]) -> Float64[np.ndarray, " n"]:
        """The highest bin: these networks do not learn by the distribution's mean."""
        return bin_bpm()[logits.argmax(axis=1)]

    def _lessons(
        self,
        config: Config,
        corpus: Corpus,
        recipe: Recipe,
        progress: Callable[[str], None],
        unlabelled: float = 0.0,
    ) -> SpectrumLessons:
        """What a network learns from: the corpus' people, simulated ones, or both.

        unlabelled: share of windows without a label, where there are some and nobody is simulated.
        """
        from wristpulse.learning.spectral.batches import Drawn, Source, SpectrumLessons
        from wristpulse.learning.spectral.endless import Endless

        share, real = config.world.share, None
        if share < 1:
            with_unlabelled = unlabelled > 0 and not share
            real = self._gathered(config, corpus, progress, recipe, with_unlabelled)
        source: Source
        if share:
            source = Endless(config.world, recipe, config.seed, real)
        else:
            assert real is not None
            source = Drawn(real, recipe, config.seed, unlabelled)
        return SpectrumLessons(source, config.augmentation, recipe, config.seed)

    def _gathered(
        self,
        config: Config,
        corpus: Corpus,
        progress: Callable[[str], None],
        recipe: Recipe,
        with_unlabelled: bool,
    ) -> SpectralExamples:
        """Examples of the corpus' training people, and of its recordings without labels if asked for."""
        changes = {"train": config.augmentation}
        if with_unlabelled and "unlabelled" in corpus.recordings:
            changes["unlabelled"] = replace(config.augmentation, stretches=())
        sides = [(r, changes[side]) for side in changes for r in corpus.recordings[side]]
        parts = []
        for recording, augmentation in sides:
            aligned, lead_s = config.data.aligned_labels, recipe.label_lead_s
            parts.append(self._of_recording(recording, augmentation, aligned, lead_s))
            progress(f"spectra: {recording.name}, {len(parts)}/{len(sides)}")
        return gather([recording for recording, _ in sides], parts)

    def _of_recording(
        self, recording: Recording, augmentation: Augmentation, aligned: bool, lead_s: float
    ) -> SpectralExamples:
        key = content_digest(recording), augmentation, aligned, lead_s
        if key not in self._examples:
            self._examples[key] = recording_examples(recording, augmentation, aligned, lead_s)
        return self._examples[key]
