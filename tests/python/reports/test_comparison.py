# SPDX-License-Identifier: Apache-2.0
"""Students side by side: means over recordings, and a dash where a student was silent."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from wristpulse.recordings import simulate
from wristpulse_tools.replay.comparison import StudentReplay, comparison
from wristpulse_tools.replay.replay import Replay

CLOSING = {"instr_align": 1, "instr_per_hop": 2}
RECORDING = simulate(1, 20.0)


def outcome(name: str, mae: float, coverage: float, valid_mae: float, wrong: float) -> StudentReplay:
    valid = {"coverage": coverage, "mae": valid_mae, "wrong": wrong}
    figures = {"all": {"mae": mae}, "valid": valid, "closing": CLOSING, "model_bytes": 14904}
    return StudentReplay(
        student="s", recording=replace(RECORDING, name=name), replay=Replay([], {}, 0.0), figures=figures
    )


@pytest.mark.parametrize(
    ("silent", "row"),
    [
        (False, "s simulated 2 3.00 40% 1.00 5.0%"),
        (True, "s simulated 1 4.00 0% - -"),
    ],
)
def test_a_silent_student_has_dashes(silent, row):
    outcomes = [outcome("a", 4.0, 0.0, np.nan, np.nan)]
    if not silent:
        outcomes.append(outcome("b", 2.0, 0.8, 1.0, 0.05))
    console = Console(width=100, record=True, file=open("/dev/null", "w"))
    console.print(comparison(outcomes))
    assert row in {" ".join(line.split()) for line in console.export_text().splitlines()}
