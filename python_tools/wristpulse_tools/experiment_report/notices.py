# SPDX-License-Identifier: Apache-2.0
"""What a reader must know before the figures: folds that are missing, people who do not exist."""

from __future__ import annotations

from collections.abc import Sequence

from wristpulse.evaluation.results import JobResult, planned


def notices(results: Sequence[JobResult]) -> list[str]:
    """Sentences for the top of a report, most serious first; none if nothing is to be said."""
    found = []
    datasets = {t.person.split("/")[0] for r in results for t in r.traces}
    if "simulator" in datasets:
        who = "The people" if datasets == {"simulator"} else "Some of the people"
        found.append(
            f"{who} are simulated. Simulated people are no evidence of how good a network is on real ones."
        )
    if unfinished := folds_done(results):
        found.append(unfinished)
    seeds = {r.seed for r in results}
    if len(seeds) == 1:
        found.append("One seed: another training of the same network would give somewhat other figures.")
    return found


def folds_done(results: Sequence[JobResult]) -> str:
    """`1 of 3 folds done ...` while folds of the protocol are missing, else empty.

    A fold is done when every network and seed of the report has been tested on it.
    """
    runs = {(r.variant, r.seed) for r in results}
    by_fold: dict[str, set[tuple[str, int]]] = {}
    for r in results:
        by_fold.setdefault(r.metrics["fold"], set()).add((r.variant, r.seed))
    names = planned(results[0]) or list(by_fold)
    done = [name for name in names if by_fold.get(name) == runs]
    if len(done) == len(names):
        return ""
    missing = ", ".join(name for name in names if name not in done)
    return (
        f"{len(done)} of {len(names)} folds done{': ' if done else ''}{', '.join(done)}. Not yet: {missing}. "
        "The figures are of the people tested so far."
    )
