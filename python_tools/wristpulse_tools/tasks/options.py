# SPDX-License-Identifier: Apache-2.0
"""Options of tasks: one short name each, the same in all tasks; values converted by a task's annotations."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from invoke import Argument, Task

from wristpulse.support.errors import UserError

# A short option means the same wherever it stands; -h is help. Other options have none.
SHORT = {
    "board": "b",
    "config": "c",
    "data": "d",
    "force": "f",
    "jobs": "j",
    "markers": "m",
    "output": "o",
    "out": "o",
    "port": "p",
    "record": "r",
    "select": "k",
    "student": "s",
    "target": "t",
}
LIST = "A,B"  # what help calls comma-separated values
EXPECTED = {int: "a whole number", float: "a number"}


class OptionError(UserError):
    """A value that an option does not take; the message names the option."""


class PulseTask(Task):
    """A task whose options have the short names of SHORT, and text values until `converted`.

    None is positional for invoke, which would take a mistyped option for a value.
    """

    def __init__(self, body: Callable, **settings: Any) -> None:
        super().__init__(body, positional=(), auto_shortflags=False, **settings)

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        """As invoke's, which takes the help texts out as it goes; here they stay for the next call."""
        texts = self.help.copy()
        try:
            return super().get_arguments(ignore_unknown_help)
        finally:
            self.help = texts

    def arg_opts(self, name: str, default: Any, taken_names: set[str]) -> dict[str, Any]:
        """As invoke's, without conversions that end in a traceback."""
        options = super().arg_opts(name, default, taken_names)
        if name in SHORT:
            options["names"] = [*options["names"], SHORT[name]]
        if options.get("kind", str) not in (bool, list):
            options["kind"] = str
        return options


def converted(body: Callable, options: dict[str, Any]) -> dict[str, Any]:
    """The options with texts converted to what `body` annotates: int, float, Path, or a sequence of one.

    OptionError for a text that is none, or for a value that must be given and is not. A list is
    comma-separated. A parameter without an annotation has the type of its default.
    """
    for name in required(body):
        if options.get(name) is None:
            raise OptionError(flag(name), "", "a value", "none; --help explains")
    types_of = {
        name: _type(parameter)
        for name, parameter in inspect.signature(body, eval_str=True).parameters.items()
    }
    return {
        name: convert(name, types_of[name], value) if isinstance(value, str) else value
        for name, value in options.items()
    }


def _type(parameter: inspect.Parameter) -> Any:
    """What a parameter annotates; without that, the type of its default."""
    if parameter.annotation is not inspect.Parameter.empty:
        return parameter.annotation
    return type(parameter.default)


def value_words(body: Callable) -> dict[str, str]:
    """By option, what help calls its value: NUMBER, PATH, TEXT, or A,B for a list."""
    words = {int: "NUMBER", float: "NUMBER", Path: "PATH"}
    _context, *parameters = inspect.signature(body, eval_str=True).parameters.values()
    return {
        flag(p.name): LIST if _is_list(kind := _kind(_type(p))) else words.get(kind, "TEXT")
        for p in parameters
    }


def required(body: Callable) -> list[str]:
    """Parameters, but for the context, that have no default."""
    _context, *parameters = inspect.signature(body).parameters.values()
    return [p.name for p in parameters if p.default is inspect.Parameter.empty]


def flag(name: str) -> str:
    """A parameter's option."""
    return f"--{name.replace('_', '-')}"


def _kind(annotation: Any) -> Any:
    """The type of a value that is given: of `int | None`, int."""
    optional = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    kinds = typing.get_args(annotation) if optional else (annotation,)
    return next((kind for kind in kinds if kind not in (None, type(None))), str)


def _is_list(kind: Any) -> bool:
    """Whether the values are comma-separated."""
    return typing.get_origin(kind) in (list, Sequence)


def convert(name: str, annotation: Any, text: str) -> Any:
    """One option's text as its type."""
    kind = _kind(annotation)
    if _is_list(kind):
        (item,) = typing.get_args(kind)
        return [convert(name, item, part.strip()) for part in text.split(",") if part.strip()]
    if kind is Path:
        return Path(text)
    if kind not in EXPECTED:
        return text
    try:
        value: float = int(text) if kind is int else float(text)
    except ValueError:
        raise OptionError(flag(name), "", EXPECTED[kind], text) from None
    if value < 0:
        raise OptionError(flag(name), "", "0 or more", text)
    return value
