# SPDX-License-Identifier: Apache-2.0
"""The independent jobs of an evaluation: protocol fold x seed x configuration, each with a folder of its own.

A job trains, quantises and tests one network, step by step (support/steps.py): run again, it goes on where
it stopped. A student's job needs its teacher's to have ended.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

import msgspec

from wristpulse.config.load import ConfigError, check
from wristpulse.config.networks import SIZES
from wristpulse.config.settings import Config, Data, Relation
from wristpulse.data import corpus
from wristpulse.data.folds import PROTOCOLS, Fold, Person, person
from wristpulse.evaluation.results import EVALUATION, METRICS, TRACES
from wristpulse.evaluation.trace import Trace
from wristpulse.learning.artefacts import INT8, STUDENT, STUDENT_MODEL, TEACHER, TEACHER_MODEL
from wristpulse.learning.line import line_of
from wristpulse.learning.pipeline import PACKAGE, ROOMS, Pipeline
from wristpulse.support import steps
from wristpulse.support.command import CommandError, run
from wristpulse.support.errors import UserError
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
        return line_of(self.config).variant(self.config, self.network)

    @property
    def folder(self) -> Path:
        """Where its artefacts are."""
        return self.root / self.fold / f"{self.variant}-{self.config.seed}"

    def __str__(self) -> str:
        """Its name to people."""
        return f"{self.fold}, {self.variant}, seed {self.config.seed}"


def plan(config: Config, data: Path | None, root: Path) -> dict[Job, Job | None]:
    """All jobs of a configuration's protocol: fold x seed x relation x size.

    Parameters
    ----------
    config : Config
    data : Path or None
        Folder of the data sets.
    root : Path
        Folder of the evaluation, below which each job has its own.

    Returns
    -------
    dict of Job to Job or None
        Each job and the teacher's job that it waits for. One teacher a fold, of the configuration's own seed;
        it stands before its students.

    Raises
    ------
    ConfigError
        The protocol or a fold of the sweep does not exist.
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
                distillation = replace(config.distillation, relation=cast(Relation, relation))
                student = replace(config, seed=seed, distillation=distillation, spectral=size)
                jobs[Job(student, name, STUDENT, data, root)] = teacher if relation != "none" else None
    return jobs


@lru_cache(maxsize=1)
def folds(protocol: str, folder: Path | None, data: Data) -> tuple[Fold, ...]:
    """The protocol's folds; recordings are read once a process.

    Parameters
    ----------
    protocol : str
        Key of `wristpulse.data.folds.PROTOCOLS`.
    folder : Path or None
        Holds the data sets' folders.
    data : Data
        How recordings are read: seconds and people of the simulator, among others.

    Returns
    -------
    tuple of Fold

    Raises
    ------
    UserError
        A data set is not there or cannot be read.
    """
    chosen = PROTOCOLS[protocol]
    corpus.check_folder(chosen.datasets, data, folder)
    return tuple(chosen.folds([r for name in chosen.datasets for r in corpus.read(name, folder, data)]))


def fold_of(metrics: dict, folder: Path | None) -> Fold:
    """The fold of a finished job.

    Parameters
    ----------
    metrics : dict
        The job's metrics.json.
    folder : Path or None
        Holds the data sets' folders.

    Returns
    -------
    Fold

    Raises
    ------
    UserError
        Recordings cannot be read, or their people are not those that the job had: people that it learnt from
        would be taken for people never seen.
    """
    configuration = metrics["configuration"]
    data = msgspec.convert(configuration["data"], Data)
    named = {fold.name: fold for fold in folds(configuration["protocol"], folder, data)}
    fold = named.get(metrics["fold"])
    if fold is None:
        raise UserError(folder, "fold", f"one of {', '.join(named)}", metrics["fold"])
    for side, roles in {"test": ("test",), "training": ("train", "validation")}.items():
        then = {who for role in roles for who in metrics["subjects"][role]}
        now = {r.subject for role in roles for r in getattr(fold, role)}
        if then != now:
            missing, more = (", ".join(sorted(who)) or "none" for who in (then - now, now - then))
            found = f"{missing} missing, {more} more"
            raise UserError(folder, f"{fold.name}: {side}", "the people that the job had", found)
    return fold


def with_validation(fold: Fold) -> Fold:
    """Give a fold people who choose the epoch.

    Where the protocol names nobody, one training person in VALIDATION_SHARE moves to that side, always the
    same ones; of fewer, the last.

    Parameters
    ----------
    fold : Fold

    Returns
    -------
    Fold
    """
    if fold.validation:
        return fold
    people: list[Person] = list(dict.fromkeys(map(person, fold.train)))
    chosen = set(people[VALIDATION_SHARE // 2 :: VALIDATION_SHARE] or people[-1:])
    return replace(
        fold,
        train=tuple(r for r in fold.train if person(r) not in chosen),
        validation=tuple(r for r in fold.train if person(r) in chosen),
    )


def run_job(job: Job, teacher: Job | None, progress: Callable[[str], None] = print) -> Path:
    """Train, quantise and test a job's network as far as that is not done.

    Parameters
    ----------
    job : Job
    teacher : Job or None
        The finished job whose teacher the student learns from.
    progress : callable
        Takes a line of text.

    Returns
    -------
    Path
        The job's folder, with `evaluation/` in it.

    Raises
    ------
    StepError
        The teacher is not there.
    UserError
        Recordings cannot be read.
    """
    chain = Pipeline(
        job.config,
        lambda: corpus.of_fold(_fold(job), job.config.data, job.data),
        job.folder,
        teacher_folder=(teacher or job).folder / TEACHER,
        progress=lambda line: progress(f"{job}: {line}"),
    )
    if job.network == TEACHER:
        chain.train_teacher()
    else:
        chain.distill()
        chain.quantize()
    _evaluate(job, chain)
    return job.folder


def _fold(job: Job) -> Fold:
    """The job's fold, with people who choose the epoch where the line needs them."""
    named = {fold.name: fold for fold in folds(job.config.protocol, job.data, job.config.data)}
    fold = named[job.fold]
    return with_validation(fold) if line_of(job.config).needs_validation(job.config) else fold


def _evaluate(job: Job, chain: Pipeline) -> Path:
    """The folder of the test's results, made if it is not up to date."""
    tested = chain.teacher_folder if job.network == TEACHER else chain.folder / INT8

    def make(part: Path) -> None:
        from wristpulse.evaluation import trace
        from wristpulse.evaluation.summary import summaries

        traces = _traces(job, chain)
        trace.save(part / TRACES, traces)
        values = {
            "revision": revision(),
            "data_digest": chain.corpus.digest,
            "fold": job.fold,
            "variant": job.variant,
            "seed": job.config.seed,
            "subjects": chain.corpus.subjects,
            "configuration": asdict(job.config),
            "results": {name: s.to_dict() for name, s in summaries(traces).items()},
        }
        write_text(part / METRICS, json.dumps(values, indent=1))

    inputs = {"of": steps.stamp(tested), "tracking": job.config.tracking}
    return chain.step(job.folder / EVALUATION, inputs, make, rooms=("evaluation", *ROOMS))


def _traces(job: Job, chain: Pipeline) -> list[Trace]:
    """The job's network, or the int8 student beside its float self, over the fold's test recordings."""
    from wristpulse.evaluation.trace import trace
    from wristpulse.models.layers import deployed
    from wristpulse.models.saved import load_network
    from wristpulse.student.card import load_student

    teacher = job.network == TEACHER
    path = chain.teacher_folder / TEACHER_MODEL if teacher else chain.folder / STUDENT / STUDENT_MODEL
    model = deployed(load_network(path))
    student = None if teacher else load_student(chain.folder / INT8)
    return [
        trace(
            recording,
            fold=job.fold,
            line=chain.line,
            float_logits=lambda inputs: chain.line.logits(model, inputs),
            tracking=job.config.tracking,
            student=student,
        )
        for recording in chain.corpus.recordings["test"]
    ]


def revision() -> str:
    """Read the git revision of the code.

    Returns
    -------
    str
        Ends in "-dirty" if files changed since; "unknown" outside a clone.
    """
    words = ["git", "-C", str(PACKAGE), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        return run(words).stdout.strip()
    except CommandError:
        return "unknown"
