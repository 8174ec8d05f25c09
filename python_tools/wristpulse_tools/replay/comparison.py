# SPDX-License-Identifier: Apache-2.0
"""Several students side by side, on the same recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich import box
from rich.console import Group
from rich.table import Table

from wristpulse.recordings import Recording
from wristpulse.recordings.registry import SIMULATOR
from wristpulse_tools.replay.replay import Replay


@dataclass(frozen=True, kw_only=True)
class StudentReplay:
    """One student's run over one recording; figures: of run.json."""

    student: str
    recording: Recording
    replay: Replay
    figures: dict

    @property
    def tested_on(self) -> str:
        """The group of people that it counts for."""
        simulated = self.recording.dataset == SIMULATOR
        return "simulated" if simulated else f"{self.recording.dataset} {self.recording.name}"


def comparison(outcomes: Sequence[StudentReplay]) -> Group:
    """Errors by student and group of people, in BPM; then what each student costs. Fits 80 columns."""
    errors = Table(
        title="Against labels on the recording's clock, means over people never learnt from",
        box=box.SIMPLE,
        padding=(0, 0, 0, 1),
    )
    for column in ("student", "tested on", "people", "MAE", "valid", "its MAE", "wrong-valid"):
        errors.add_column(
            column, justify="left" if column in ("student", "tested on") else "right", no_wrap=True
        )
    costs = Table(title="Costs", box=box.SIMPLE, padding=(0, 0, 0, 1))
    for column in ("student", ".tflite", "instructions a hop (2 s)"):
        costs.add_column(column, justify="left" if column == "student" else "right", no_wrap=True)
    for student in dict.fromkeys(outcome.student for outcome in outcomes):
        of = [outcome for outcome in outcomes if outcome.student == student]
        for group in sorted({outcome.tested_on for outcome in of}, reverse=True):
            members = [outcome.figures for outcome in of if outcome.tested_on == group]
            errors.add_row(
                student,
                group,
                str(len(members)),
                _mean(members, "all", "mae", ".2f"),
                _mean(members, "valid", "coverage", ".0%"),
                _mean(members, "valid", "mae", ".2f"),
                _mean(members, "valid", "wrong", ".1%"),
            )
        closing = of[0].figures["closing"]
        instructions = closing["instr_align"] + closing["instr_per_hop"]
        costs.add_row(student, f"{of[0].figures['model_bytes']:,} B", f"{instructions:,}")
    return Group(errors, costs)


def _mean(figures: Sequence[dict], of: str, key: str, form: str) -> str:
    """Mean over recordings of those that have the figure; a dash if none has: no value was valid."""
    values = [one[of][key] for one in figures if of in one]
    finite = [value for value in values if np.isfinite(value)]
    return format(np.mean(finite), form) if finite else "-"
