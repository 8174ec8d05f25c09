# SPDX-License-Identifier: Apache-2.0
"""The spectral line, which ships: spectra of four hops, a student of 8 k parameters, and its teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Float64, Int8

from wristpulse.config.networks import Augmentation, size_name
from wristpulse.config.settings import Config, FrontEnd, Recipe
from wristpulse.core.bins import bin_bpm
from wristpulse.data.corpus import Corpus, content_digest
from wristpulse.data.spectral_examples import SpectralExamples, gather, recording_examples
from wristpulse.learning import calibration
from wristpulse.learning.artefacts import STUDENT_MODEL, TEACHER, TEACHER_MODEL
from wristpulse.learning.spectral.world_seeds import named, taught_seeds, validation_seeds
from wristpulse.recordings import Recording

if TYPE_CHECKING:
    import keras

    from wristpulse.learning.spectral.batches import Source


# Of the settings of simulated people, those that the trained student depends on.
TEACHING = ("share", "seconds", "chunk_sessions", "chunk_steps", "without")


class SpectralLine:
    """The line of spectra: wristpulse.learning.line.Line.

    It keeps the examples of each recording as long as the process lives: the folds of a protocol share them.
    """

    front_end: FrontEnd = "spectrum"
    needs_validation = False  # it trains for a fixed number of steps

    def __init__(self) -> None:
        self._examples: dict[tuple[str, Augmentation, bool, float], SpectralExamples] = {}

    def variant(self, config: Config, network: str) -> str:
        """The teacher, or the student by its size and what it takes from the teacher."""
        if network == TEACHER:
            return f"spectral-{TEACHER}"
        return f"spectral-{size_name(config.spectral)}-{config.distillation.relation}"

    def teacher_settings(self, config: Config) -> dict[str, object]:
        """Network, training, augmentation and seed."""
        return {
            "model": config.spectral_teacher,
            "training": config.spectral_teacher_training,
            "augmentation": config.augmentation,
            "seed": config.seed,
        }

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
            teaching = {name: value for name, value in asdict(config.world).items() if name in TEACHING}
            settings["world"] = teaching
        return settings

    def train_teacher(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> None:
        """Train the teacher with attention along frequency."""
        from wristpulse.learning.spectral.train import train_network
        from wristpulse.models import spectral_teacher

        model = train_network(
            lambda: spectral_teacher.build(config.spectral_teacher),
            self._gathered(config, corpus, progress, config.spectral_teacher_training, with_unlabelled=False),
            config.augmentation,
            config.spectral_teacher_training,
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
        from wristpulse.learning.spectral.train import Teaching, train_network
        from wristpulse.models import spectral
        from wristpulse.models.saved import load_network

        teaching = None
        if teacher:
            model = load_network(teacher / TEACHER_MODEL)
            teaching = Teaching(model, config.distillation)
        student = train_network(
            lambda: spectral.build(config.spectral),
            self._source(config, corpus, progress, with_unlabelled=teacher is not None),
            config.augmentation,
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
            from wristpulse.learning.spectral import world_validation

            return world_validation.calibration_inputs(config)
        return calibration.calibration_inputs(config, corpus)

    def confidence_map(
        self, config: Config, corpus: Corpus, folder: Path, progress: Callable[[str], None]
    ) -> tuple[int, ...]:
        """By simulated people if some teach (figures in validation.json), else by the validation people."""
        if config.world.share:
            from wristpulse.learning.spectral import world_validation

            return world_validation.validate(config, folder, progress)
        return calibration.confidence_map(config, corpus, folder)

    def subjects(self, config: Config, corpus: Corpus) -> dict[str, list[str]]:
        """The corpus' people, and the simulated sessions that teach and validate."""
        subjects = corpus.subjects
        if not config.world.share:
            return subjects
        taught = taught_seeds(config.world, config.spectral_training, config.seed)
        people = subjects["train"] if config.world.share < 1 else []
        simulated = {"train": named(taught), "validation": named(validation_seeds(config.world))}
        return {
            **subjects,
            "train": [*people, simulated["train"]],
            "validation": [*subjects["validation"], simulated["validation"]],
        }

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

    def _source(
        self, config: Config, corpus: Corpus, progress: Callable[[str], None], with_unlabelled: bool
    ) -> SpectralExamples | Source:
        """What the student learns from: the corpus' people, simulated ones, or both."""
        if not config.world.share:
            return self._gathered(config, corpus, progress, config.spectral_training, with_unlabelled)
        from wristpulse.learning.spectral.endless import Endless

        real = None
        if config.world.share < 1:
            real = self._gathered(config, corpus, progress, config.spectral_training, with_unlabelled=False)
        return Endless(config.world, config.spectral_training, config.seed, real)

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
