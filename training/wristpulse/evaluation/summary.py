# SPDX-License-Identifier: Apache-2.0
"""Summaries of traces: each estimate against each reference, by data set."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import numpy as np

from wristpulse.evaluation.metrics import Summary, summarise
from wristpulse.evaluation.trace import Trace

ESTIMATES = ("tracked", "tracked_float", "clamped", "untracked")


def summaries(traces: Sequence[Trace]) -> dict[str, Summary]:
    """Summary of each estimate against each reference.

    Parameters
    ----------
    traces : sequence of Trace
        Only recordings that have a reference count.

    Returns
    -------
    dict of str to Summary
        "tracked, aligned", "tracked, raw" and so on for each of ESTIMATES, and "valid, aligned" for the valid
        tracked ones. Empty if no recording has a reference.
    """
    labelled = [t for t in traces if np.isfinite(t.raw).any()]
    if not labelled:
        return {}
    columns = {}
    with quiet_empty_means():
        for reference in ("aligned", "raw"):
            for estimate in ESTIMATES:
                columns[f"{estimate}, {reference}"] = summarise(
                    (t.person, getattr(t, estimate), getattr(t, reference), None) for t in labelled
                )
        columns["valid, aligned"] = summarise((t.person, t.tracked, t.aligned, t.valid) for t in labelled)
    return columns


class OfPerson(Protocol):
    """What is of one person, as "data set/subject"."""

    @property
    def person(self) -> str:
        """Data set and subject."""


T = TypeVar("T", bound=OfPerson)


def groups(traces: Sequence[T]) -> dict[str, list[T]]:
    """Group traces by data set; SPC's training (S) and test (T) recordings also by themselves.

    Parameters
    ----------
    traces : sequence
        Anything with a `person`.

    Returns
    -------
    dict of str to list
    """
    members: dict[str, list[T]] = {}
    for t in traces:
        for name in group_names(t.person):
            members.setdefault(name, []).append(t)
    return members


def group_names(person: str) -> list[str]:
    """Name the groups that a person belongs to.

    Parameters
    ----------
    person : str
        DATASET/SUBJECT.

    Returns
    -------
    list of str

    Examples
    --------
    >>> group_names("troika/S01"), group_names("bami1/S1")
    (['troika', 'troika S'], ['bami1'])
    """
    dataset, subject = person.split("/")
    return [dataset, f"troika {subject[0]}"] if dataset == "troika" else [dataset]


@contextmanager
def quiet_empty_means() -> Iterator[None]:
    """Give no warnings of means over nothing within the block: they are NaN, and the table shows them so.

    Yields
    ------
    None
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
