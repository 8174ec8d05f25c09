# SPDX-License-Identifier: Apache-2.0
"""Summaries of traces: each estimate against each reference, by data set."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from wristpulse.evaluation.metrics import Summary, summarise
from wristpulse.evaluation.trace import Trace

ESTIMATES = ("tracked", "tracked_float", "clamped", "untracked")


def summaries(traces: Sequence[Trace]) -> dict[str, Summary]:
    """Summary of each estimate against each reference, by name; of valid estimates only, too.

    Only recordings that have a reference count; empty if none has.
    """
    labelled = [t for t in traces if np.isfinite(t.raw).any()]
    if not labelled:
        return {}
    columns = {}
    with _means_of_nobody():
        for reference in ("aligned", "raw"):
            for estimate in ESTIMATES:
                columns[f"{estimate}, {reference}"] = summarise(
                    (t.person, getattr(t, estimate), getattr(t, reference), None) for t in labelled
                )
        columns["valid, aligned"] = summarise((t.person, t.tracked, t.aligned, t.valid) for t in labelled)
    return columns


def groups(traces: Sequence[Trace]) -> dict[str, list[Trace]]:
    """Traces by data set; SPC's training (S) and test (T) recordings also by themselves."""
    found: dict[str, list[Trace]] = {}
    for t in traces:
        dataset, subject = t.person.split("/")
        found.setdefault(dataset, []).append(t)
        if dataset == "troika":
            found.setdefault(f"troika {subject[0]}", []).append(t)
    return found


@contextmanager
def _means_of_nobody() -> Iterator[None]:
    """They are NaN, and shown as such: no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
