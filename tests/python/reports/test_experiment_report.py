# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json
import re

import numpy as np
import pytest

from wristpulse.evaluation import trace
from wristpulse.evaluation.results import EVALUATION, METRICS, TRACES, write_plan
from wristpulse.learning.curve import HISTORY
from wristpulse_tools.experiment_report import (
    ReportError,
    charts,
    confidence_table,
    figures,
    notices,
    people,
    read,
    trace_chart,
    write_report,
)


def made(person: str, error: float, fold: str = "group-1", hops: int = 60) -> trace.Trace:
    """A trace that is `error` BPM off in its second half, and says so."""
    late = np.arange(hops) >= hops // 2
    reference = np.linspace(70, 130, hops)
    estimate = reference + error * late
    estimate[:3] = np.nan
    values = dict.fromkeys(("tracked", "tracked_float", "untracked", "clamped"), estimate)
    confidence = np.where(late, 0.3, 0.9)
    return trace.Trace(
        person=person,
        name=f"{person} a",
        fold=fold,
        time_s=2.0 * np.arange(hops),
        raw=reference,
        aligned=reference,
        **values,
        raw_confidence=confidence,
        confidence=confidence,
        valid=np.isfinite(estimate) & (confidence > 0.5),
        motion=0.3 * late,
    )


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    """The report on two variants, one of them with a learning curve."""
    tmp_path = tmp_path_factory.mktemp("results")
    for variant, error in (("rkd", 8.0), ("teacher", 20.0)):
        job = tmp_path / "group-1" / f"{variant}-1"
        (job / EVALUATION).mkdir(parents=True)
        trace.save(job / EVALUATION / TRACES, [made("bami1/S1", error), made("troika/S02", error)])
        values = {
            "variant": variant,
            "seed": 1,
            "fold": "group-1",
            "revision": "a" * 40,
            "data_digest": "b" * 64,
            "configuration": {"name": "ablation", "protocol": "bami-spc-4fold", "seed": 1},
            "subjects": {"validation": ["S9"]},
        }
        (job / EVALUATION / METRICS).write_text(json.dumps(values))
    (job / "teacher").mkdir()
    (job / "teacher" / HISTORY).write_text("epoch,loss,validation_mae_bpm\n0,3.0,20\n1,2.0,12.5\n")
    return write_report(read(tmp_path), tmp_path, tmp_path / "out" / "report.html").read_text()


def test_the_report_is_one_file_that_fetches_nothing(text):
    page = text[: text.index('<script id="figures"')]
    assert not re.search(r"https?://|url\(|@import|<link|<iframe|<img|src=", page)
    charts = json.loads(re.search(r'<script id="figures"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
    places = re.findall(r'<div class="chart[^"]*" id="([^"]*)"', text)
    assert len(places) == 1 + 2 * (5 + 2)  # learning curves; five charts and two traces of each variant
    assert set(charts) == set(places) and all(chart["data"] for chart in charts.values())
    assert "<h1>Protocol bami-spc-4fold, configuration ablation</h1>" in text
    cells = '<tr><td class="text wrap">student, distilled by rkd<td class="text">BAMI-1<td>1'
    rows = [line for line in page.splitlines() if line.startswith(cells)]
    assert len(rows) == 5 and "".join(rows[:4]).count("4.21") == 2 * 4  # mean and median of four estimates
    assert "aaaaaaaaaaaa" in text and "group-1" in text


def test_it_says_who_was_tested_and_of_what_each_picture_is(text):
    assert '<td class="text">BAMI-1<td>1<td>1<td>0.03<td>57' in text
    assert text.count("<figcaption>") == text.count("<figure>")
    assert "SPC S02, troika/S02 a (group-1): MAE 4.21 BPM, 47% of the windows valid." in text
    assert text.count("<summary>Configuration of group-1/rkd-1, group-1/teacher-1</summary>") == 1


def test_every_entry_of_the_contents_leads_somewhere(text):
    page = text[: text.index('<script id="figures"')]
    links, places = (set(re.findall(form, page)) for form in (r'href="#([^"]*)"', r'id="([^"]*)"'))
    assert links <= places and len(links) >= 2 * (4 + 2)


def job(folder, fold: str, *traces, variant="rkd", seed=1) -> None:
    place = folder / fold / f"{variant}-{seed}" / EVALUATION
    place.mkdir(parents=True)
    trace.save(place / TRACES, list(traces))
    values = {
        "variant": variant,
        "seed": seed,
        "fold": fold,
        "configuration": {"name": "people", "protocol": "p"},
        "subjects": {"validation": ["S9"]},
    }
    (place / METRICS).write_text(json.dumps(values))


def test_it_says_how_many_folds_are_done(tmp_path):
    write_plan(tmp_path, ["group-1", "group-2", "group-3"])
    job(tmp_path, "group-1", made("bami1/S1", 1.0))
    said = notices.folds_done(read(tmp_path))
    assert said.startswith("1 of 3 folds done: group-1. Not yet: group-2, group-3.")
    job(tmp_path, "group-2", made("bami1/S2", 1.0))
    job(tmp_path, "group-1", made("bami1/S1", 1.0), seed=2)  # of which group-2 lacks the second seed
    assert notices.folds_done(read(tmp_path)).startswith("1 of 3 folds done: group-1.")
    for fold, seed in (("group-2", 2), ("group-3", 1), ("group-3", 2)):
        job(tmp_path, fold, made("bami1/S2", 1.0), seed=seed)
    assert notices.folds_done(read(tmp_path)) == ""


def test_simulated_people_are_no_evidence(tmp_path):
    job(tmp_path, "group-1", made("simulator/sim1", 1.0))
    assert notices.notices(read(tmp_path))[0].startswith("The people are simulated. Simulated people are no")
    job(tmp_path, "group-2", made("bami1/S1", 1.0))
    assert notices.notices(read(tmp_path))[0].startswith("Some of the people are simulated.")


def test_the_worst_people_come_first_with_what_was_shown_wrong():
    rows = people.worst_first([made("bami1/S1", 8.0), made("bami1/S2", 30.0), made("troika/S03", 0.0)])
    assert [row.name for row in rows] == ["BAMI-1 S2", "BAMI-1 S1", "SPC S03"]
    assert rows[0].valid == pytest.approx(27 / 57) and rows[0].wrong_valid == 0 and rows[0].windows == 57
    of_all = people.headline(rows)
    assert of_all.mae == pytest.approx((30 + 8) * 30 / 57 / 3) and of_all.people == 3


def test_no_line_leads_to_a_bin_that_holds_too_few_windows():
    few = made("bami1/S1", 0.0, hops=300)
    few.confidence[:] = np.repeat((0.15, 0.55, 0.95), (3, 10, 287))[np.argsort(np.arange(300))]
    bins, ece = figures.reliability([few])
    assert [(b.count, b.enough) for b in bins if b.count] == [(10, False), (287, True)]
    line = next(data for data in charts.reliability(bins, ece).data if data.line.color == charts.BLUE)
    assert [x for x in line.x if x is not None] == [pytest.approx(0.95)]


def test_gaps_are_explained_and_a_trace_has_the_persons_scale():
    t = made("bami1/S1", 0.0)
    t = dataclasses.replace(t, raw=t.raw.copy())
    t.aligned[20:30] = np.nan  # raw labels are there
    t.tracked[40:45] = np.nan
    found = [str(gap) for gap in trace_chart.gaps(t)]
    assert found == [
        "no estimate 0:00 to 0:04: no whole window of samples yet",
        "no reference 0:38 to 0:58: the labels, shifted to the wrist's clock, do not reach",
        "no estimate 1:18 to 1:28: the sensors gave no whole window",
    ]
    low, high = trace_chart.person_range([t])
    assert (low, high) == (62.0, 138.0)
    assert trace_chart.trace_chart(t, (low, high)).layout.yaxis.range == (62.0, 138.0)


def test_people_do_not_say_themselves_how_sure_of_them_one_may_be(tmp_path):
    """Two folds of a student that nobody validated: each one's confidence is what the other's was worth."""
    for fold, error in (("group-1", 8.0), ("group-2", 0.0)):
        job = tmp_path / fold / "spectral-8k-none-1" / EVALUATION
        job.mkdir(parents=True)
        trace.save(job / TRACES, [made(f"bami1/S{fold[-1]}", error, fold, hops=600)])
        values = {"variant": "spectral-8k-none", "seed": 1, "fold": fold, "subjects": {"validation": []}}
        values["configuration"] = {"tracking": {"valid": 0.9}}
        (job / METRICS).write_text(json.dumps(values))
    results = read(tmp_path)
    wrong, right = (r.traces[0] for r in results)
    late = np.arange(600) >= 300
    assert wrong.confidence[late].min() > 0.9 and wrong.valid[late].all()  # as the other one was right
    assert right.confidence[late].max() < 0.1 and not right.valid[late].any()
    table = confidence_table(results)
    assert "| 0.9 | 74.9% | 2.68 | 0.00% | 6 s, 6 s, 6 s |" in re.sub(" +", " ", table)


def test_networks_have_names():
    names = {
        "teacher": "PULSE teacher",
        "rkd": "student, distilled by rkd",
        "none": "student, labels only",
        "spectral-teacher": "spectral teacher",
        "spectral-8k-none": "spectral 8k student, labels only",
        "spectral-30k-response": "spectral 30k student, distilled by response",
    }
    assert {variant: figures.network_name(variant) for variant in names} == names


def test_figures_of_a_report():
    traces = [made("bami1/S1", 8.0), made("bami1/S2", 8.0)]
    table, ece = figures.reliability(traces)
    assert ece == pytest.approx((2 * 27 * 0.1 + 2 * 30 * 0.3) / (2 * 57))  # 0.9 was right, 0.3 never
    share, error = figures.coverage_curve(traces)
    assert error[0] == 0 and error[-1] == pytest.approx(8 * 30 / 57) and share[-1] == 1
    assert figures.first_fix(traces) == {"median": 6.0, "90 %": 6.0, "latest": 6.0, "never": 0.0}
    levels = dict(figures.by_motion(traces))
    assert list(levels) == ["0 to 0.05", "0.2 to 0.4"] and levels["0.2 to 0.4"].mean() == pytest.approx(8)
    assert figures.ratio_errors(traces)["tracked"] == (0, 0, 114)
    half = made("bami1/S1", 0.0)
    half.tracked[:] = half.aligned / 2
    assert figures.ratio_errors([half])["tracked"] == (60, 0, 60)


def test_without_results_it_says_which_command_makes_them(tmp_path):
    with pytest.raises(ReportError, match="expected results of `invoke evaluate`, found none"):
        read(tmp_path)
    assert not list(tmp_path.iterdir())
