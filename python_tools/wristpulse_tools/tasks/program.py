# SPDX-License-Identifier: Apache-2.0
"""The command line itself: `./dev invoke`. Help wherever -h stands, tasks in groups, "did you mean"."""

from __future__ import annotations

import difflib
import importlib
import itertools
import pkgutil
import re
import sys
from typing import Any

from invoke import Collection, Program, Task
from invoke.exceptions import Exit, ParseError
from invoke.util import helpline

from wristpulse_tools import tasks as room
from wristpulse_tools.tasks.options import flag, required, value_words

HELP = ("-h", "--help")
UNKNOWN = re.compile(r"No idea what '(.*)' is!")
NO_VALUE = re.compile(r"Flag <Argument: ([\w-]+).*> needed value")
NAMESPACES = ("hardware",)  # modules whose tasks are called MODULE.TASK
OTHER = "Other"
# Title -> tasks, in the order in which a newcomer wants them. A task that stands nowhere is listed last.
GROUPS = {
    "See it work": ("demo", "browser", "replay", "test"),
    "Your own recordings and published ones": ("estimate", "record", "monitor", "data", "recordings"),
    "Train a student": ("train", "distill", "quantize", "embed", "release", "numbers"),
    "Find out how good it is": ("evaluate", "report", "sets", "unseen", "peers", "ablation", "distillation"),
    "Firmware": (
        "workspace",
        "bench",
        "bench-hops",
        "published",
        "energy",
        "replay-all",
        "soak",
        "thread-trace",
        "coredump",
        "image-sizes",
        "hardware.recover",
    ),
    "Experiments, one question each": (
        "complaints",
        "everyone",
        "first-fix",
        "fusion",
        "label-offset",
        "no-pulse",
        "power-policy",
        "realism",
        "scale-check",
        "streaming",
        "weak-leds",
        "world-speed",
    ),
    "Work on this repository": ("lint", "format", "accept", "docs", "dist"),
}


def collection() -> Collection:
    """All tasks of the modules beside this one."""
    namespace = Collection()
    for found in pkgutil.iter_modules(room.__path__):
        if found.name.startswith("_") or f"{room.__name__}.{found.name}" == __name__:
            continue
        tasks = Collection.from_module(importlib.import_module(f"{room.__name__}.{found.name}"))
        if found.name in NAMESPACES:
            namespace.add_collection(tasks)
        else:
            for task in tasks.tasks.values():
                namespace.add_task(task)
    return namespace


def groups(namespace: Collection) -> dict[str, list[str]]:
    """Names of all tasks by group; those of no group under OTHER."""
    names = list(namespace.task_names)
    named = {title: [name for name in listed if name in names] for title, listed in GROUPS.items()}
    rest = sorted(set(names) - {name for listed in named.values() for name in listed})
    return {**named, OTHER: rest} if rest else named


class PulseProgram(Program):
    """invoke's program with the tasks of this repository."""

    def __init__(self, namespace: Collection) -> None:
        super().__init__(name="invoke", binary="invoke")
        self._tasks = namespace

    def normalize_argv(self, argv: list[str] | None) -> None:
        """-h and --help ask for help wherever they stand; a value right after a task gets its option."""
        super().normalize_argv(argv)
        program, *words = self.argv
        end = words.index("--") if "--" in words else len(words)
        if any(word in HELP for word in words[:end]):
            tasks = [word for word in words[:end] if word in self._tasks.task_names]
            named = [word for word in words[:end] if not word.startswith("-")]
            self.argv = [program, "--help", *(tasks or named)[:1]]
        else:
            self.argv = [program, *self._shared(self._with_options(words[:end])), *words[end:]]

    def _with_options(self, words: list[str]) -> list[str]:
        """`replay FILE` as `replay --record FILE`, for what a task needs."""
        written: list[str] = []
        missing: list[str] = []  # of the task that was just named
        for word in words:
            names_task = word in self._tasks.task_names
            if missing and not names_task and not word.startswith("-"):
                written += [flag(missing.pop(0)), word]
                continue
            after_flag = bool(written) and written[-1].startswith("-")
            missing = list(required(self._tasks[word].body)) if names_task and not after_flag else []
            written.append(word)
        return written

    def _shared(self, words: list[str]) -> list[str]:
        """`train distill --config NAME` as `train --config NAME distill --config NAME`.

        A task without options of its own takes those of the task right after it, if it knows them all.
        """
        parts: list[list[str]] = []
        for word in words:
            after_flag = bool(parts) and parts[-1][-1].startswith("-")
            if not parts or (word in self._tasks.task_names and not after_flag):
                parts.append([])
            parts[-1].append(word)
        for part, (_, *options) in reversed(list(itertools.pairwise(parts))):
            if len(part) == 1 and self._knows(part[0], options):
                part += options
        return [word for part in parts for word in part]

    def _knows(self, task: str, options: list[str]) -> bool:
        """Whether a task has all of these options."""
        if task not in self._tasks.task_names:
            return False
        names = {name for argument in self._tasks[task].get_arguments() for name in argument.names}
        return {word.split("=")[0].lstrip("-") for word in options if word.startswith("-")} <= names

    def parse_collection(self) -> None:
        """The tasks are known; no file is searched for."""
        self.collection = self.scoped_collection = self._tasks
        self.list_root, self.list_depth, self.list_format = None, None, "flat"

    def parse_tasks(self) -> None:
        """ParseError that says what was probably meant."""
        try:
            super().parse_tasks()
        except ParseError as error:
            raise ParseError(f"error: {self._meant(error)}", error.context) from None

    def parse_cleanup(self) -> None:
        """Help of a task that does not exist says what was probably meant."""
        named = self.args.help.value
        if isinstance(named, str) and named not in self.parser.contexts:
            raise ParseError(f"error: {self._unknown(named, 'task', list(self._tasks.task_names))}")
        super().parse_cleanup()

    def print_help(self) -> None:
        """Tasks by what one wants to do."""
        print("usage: ./dev invoke TASK [options]\n")
        self.list_tasks()
        print("./dev invoke TASK --help explains a task and its options.")

    def list_flat(self) -> None:
        """A heading for each group, below it a line for each task."""
        for title, names in groups(self.scoped_collection).items():
            print(f"{title}:\n")
            self.print_columns([(name, helpline(self.scoped_collection[name])) for name in names])

    def print_task_help(self, name: str) -> None:
        """Usage with the options that must be given, what the task does, all options."""
        task: Task[Any] = self.collection[name]
        values = value_words(task.body)
        needed = [f"{flag(word)} {values[flag(word)]}" for word in required(task.body)]
        print(" ".join(["usage: ./dev invoke", name, *needed, "[options]"]) + "\n")
        for line in (task.__doc__ or "").strip().splitlines():
            print(f"  {line.strip()}".rstrip())
        print("\nOptions:")
        options = [
            (flags.replace("STRING", values[flags.split()[-1].split("=")[0]]), text)
            for flags, text in self.parser.contexts[name].help_tuples()
        ]
        self.print_columns([*options, ("-h, --help", "print this help and end")])

    def _meant(self, error: ParseError) -> str:
        """invoke's message; of an unknown word, what it probably means."""
        unknown, context = UNKNOWN.match(str(error)), error.context
        if valueless := NO_VALUE.match(str(error)):
            return f"{flag(valueless[1])}: expected a value, found none"
        if unknown is None:
            return str(error)
        word = unknown[1]
        if word.startswith("-"):
            options = [*context.flags, *context.inverse_flags] if context else []
            return self._unknown(word, "option", options, context.name if context else None)
        return self._unknown(word, "task", list(self._tasks.task_names), context.name if context else None)

    def _unknown(self, word: str, kind: str, names: list[str], task: str | None = None) -> str:
        """One line: `word` is no task or no option of `task`, and what to type instead."""
        close = difflib.get_close_matches(word, names, n=2, cutoff=0.6)
        if close:
            hint = f"did you mean {' or '.join(close)}?"
        elif kind == "task":
            hint = "./dev invoke lists the tasks"
        else:
            hint = f"./dev invoke {task or 'TASK'} --help lists them"
        return f"{word}: no such {kind}{f' of {task}' if task and kind == 'option' else ''}; {hint}"


def take_over(namespace: Collection) -> None:
    """Where plain `invoke` loads the tasks, run this program in its place; else nothing."""
    main = sys.modules.get("invoke.main")
    running = getattr(getattr(main, "program", None), "argv", None)
    if running:
        PulseProgram(namespace).run(_without_core(running))
        raise Exit


def _without_core(argv: list[str]) -> list[str]:
    """The words without --search-root, which plain invoke has used already."""
    words = iter(argv)
    kept: list[str] = []
    for word in words:
        if word in ("--search-root", "-r") and len(kept) == 1:
            next(words, None)
        else:
            kept.append(word)
    return kept
