# SPDX-License-Identifier: Apache-2.0
"""Ours beside BeliefPPG (Bieri et al., UAI 2023, MIT), its released package as it is, on the same windows.

BeliefPPG's package does not say which recordings its weights were trained on: its figures may be of people
that it knows. Ours are of people never seen where the table says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import venv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wristpulse.core.sensor import to_counts
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import summarise
from wristpulse.evaluation.results import by_variant, read_results
from wristpulse.recordings import HOP_S, WINDOW_S, Recording, open_dataset
from wristpulse.student.card import load_student
from wristpulse.support.errors import UserError
from wristpulse.support.files import replacing, write_text
from wristpulse_tools.support import tables
from wristpulse_tools.support.command import attempt

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements-beliefppg.txt"
RUNNER = HERE / "run_beliefppg.py"
VERSION = "from importlib.metadata import version; print(version('beliefppg'))"
OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")  # of this environment, nothing to the peer's
FRAMES = 7  # of 8 s, 2 s apart, that BeliefPPG sees; its estimate is of the last
FIRST_END_S = (FRAMES - 1) * HOP_S + WINDOW_S  # of BeliefPPG's first estimate; nobody is scored before


class PeerError(UserError):
    """The peer's environment cannot be made, or its package does not run."""


@dataclass(frozen=True)
class Run:
    """Estimates of one method on one recording: end_s and bpm, float64 (n,), NaN none."""

    method: str
    recording: Recording
    end_s: np.ndarray
    bpm: np.ndarray


def compare(
    dataset: str,
    data: Path,
    python: Path | None,
    results: Path | None,
    released: Path,
    output: Path,
    one_led: bool = False,
    say: Callable[[str], None] = print,
) -> str:
    """Print the table and write it with metrics.json into `output`; PeerError if the peer cannot run.

    results: of `invoke evaluate`, for our side, and only the recordings tested there; without them the
    released student is replayed and its held-out people are also shown by themselves.
    """
    output.mkdir(parents=True, exist_ok=True)
    recordings, python = open_dataset(dataset, data), python or environment(output, say)
    if results:
        ours, held = _evaluated(results, recordings), None
        tested = {run.recording.name for run in ours}
        recordings = [r for r in recordings if r.name in tested]
    else:
        ours, held = _replayed(released, recordings)
    version, runs = beliefppg(python, recordings, output, one_led)
    rows = table([*ours, *runs], held)
    text = markdown(rows)
    notes = (
        f"Windows that end {FIRST_END_S:g} s after the start or later. beliefppg {version}; its weights "
        "may know these people: the package does not say what it was trained on."
    )
    say(f"{text}\n{notes}")
    write_text(output / "table.md", f"{text}\n\n{notes}\n")
    write_text(
        output / "metrics.json",
        json.dumps(
            {"dataset": dataset, "beliefppg": version, "rows": [asdict(row) for row in rows]}, indent=1
        ),
    )
    return text


def environment(output: Path, say: Callable[[str], None]) -> Path:
    """Python of an environment of its own with the pinned packages, made once in `output`/venv."""
    folder = output / "venv"
    python, done = folder / "bin" / "python", folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text()
    if not (done.exists() and done.read_text() == wanted):
        say(f"making {folder}: {REQUIREMENTS.name}; some minutes")
        venv.create(folder, with_pip=True, clear=True)
        _run([python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], "install its packages")
        write_text(done, wanted)
    return python


def beliefppg(
    python: Path, recordings: Sequence[Recording], folder: Path, one_led: bool
) -> tuple[str, list[Run]]:
    """Version of the package and its estimates, of all LEDs together and, if so asked, of the default one.

    Estimates are kept in `folder`/beliefppg-VERSION, a file for each input, as they come: run again, only
    those that are missing are made.
    """
    version = _run([python, "-c", VERSION], "find beliefppg").strip()
    variants = {"BeliefPPG, all LEDs": lambda r: r.ppg}
    if one_led:
        variants["BeliefPPG, one LED"] = lambda r: r.ppg[:, r.led, None]
    kept = folder / f"beliefppg-{version}"
    kept.mkdir(parents=True, exist_ok=True)
    wanted: list[tuple[str, Recording, Path]] = []
    missing: dict[str, Any] = {}
    for method, ppg in variants.items():
        for r in recordings:
            arrays = {"ppg": ppg(r), "fs_ppg": r.fs_ppg, "acc": r.acc, "fs_acc": r.fs_acc}
            estimates = kept / f"{_digest(arrays)}.npy"
            wanted.append((method, r, estimates))
            if not estimates.exists():
                missing |= {f"{estimates.stem}/{name}": value for name, value in arrays.items()}
    if missing:
        given = folder / "recordings.npz"
        with replacing(given) as beside, beside.open("wb") as file:
            np.savez(file, **missing)
        _run([python, RUNNER, given, kept], "run the package", shown=True)
        given.unlink()
    runs = []
    for method, recording, estimates in wanted:
        bpm = np.load(estimates)
        runs.append(Run(method, recording, FIRST_END_S + HOP_S * np.arange(len(bpm)), bpm))
    return version, runs


def _digest(arrays: dict[str, object]) -> str:
    digest = hashlib.sha256()
    for name, value in arrays.items():
        value = np.ascontiguousarray(value)
        digest.update(f"{name} {value.dtype} {value.shape}".encode() + value.tobytes())
    return digest.hexdigest()


def _run(words: Sequence[object], what: str, shown: bool = False) -> str:
    """Run a command of the peer's environment, without ours; what it prints, unless it is `shown`."""
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "WANDB_MODE": "disabled"}
    done = attempt(words, env=environment, shown=shown, error=PeerError)
    if done.status:
        ended = f"exit status {done.status}: {_reason(done.stderr)}"
        if done.status < 0:
            ended = f"ended by signal {-done.status}; run it again to go on"
        raise PeerError(f"{words[0]}: could not {what}, {ended}")
    return done.stdout


def _reason(stderr: str) -> str:
    """The last line; of pip that found no package index, which does not say so there, what it met first."""
    lines = stderr.strip().splitlines() or ["no message"]
    if "(from versions: none)" not in stderr:
        return lines[-1]
    met = next((line for line in lines if "broken by" in line), "").partition("broken by ")[2]
    return f"no package index that has them was reached; is there a network? {met or lines[-1]}"


def _evaluated(folder: Path, recordings: Sequence[Recording]) -> list[Run]:
    """Traces of an evaluation, the first seed of each variant: every person unseen by the student tested."""
    by_name = {(r.dataset, r.name): r for r in recordings}
    runs = []
    for variant, seeds in by_variant(read_results([folder])).items():
        for t in next(iter(seeds.values())):
            recording = by_name.get((t.person.split("/")[0], t.name))
            if recording:
                runs.append(Run(f"ours, {variant}, unseen people", recording, t.time_s, t.tracked))
    if not runs:
        raise PeerError(folder, "", "results of `invoke evaluate` on these recordings", "none")
    return runs


def _replayed(folder: Path, recordings: Sequence[Recording]) -> tuple[list[Run], set[str]]:
    """The released student over all recordings, and the people that it never saw."""
    student = load_student(folder)
    roles = student.card.subjects
    known = {who for role in ("train", "validation", "unlabelled") for who in roles.get(role, ())}
    people = list(dict.fromkeys((r.dataset, r.subject) for r in recordings))
    unseen = {subject for dataset, subject in people if not {subject, f"{dataset}/{subject}"} & known}
    method = f"ours, released student (knows {len(people) - len(unseen)} of {len(people)})"
    estimator, runs = student.estimator(), []
    for r in recordings:
        results = estimator.run(to_counts(r))
        bpm = np.array([x.bpm_q8 / 256 if x.bpm_q8 else np.nan for x in results])
        runs.append(Run(method, r, np.array([x.time_us for x in results]) * 1e-6, bpm))
    return runs, unseen


@dataclass(frozen=True)
class Row:
    """A method on a group of recordings: mean over people and its spread, BPM."""

    group: str
    method: str
    people: int
    aligned: float
    spread: float
    median: float
    worst: float
    raw: float


def table(runs: Sequence[Run], held_out: set[str] | None) -> list[Row]:
    """Rows by group and method; SPC's training and test recordings by themselves; held-out people too."""
    groups: dict[str, Callable[[Recording], bool]] = {"all": lambda r: True}
    if any(run.recording.dataset == "troika" for run in runs):
        groups["SPC training"] = lambda r: r.subject.startswith("S")
        groups["SPC test"] = lambda r: r.subject.startswith("T")
    if held_out is not None:
        groups["people ours never saw"] = lambda r: r.subject in held_out
    rows = []
    for group, belongs in groups.items():
        for method in dict.fromkeys(run.method for run in runs):
            chosen = [run for run in runs if run.method == method and belongs(run.recording)]
            if chosen:
                rows.append(_row(group, method, chosen))
    return rows


def _row(group: str, method: str, runs: Sequence[Run]) -> Row:
    def summary(aligned: bool):
        results = []
        for run in runs:
            scored = run.end_s > FIRST_END_S - HOP_S / 2
            reference = window_labels(run.recording, np.rint(run.end_s[scored] * 1e6), aligned)
            results.append((run.recording.subject, run.bpm[scored], reference, None))
        return summarise(results)

    aligned, raw = summary(True), summary(False)
    mae = aligned.mae
    return Row(
        group, method, len(aligned.subjects), mae.mean, mae.std, aligned.median_mae, mae.worst, raw.mae.mean
    )


HEAD = ("tested on", "method", "people", "MAE", "over people", "median", "worst", "raw labels")


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    return tables.markdown(
        HEAD,
        (
            (r.group, r.method, r.people, f"{r.aligned:.2f}", f"{r.spread:.2f}", f"{r.median:.2f}",
             f"{r.worst:.1f}", f"{r.raw:.2f}")
            for r in rows
        ),
    )  # fmt: skip
