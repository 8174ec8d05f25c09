# SPDX-License-Identifier: Apache-2.0
"""Students on people they never saw: what the table counts."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wristpulse.evaluation.metrics import LAGS_S
from wristpulse.evaluation.unseen import (
    Person,
    labelled,
    markdown,
    named,
    report,
    row,
    rows,
    sets_in,
    streams_of,
)
from wristpulse.recordings import save_recording, simulate
from wristpulse.student.card import SHIPPED, load_student
from wristpulse.support.errors import UserError


def test_shares_are_of_hops_and_means_over_people():
    lags = np.full(len(LAGS_S), 50.0)
    lags[[0, 4]] = 13, 9
    sure = Person(
        error=np.array([1.0, 3.0, 20.0, 40.0]), valid=np.array([True, True, True, False]), mae_by_lag=lags
    )
    silent = Person(error=np.array([12.0, 8.0]), valid=np.zeros(2, bool), mae_by_lag=lags)
    found = row("student", "set", [sure, silent])
    assert (found.people, found.hops) == (2, 6)
    assert found.mae == (16 + 10) / 2 and found.median_person == 13
    assert found.coverage == pytest.approx((3 / 4 + 0) / 2)
    assert found.mae_valid == 8 and found.wrong_valid == pytest.approx(1 / 3)
    assert found.wrong_valid_worst == pytest.approx(1 / 3)
    assert found.wrong_shown == pytest.approx((1 / 4 + 0) / 2)
    line = "| student | set | 1 | causal | 2 | 6 | 13.00 | 13.00 | 37.5% | 8.00 | 33.33% | 33.3% | 12.50% |"
    assert f"{line} 2.0 | 9.00 |" in markdown([found])


def test_every_set_that_is_there_is_printed_and_written(tmp_path):
    folder = tmp_path / "bangle2"
    folder.mkdir()
    save_recording(folder / "he-bangle2-sitting.npz", simulate(3, 60.0, losses=False, difficulty=0))
    out, said = tmp_path / "unseen.json", []
    report(named([f"ships={SHIPPED}"]), tmp_path, out, said.append)
    written = json.loads(out.read_text())
    (found,) = written["table"]
    assert found["student"] == "ships" and found["tested_on"] == "Bangle.js 2" and found["people"] == 1
    assert found["hops"] > 20 and found["mae"] < 3
    assert written["students"] == {"ships": load_student(SHIPPED).card.model_sha256}
    assert "| ships | Bangle.js 2 | 1 | causal | 1 |" in said[0]


def test_all_leds_and_results_that_look_back_have_rows_of_their_own(tmp_path):
    folder = tmp_path / "bangle2"
    folder.mkdir()
    wrist = simulate(3, 60.0, losses=False, difficulty=0)
    both = replace(wrist, ppg=np.repeat(wrist.ppg, 2, axis=1))
    save_recording(folder / "he-bangle2-sitting.npz", both)
    (several,) = [r for r in labelled(sets_in(tmp_path)[0], tmp_path)]
    assert [len(streams_of(several, leds)) for leds in (1, 2)] == [1, 2]
    student = {"ships": load_student(SHIPPED)}
    found = list(rows(student, tmp_path, all_leds=True, looking_back=True))
    assert [(r.leds, r.results) for r in found] == [
        (leds, way) for leds in (1, 2) for way in ("causal", "lag 8", "whole")
    ]


def test_a_folder_without_any_set_is_an_error(tmp_path):
    with pytest.raises(UserError, match="folders: expected some of bami1, bami2, troika, .*, found none"):
        report(named([str(SHIPPED)]), tmp_path, None)


def test_students_are_named_by_their_folder_unless_told_otherwise():
    assert named(["a/int8", "ships=b/c"]) == {"int8": Path("a/int8"), "ships": Path("b/c")}
