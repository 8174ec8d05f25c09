# SPDX-License-Identifier: Apache-2.0
"""An evaluation set by set: what the table counts, over people and over seeds."""

import json
from pathlib import Path

import numpy as np
import pytest

from wristpulse.evaluation.results import JobResult
from wristpulse.evaluation.sets import finished_sets, lag_s, markdown, reliabilities, report, set_rows
from wristpulse.evaluation.trace import Trace
from wristpulse.support.errors import UserError
from wristpulse_tools.experiment_report.set_pictures import write_reliability

HOPS = 100
TIME_S = 8.0 + 2.0 * np.arange(HOPS)
RATE = 100 + 30 * np.sin(TIME_S / 20)


def trace(person: str, off: float = 0.0, delay_s: float = 0.0, valid: float = 1.0, confidence=0.9) -> Trace:
    """Estimates `off` BPM above the rate and `delay_s` behind it; the first `valid` of them valid."""
    tracked = np.interp(TIME_S - delay_s, TIME_S, RATE) + off
    same = dict.fromkeys(("tracked_float", "untracked", "clamped"), tracked)
    sure = np.full(HOPS, confidence)
    return Trace(
        person=person, name=person, fold="f", time_s=TIME_S, raw=RATE, aligned=RATE, tracked=tracked,
        raw_confidence=sure, confidence=sure, valid=np.arange(HOPS) < valid * HOPS, motion=sure, **same,
    )  # fmt: skip


def job(seed: int, *traces: Trace) -> JobResult:
    metrics = {"variant": "student", "seed": seed, "fold": "f", "subjects": {"validation": ["somebody"]}}
    return JobResult(Path(), metrics, list(traces))


def test_a_row_a_set_with_means_over_people_and_the_spread_over_seeds():
    first = job(1, trace("bami1/S1", 2.0), trace("bami1/S2", 20.0, valid=0.5), trace("troika/T01", 1.0))
    second = job(2, trace("bami1/S1", 4.0), trace("bami1/S2", 20.0, valid=0.1), trace("troika/T01", 1.0))
    bami, spc = set_rows([first, second])
    assert (bami.tested_on, bami.people, bami.seeds, bami.hops) == ("bami1", 2, 2, 2 * HOPS)
    assert bami.mae == pytest.approx((11 + 12) / 2) and bami.mae_spread == pytest.approx(np.sqrt(0.5))
    assert bami.coverage == pytest.approx((0.75 + 0.55) / 2)
    assert bami.wrong_valid == 0.5 and bami.wrong_valid_worst == 1
    assert bami.wrong_shown == pytest.approx((0.25 + 0.05) / 2)
    assert spc.tested_on == "troika T" and spc.mae == pytest.approx(1) and spc.wrong_shown == 0
    assert "| student | bami1 | 2 | 200 | 2 | 11.50 +- 0.71 |" in markdown([bami])
    (alone,) = set_rows([job(1, trace("bami1/S1", 2.0))])
    assert "| 1 | 2.00 | 2.00 | 100.0% |" in markdown([alone])  # no spread of one seed


def test_the_delay_of_valid_estimates_is_found():
    assert lag_s([trace("bami1/S1", delay_s=2.5)]) == 2.5
    assert lag_s([trace("bami1/S1")]) == 0
    assert np.isnan(lag_s([trace("bami1/S1", valid=0.0)]))


def test_how_far_confidence_can_be_trusted_is_told_and_drawn_set_by_set(tmp_path):
    results = [job(1, trace("bami1/S1", 2.0), trace("bangle2/he", 7.0, confidence=0.95))]
    near, far = reliabilities(results)
    assert near.tested_on == "bami1" and near.error == pytest.approx(0.1)
    assert far.tested_on == "bangle2" and far.error == pytest.approx(0.95)
    write_reliability([near, far], tmp_path / "sets.png")
    assert (tmp_path / "sets.png").read_bytes().startswith(b"\x89PNG")
    said = []
    report(results, tmp_path / "sets.json", said.append)
    written = json.loads((tmp_path / "sets.json").read_text())
    assert [r["tested_on"] for r in written["table"]] == ["bami1", "bangle2"]
    assert written["reliability"][1]["error"] == pytest.approx(0.95) and "bangle2" in said[0]


def test_a_folder_without_finished_jobs_is_an_error(tmp_path):
    with pytest.raises(UserError, match="expected results of `invoke evaluate`, found none"):
        finished_sets(tmp_path)
