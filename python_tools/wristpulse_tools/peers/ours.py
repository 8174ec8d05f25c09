# SPDX-License-Identifier: Apache-2.0
"""Our side: students replayed over recordings, or the traces of an evaluation by folds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wristpulse.core.sensor import to_counts
from wristpulse.evaluation.results import by_variant, read_results
from wristpulse.recordings import Recording
from wristpulse.student.card import Student
from wristpulse_tools.peers.environment import PeerError
from wristpulse_tools.peers.estimates import Estimates


def replayed(name: str, student: Student, recordings: Sequence[Recording]) -> list[Estimates]:
    """A student over all recordings, by the device's arithmetic, one LED."""
    roles = student.card.subjects
    taught = {who for role in ("train", "validation", "unlabelled") for who in roles.get(role, ())}
    sets = student.card.configuration.get("data", {}).get("dataset", "").split("+")

    def knows(recording: Recording) -> bool:
        """Cards name people as "data set/subject", or by the subject alone, of the sets trained on."""
        names = {recording.subject, f"{recording.dataset}/{recording.subject}"}
        return recording.dataset in sets and bool(names & taught)

    runs = []
    for recording in recordings:
        results = student.estimator().run(to_counts(recording))
        runs.append(
            Estimates(
                method=f"ours, `{name}`, one LED",
                recording=recording,
                end_s=np.array([r.time_us for r in results]) * 1e-6,
                bpm=np.array([r.bpm_q8 / 256 if r.bpm_q8 else np.nan for r in results]),
                certainty=np.array([r.confidence_q15 for r in results], np.float64),
                valid=np.array([r.state.value == "valid" for r in results], bool),
                knows=knows,
            )
        )
    return runs


def evaluated(folder: Path, recordings: Sequence[Recording]) -> list[Estimates]:
    """Traces of an evaluation, the first seed of each variant: every person unseen by the student tested."""
    by_name = {(r.dataset, r.name): r for r in recordings}
    runs = []
    for variant, seeds in by_variant(read_results([folder])).items():
        for t in next(iter(seeds.values())):
            recording = by_name.get((t.person.split("/")[0], t.name))
            if recording:
                runs.append(
                    Estimates(
                        method=f"ours, {variant}, unseen people",
                        recording=recording,
                        end_s=t.time_s,
                        bpm=t.tracked,
                        certainty=t.confidence,
                        valid=t.valid,
                    )
                )
    if not runs:
        raise PeerError(folder, "", "results of `invoke evaluate` on these recordings", "none")
    return runs
