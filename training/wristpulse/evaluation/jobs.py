# SPDX-License-Identifier: Apache-2.0
"""The independent jobs of an evaluation: protocol fold x seed x configuration, each with a folder of its own.

A job trains, quantises and tests one network, step by step (support/steps.py): run again, it goes on where
it stopped. A student's job needs its teacher's to have ended.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from wristpulse.config.load import Config, ConfigError, Data, check
from wristpulse.config.networks import SIZES, size_name
from wristpulse.data import corpus
from wristpulse.data.folds import PROTOCOLS, Fold
from wristpulse.evaluation.results import EVALUATION, METRICS, TRACES
from wristpulse.learning.artefacts import INT8, STUDENT, STUDENT_MODEL, TEACHER, TEACHER_MODEL
from wristpulse.learning.pipeline import PACKAGE, Pipeline, stamp
from wristpulse.support.files import write_text

VALIDATION_SHARE = 8  # one in so many training people chooses the epoch where the protocol names nobody


@dataclass(frozen=True)
class Job:
    """One network: TEACHER or STUDENT of a configuration, of one fold, with the configuration's seed."""

    config: Config
    fold: str
    network: str
    data: Path | None  # folder of the data sets
    root: Path

    @property
    def variant(self) -> str:
        """What it is compared as."""
        return variant(self.config, self.network)

    @property
    def folder(self) -> Path:
        """Where its artefacts are."""
        return self.root / self.fold / f"{self.variant}-{self.config.seed}"

    def __str__(self) -> str:
        """Its name to people."""
        return f"{self.fold}, {self.variant}, seed {self.config.seed}"


def variant(config: Config, network: str = STUDENT) -> str:
    """What a network is compared as: the teacher, or the student by relation; a spectral one by size, too."""
    spectral = config.front_end == "spectrum"
    if network == TEACHER:
        return f"spectral-{TEACHER}" if spectral else TEACHER
    relation = config.distillation.relation
    return f"spectral-{size_name(config.spectral)}-{relation}" if spectral else relation


def plan(config: Config, data: Path | None, root: Path) -> dict[Job, Job | None]:
    """All jobs of a configuration's protocol, each with the teacher's job that it waits for, if any.

    One teacher a fold, of the configuration's seed. ConfigError for an unknown protocol or fold.
    """
    check(config, config.name)
    if config.protocol not in PROTOCOLS:
        raise ConfigError(config.name, "protocol", f"one of {', '.join(PROTOCOLS)}", repr(config.protocol))
    names = [fold.name for fold in folds(config.protocol, data, config.data)]
    unknown = sorted(set(config.sweep.folds) - set(names))
    if unknown:
        raise ConfigError(config.name, "sweep.folds", f"some of {', '.join(names)}", ", ".join(unknown))
    relations = config.sweep.relations or (config.distillation.relation,)
    sizes = [SIZES[size] for size in config.sweep.sizes] or [config.spectral]
    jobs: dict[Job, Job | None] = {}
    for name in (n for n in names if not config.sweep.folds or n in config.sweep.folds):
        teacher = Job(config, name, TEACHER, data, root)
        if config.sweep.teacher or set(relations) != {"none"}:
            jobs[teacher] = None
        for seed in config.sweep.seeds or (config.seed,):
            for relation, size in itertools.product(relations, sizes):
                distillation = replace(config.distillation, relation=relation)
                student = replace(config, seed=seed, distillation=distillation, spectral=size)
                jobs[Job(student, name, STUDENT, data, root)] = teacher if relation != "none" else None
    return jobs


@lru_cache(maxsize=1)
def folds(protocol: str, folder: Path | None, data: Data) -> tuple[Fold, ...]:
    """The protocol's folds; recordings are read once a process. ValueError where they cannot be."""
    chosen = PROTOCOLS[protocol]
    corpus.check_folder(chosen.datasets, data, folder)
    return tuple(chosen.folds([r for name in chosen.datasets for r in corpus.read(name, folder, data)]))


def fold_of(metrics: dict, folder: Path | None) -> Fold:
    """The fold of a job, by its metrics.json.

    ValueError where recordings cannot be read, or are not those that the job had: whom it learnt from would
    be taken for people never seen.
    """
    configuration = metrics["configuration"]
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in configuration["data"].items()}
    named = {fold.name: fold for fold in folds(configuration["protocol"], folder, Data(**values))}
    fold = named.get(metrics["fold"])
    if fold is None:
        raise ValueError(f"{folder}: fold: expected one of {', '.join(named)}, found {metrics['fold']}")
    for side, roles in {"test": ("test",), "training": ("train", "validation")}.items():
        then = {who for role in roles for who in metrics["subjects"][role]}
        now = {r.subject for role in roles for r in getattr(fold, role)}
        if then != now:
            missing, more = (", ".join(sorted(who)) or "none" for who in (then - now, now - then))
            expected = "the people that the job had"
            found = f"{missing} missing, {more} more"
            raise ValueError(f"{folder}: {fold.name}: {side}: expected {expected}, found {found}")
    return fold


def with_validation(fold: Fold) -> Fold:
    """The fold with people who choose the epoch, taken from the training side if it names nobody."""
    if fold.validation:
        return fold
    people = list(dict.fromkeys((r.dataset, r.subject) for r in fold.train))
    chosen = set(people[VALIDATION_SHARE // 2 :: VALIDATION_SHARE] or people[-1:])
    return replace(
        fold,
        train=tuple(r for r in fold.train if (r.dataset, r.subject) not in chosen),
        validation=tuple(r for r in fold.train if (r.dataset, r.subject) in chosen),
    )


class FoldPipeline(Pipeline):
    """The chain of one job."""

    def __init__(self, job: Job, teacher: Job | None, progress: Callable[[str], None]):
        super().__init__(job.config, job.data, job.root, lambda line: progress(f"{job}: {line}"))
        self.job, self.folder = job, job.folder
        self.teacher_folder = (teacher or job).folder / TEACHER

    @cached_property
    def fold(self) -> Fold:
        """The job's fold."""
        named = {fold.name: fold for fold in folds(self.config.protocol, self.job.data, self.config.data)}
        fold = named[self.job.fold]
        return with_validation(fold) if self.config.front_end == "window" else fold

    @cached_property
    def corpus(self) -> corpus.Corpus:
        """The fold's recordings."""
        return corpus.of_fold(self.fold, self.config.data, self.job.data)

    def evaluate(self) -> Path:
        """The folder of the test's results, made if it is not up to date."""
        of = self.teacher_folder if self.job.network == TEACHER else self.folder / INT8

        def make(part: Path) -> None:
            from wristpulse.evaluation import trace
            from wristpulse.evaluation.summary import summaries

            traces = self._traces(trace)
            trace.save(part / TRACES, traces)
            values = {
                "revision": revision(),
                "data_digest": self.corpus.digest,
                "fold": self.job.fold,
                "variant": self.job.variant,
                "seed": self.config.seed,
                "subjects": self.corpus.subjects,
                "configuration": asdict(self.config),
                "results": {name: s.to_dict() for name, s in summaries(traces).items()},
            }
            write_text(part / METRICS, json.dumps(values, indent=1))

        inputs = {"of": stamp(of), "tracking": self.config.tracking}
        return self._run(self.folder / EVALUATION, inputs, False, make)

    def _traces(self, trace) -> list:
        import keras

        from wristpulse.learning import quantize, spectral
        from wristpulse.models.layers import deployed
        from wristpulse.student.card import load_student

        teacher = self.job.network == TEACHER
        path = self.teacher_folder / TEACHER_MODEL if teacher else self.folder / STUDENT / STUDENT_MODEL
        model = keras.models.load_model(path, compile=False)
        model = deployed(model)
        predict = quantize.predict if self.config.front_end == "window" else spectral.predict
        known = None if teacher else load_student(self.folder / INT8)
        return [
            trace.trace(
                recording,
                self.job.fold,
                self.config.front_end,
                lambda inputs: predict(model, inputs),
                asdict(self.config.tracking),
                known and (known.model, known.tables),
            )
            for recording in self.fold.test
        ]


def run(job: Job, teacher: Job | None, progress: Callable[[str], None] = print) -> Path:
    """Train, quantise and test a job's network as far as that is not done; the job's folder."""
    chain = FoldPipeline(job, teacher, progress)
    if job.network == TEACHER:
        chain.train_teacher()
    else:
        chain.distill()
        chain.quantize()
    chain.evaluate()
    return job.folder


def revision() -> str:
    """Git revision of the code, "-dirty" if changed since; "unknown" outside a clone."""
    words = ["git", "-C", str(PACKAGE), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
