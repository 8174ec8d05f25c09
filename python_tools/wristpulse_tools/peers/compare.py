# SPDX-License-Identifier: Apache-2.0
"""`invoke peers`: all methods over the chosen sets; prints the table and keeps it with its figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from wristpulse.evaluation.unseen import SETS, labelled, sets_in
from wristpulse.recordings import Recording
from wristpulse.student.card import STUDENTS, load_student
from wristpulse.support.files import write_text
from wristpulse_tools.peers import ours, packages, spectral_peak
from wristpulse_tools.peers.environment import PeerError, environment
from wristpulse_tools.peers.estimates import FIRST_END_S, Estimates
from wristpulse_tools.peers.table import markdown, table

UNSEEN = ("bami2", "physionet-wrist", "bangle2", "dalia-s6")  # taught neither student
DEFAULT_STUDENTS = tuple(STUDENTS)
DEFAULT_PEERS = ("beliefppg", "kid-ppg")


def compare(
    data: Path,
    output: Path,
    *,
    datasets: Sequence[str] = UNSEEN,
    students: dict[str, Path],
    results: Path | None = None,
    peers: Sequence[str] = DEFAULT_PEERS,
    people: int | None = None,
    python: Path | None = None,
    say: Callable[[str], None] = print,
) -> str:
    """Print the table and write it with metrics.json into `output`; PeerError if a peer cannot run.

    students: by name, replayed; the first one's valid hops set the share that is kept of every method.
    results: of `invoke evaluate`, in place of students, and only the recordings tested there. people: at
    most so many of each set, evenly spaced, for a quick look.
    """
    if unknown := [name for name in peers if name not in packages.BY_NAME]:
        raise PeerError("--peers", "", f"some of {', '.join(packages.BY_NAME)}", ", ".join(unknown))
    output.mkdir(parents=True, exist_ok=True)
    recordings = chosen_recordings(data, datasets, people)
    if results:
        runs = ours.evaluated(results, recordings)
        tested = {id(run.recording) for run in runs}
        recordings = [r for r in recordings if id(r) in tested]
    else:
        runs = []
        for name, folder in students.items():
            runs += ours.replayed(name, load_student(folder), recordings)
    python = python or (environment(output, say) if peers else None)
    versions = {}
    for name in peers:
        peer = packages.BY_NAME[name]
        assert python is not None
        versions[peer.package], of_peer = packages.runs_of(peer, python, recordings, output)
        runs += of_peer
    runs += spectral_peak.runs(recordings)
    rows = table(runs)
    text, notes = markdown(rows), _notes(runs, versions, people)
    say(f"{text}\n{notes}")
    write_text(output / "table.md", f"{text}\n\n{notes}\n")
    figures = {"datasets": list(datasets), "versions": versions, "people_of_each_set": people}
    write_text(
        output / "metrics.json", json.dumps(figures | {"rows": [asdict(row) for row in rows]}, indent=1)
    )
    return text


def chosen_recordings(data: Path, datasets: Sequence[str], people: int | None) -> list[Recording]:
    """Recordings with a reference of the sets that are in `data`; PeerError for an unknown set or none."""
    names = list(dict.fromkeys(which.dataset for which in SETS))
    if unknown := [name for name in datasets if name not in names]:
        raise PeerError("--dataset", "", f"some of {', '.join(names)}", ", ".join(unknown))
    there = [which for which in sets_in(data) if which.dataset in datasets]
    found: list[Recording] = []
    for which in there:
        members = list(labelled(which, data))
        subjects = list(dict.fromkeys(r.subject for r in members))
        if people and people < len(subjects):
            subjects = [subjects[number * len(subjects) // people] for number in range(people)]
        found += [r for r in members if r.subject in subjects]
    if not found:
        raise PeerError(data, "folders", f"some of {', '.join(datasets)}", "none of them")
    return found


def _notes(runs: Sequence[Estimates], versions: dict[str, str], people: int | None) -> str:
    packages_run = ", ".join(f"{package} {version}" for package, version in versions.items())
    lines = [
        f"BPM, labels on the recording's clock; windows that end {FIRST_END_S:g} s after the start or later.",
        f"Surest share: what `{runs[0].method}` calls valid; of the others as many hops, their surest. "
        "Wrong: more than 10 BPM off.",
    ]
    if packages_run:
        lines.append(f"{packages_run}; their weights may know these people: the packages do not say.")
    if people:
        lines.append(f"At most {people} people of each set.")
    return "\n".join(lines)
