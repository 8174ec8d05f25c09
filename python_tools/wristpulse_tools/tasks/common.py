# SPDX-License-Identifier: Apache-2.0
"""What all tasks share: where things lie, the arguments of a run, and how an error ends a task."""

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from invoke import Context, task

from wristpulse.support.errors import UserError, in_words
from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.support.progress import Reporter
from wristpulse_tools.tasks.options import PulseTask, converted

# What a user can cause; each says in one line what is wrong. Anything else is ours and keeps its traceback.
USER_ERRORS = (UserError, OSError)

DATA_HELP = "folder that holds the data sets' folders"
RUN_HELP = {
    "config": "configuration: a name in config/presets or the path of a .toml file",
    "data": "folder of real recordings (the data set's own folder or the one around it), for --dataset",
    "dataset": "data set, as in docs/data.md: simulator, troika, bami1 ...; default: the configuration's",
    "test": "subjects held out for testing, comma-separated; default: the configuration's, or else the last",
    "force": "make it anew even if it is up to date",
}


def command(**help_texts: str) -> Callable[[Callable[..., None]], Callable]:
    """An invoke task whose user errors end it with one line on stderr and exit status 1.

    Options come as the types that the function annotates: int, float, Path, Sequence[str] (comma-separated).
    """

    def wrap(body: Callable[..., None]) -> Callable:
        @functools.wraps(body)
        def run(context: Context, **options: object) -> None:
            try:
                body(context, **converted(body, options))
            except USER_ERRORS as error:
                print(f"error: {in_words(error)}", file=sys.stderr)
                sys.exit(1)

        return task(run, help=help_texts, klass=PulseTask)

    return wrap


def pipeline(config: str, data: Path | None, dataset: str | None, test: str | None):
    """The chain that the arguments of a run describe."""
    (chain,) = pipelines([config], data, dataset, test)
    return chain


def pipelines(configs: Sequence[str], data: Path | None, dataset: str | None, test: str | None):
    """Chains of several configurations; those on the same people read them once."""
    from wristpulse.config.load import load, override
    from wristpulse.learning.pipeline import dataset_pipelines

    subjects = tuple(test.split(",")) if test else None
    chosen = [override(load(config), dataset=dataset, test=subjects) for config in configs]
    return dataset_pipelines(chosen, data, BUILD, say)


def which_leds(leds: str) -> bool:
    """Whether `--leds` asks for all; UserError for another word than one or all."""
    if leds not in ("one", "all"):
        raise UserError("--leds", "", "one or all", leds)
    return leds == "all"


say = Reporter()  # progress: one line, at once, or a bar
