# SPDX-License-Identifier: Apache-2.0
"""The chain of one configuration, corpus to int8 student, each step with its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from functools import cache, cached_property, partial
from pathlib import Path

from wristpulse.config.settings import Config, Data
from wristpulse.data import corpus
from wristpulse.data.corpus import Corpus
from wristpulse.learning.artefacts import INT8, STUDENT, STUDENT_MODEL, TEACHER
from wristpulse.learning.line import line_of
from wristpulse.support import steps
from wristpulse.support.quiet import start_tensorflow

PACKAGE = Path(__file__).resolve().parents[1]  # wristpulse
# What a trained network depends on: this room and all that lie below it in pyproject.toml.
ROOMS = ("learning", "student", "models", "data", "core", "recordings", "oracle", "config", "support")


class Pipeline:
    """The steps of a configuration, each with its folder and made only if it is not up to date.

    Parameters
    ----------
    config : Config
    read_corpus : callable
        Gives the recordings; called once, when a step needs them.
    folder : Path
        Holds teacher/, student/ and int8/.
    teacher_folder : Path, optional
        Of the teacher that the student learns from; default: `folder`/teacher.
    confidence_map : tuple of 17 int, optional
        Of the student's card, Q15; None: fitted to the validation side.
    progress : callable
        Takes a line of text.
    """

    def __init__(
        self,
        config: Config,
        read_corpus: Callable[[], Corpus],
        folder: Path,
        *,
        teacher_folder: Path | None = None,
        confidence_map: tuple[int, ...] | None = None,
        progress: Callable[[str], None] = print,
    ) -> None:
        self.config, self.folder, self.progress = config, folder, progress
        self.teacher_folder = teacher_folder or folder / TEACHER
        self.line = line_of(config)
        self._read_corpus, self._confidence_map = read_corpus, confidence_map

    @cached_property
    def corpus(self) -> Corpus:
        """The recordings."""
        return self._read_corpus()

    def train(self, force: bool = False) -> Path:
        """Train the teacher if the student learns from one.

        Parameters
        ----------
        force : bool
            Also if it is up to date.

        Returns
        -------
        Path
            The teacher's folder; it does not exist where the labels alone teach.
        """
        if self.config.distillation.relation == "none":
            self.progress("teacher: none, the student learns from the labels")
            return self.teacher_folder
        return self.train_teacher(force)

    def train_teacher(self, force: bool = False) -> Path:
        """Train the teacher unless it is up to date.

        Parameters
        ----------
        force : bool
            Train it anyway.

        Returns
        -------
        Path
            Its folder.
        """

        def make(part: Path) -> None:
            self.line.train_teacher(self.config, self.corpus, part, self.progress)

        inputs = {**self.line.teacher_settings(self.config), "data": self.corpus.digest}
        return self.step(self.teacher_folder, inputs, make, force)

    def distill(self, force: bool = False) -> Path:
        """Train the student.

        Parameters
        ----------
        force : bool
            Also if it is up to date.

        Returns
        -------
        Path
            The student's folder.

        Raises
        ------
        StepError
            The teacher that it learns from is not there.
        """
        teacher = None
        if self.config.distillation.relation != "none":
            teacher = steps.require(self.teacher_folder, "invoke train")

        def make(part: Path) -> None:
            self.line.train_student(self.config, self.corpus, teacher, part, self.progress)

        inputs = {**self.line.student_settings(self.config), "data": self.corpus.digest}
        inputs["teacher"] = steps.stamp(teacher) if teacher else None
        return self.step(self.folder / STUDENT, inputs, make, force)

    def quantize(self, force: bool = False) -> Path:
        """Quantise the student and write its card.

        Parameters
        ----------
        force : bool
            Also if it is up to date.

        Returns
        -------
        Path
            Folder of student.tflite and student.json.

        Raises
        ------
        StepError
            The student is not there.
        """
        c = self.config
        student = steps.require(self.folder / STUDENT, "invoke distill")

        def make(part: Path) -> None:
            from wristpulse.learning.card import write_card
            from wristpulse.models.saved import load_network
            from wristpulse.student.card import MODEL

            model = load_network(student / STUDENT_MODEL)
            (part / MODEL).write_bytes(
                self.line.quantize(model, self.line.calibration_inputs(c, self.corpus))
            )
            subjects, confidence = self.line.subjects(c, self.corpus), self._confidence_map
            if confidence is None:
                confidence = self.line.confidence_map(c, self.corpus, part, self.progress)
            else:
                subjects["validation"] = self.corpus.subjects["validation"]
            write_card(part, c, subjects=subjects, data_digest=self.corpus.digest, confidence_map=confidence)

        inputs = {
            "student": steps.stamp(student),
            "calibration": c.calibration_windows,
            "tracking": c.tracking,
            "confidence_map": self._confidence_map,
            "world": c.world,
        }
        return self.step(self.folder / INT8, inputs, make, force)

    def step(
        self,
        folder: Path,
        inputs: Mapping[str, object],
        make: Callable[[Path], None],
        force: bool = False,
        rooms: Sequence[str] = ROOMS,
    ) -> Path:
        """A step's folder, made if it is not up to date.

        Parameters
        ----------
        folder : Path
            Of the step.
        inputs : mapping of str to object
            What the step depends on, besides code: dataclasses and what JSON holds.
        make : callable
            Fills the folder that it is given; that one becomes `folder` when it returns.
        force : bool
            Also if it is up to date.
        rooms : sequence of str
            Folders of wristpulse whose code the step depends on.

        Returns
        -------
        Path
            `folder`.
        """
        plain = {
            name: asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
            for name, value in inputs.items()
        }

        def make_quietly(part: Path) -> None:
            start_tensorflow()
            make(part)

        code = steps.sources(PACKAGE, rooms)
        made = steps.make_step(folder, {"code": code, **plain}, make_quietly, force)
        self.progress(f"{folder.name}: {'made' if made else 'up to date'}: {folder}")
        return folder


def dataset_pipeline(
    config: Config, data: Path | None, root: Path, progress: Callable[[str], None] = print
) -> Pipeline:
    """The chain on the configuration's data sets, split by subject.

    Parameters
    ----------
    config : Config
    data : Path or None
        Holds the data sets' folders.
    root : Path
        The chain's folder is `root`/<configuration>-<data set>, or `root`/<configuration> where all people
        are simulated while it trains.
    progress : callable
        Takes a line of text.

    Returns
    -------
    Pipeline
    """
    (chain,) = dataset_pipelines([config], data, root, progress)
    return chain


def dataset_pipelines(
    configs: Iterable[Config], data: Path | None, root: Path, progress: Callable[[str], None] = print
) -> list[Pipeline]:
    """Make the `dataset_pipeline` of each configuration; those on the same people read them once.

    Parameters
    ----------
    configs : iterable of Config
    data, root, progress
        As `dataset_pipeline` takes them.

    Returns
    -------
    list of Pipeline
    """

    @cache
    def read(settings: Data) -> Corpus:
        return corpus.of_dataset(settings, data, progress)

    return [
        Pipeline(
            config,
            partial(read, config.data),
            root / "-".join(filter(None, (config.name, config.data.dataset))),
            progress=progress,
        )
        for config in configs
    ]
