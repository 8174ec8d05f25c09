# SPDX-License-Identifier: Apache-2.0
"""A whole protocol, small, of both lines; and what a killed worker costs."""

import dataclasses
import json
import os
import re
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

pytest.importorskip("tensorflow")

from tests.python.small_configs import SPECTRA, WINDOWS  # noqa: E402

from wristpulse.config.load import load  # noqa: E402
from wristpulse.config.settings import Sweep, Training  # noqa: E402
from wristpulse.evaluation import (  # noqa: E402
    evaluate,
    jobs,  # noqa: E402
    sweep,
    trace,
)
from wristpulse.evaluation.frame import hop_frame, score_frame  # noqa: E402
from wristpulse.evaluation.results import (  # noqa: E402
    EVALUATION,
    METRICS,
    TRACES,
    JobResult,
    by_other_folds,
    finished,
    read_results,
)
from wristpulse.evaluation.table import detectable, interval, markdown, paired, paired_markdown, table  # noqa: E402
from wristpulse.support.errors import UserError  # noqa: E402
from wristpulse_tools.experiment_report import read  # noqa: E402


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A sweep whose worker is killed once, during the teacher's training of 12 epochs: folder and lines."""
    config = dataclasses.replace(WINDOWS, teacher_training=Training(epochs=12, batch=32))
    root, lines = tmp_path_factory.mktemp("killed"), []
    plan = jobs.plan(config, None, root)
    dead = threading.Event()

    def watch(line: str) -> None:
        lines.append(line)
        if "pulse_teacher: epoch 4/" in line and not dead.is_set():
            dead.set()
            os.kill(_child_workers()[0], signal.SIGKILL)

    folders = sweep.run_jobs(plan, 1, progress=watch)
    assert dead.is_set()
    return folders, lines


def _child_workers() -> list[int]:
    """Processes of Dask's workers that this one started, the newest first."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
                with open(f"/proc/{entry}/cmdline") as file:
                    spawned = "spawn_main" in file.read()
            except OSError:
                continue
            if parent == os.getpid() and spawned:
                found.append(int(entry))
    return sorted(found, reverse=True)


def test_a_killed_worker_costs_one_job_which_goes_on_from_its_checkpoint(killed):
    folders, lines = killed
    epochs = [int(m[1]) for line in lines if (m := re.search(r"pulse_teacher: epoch (\d+)/12", line))]
    assert sorted(set(epochs)) == list(range(1, 13))
    assert len(epochs) <= 13  # the one during which it died, at most, is repeated
    assert epochs[:4] == [1, 2, 3, 4] and epochs.count(1) == epochs.count(2) == epochs.count(3) == 1
    assert all((folder / EVALUATION / METRICS).exists() for folder in folders)


def test_the_teacher_is_tested_too_and_results_say_what_they_are_of(killed):
    folders, _ = killed
    names = [str(folder.relative_to(folder.parents[1])) for folder in folders]
    assert names == ["group-2/teacher-1", "group-2/rkd-2"]
    for r in read_results(folders):
        assert r.metrics["configuration"]["protocol"] == "simulator-3fold"
        assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", r.metrics["revision"])
        assert len(r.metrics["data_digest"]) == 64
        assert not set(r.metrics["subjects"]["train"]) & set(r.metrics["subjects"]["test"])


def test_every_fold_relation_and_seed_is_a_job():
    several = Sweep(seeds=(1, 2), relations=("gram", "none"), folds=("group-1", "group-3"), teacher=True)
    plan = jobs.plan(dataclasses.replace(WINDOWS, sweep=several), None, Path("root"))
    assert len({job.folder for job in plan}) == len(plan) == 2 * (1 + 2 * 2)
    for job, teacher in plan.items():
        assert (teacher is None) == (job.variant in ("teacher", "none"))
        assert teacher is None or (teacher in plan and teacher.fold == job.fold)


def plain(text: str) -> str:
    """Markdown without the spaces that align its columns."""
    return re.sub(" +", " ", text)


def _result(variant: str, seed: int, errors: dict[str, float], fold: str) -> JobResult:
    """A job whose estimates are so far off, by person."""
    traces = []
    for who, error in errors.items():
        flat = np.full(10, 100.0)
        same = dict.fromkeys(("tracked", "tracked_float", "untracked", "clamped"), flat + error)
        more = dict.fromkeys(("raw", "aligned", "time_s", "raw_confidence", "confidence", "motion"), flat)
        traces.append(
            trace.Trace(person=f"troika/{who}", name=who, fold=fold, **same, **more, valid=np.zeros(10, bool))
        )
    return JobResult(Path(), {"variant": variant, "seed": seed, "fold": fold}, traces)


def test_the_table_has_mean_and_spread_over_people_and_seeds():
    def result(seed, errors, fold="f"):
        return _result("rkd", seed, errors, fold)

    def row(rows, estimate):
        chosen = rows[(rows.group == "troika") & (rows.estimate == estimate)]
        return chosen.iloc[0]

    rows = table([result(1, {"S01": 1.0, "S02": 3.0}), result(2, {"S01": 2.0, "S02": 6.0})])
    raw = row(rows, "tracked, raw")
    assert (raw.people_tested, raw.seeds_run, raw.mae) == (2, 2, 3.0)
    assert raw.spread_people == pytest.approx(np.std([1.5, 4.5], ddof=1))
    assert raw.spread_seeds == pytest.approx(np.std([2, 4], ddof=1))
    assert (raw["median"], raw.worst, raw.half) == (3.0, 6.0, 0)
    nobody = row(rows, "valid, aligned")
    assert np.isnan(nobody.mae) and nobody.coverage == 0
    assert "| rkd | troika | tracked, raw | 2 | 2 | 3.00 | 2.12 | 1.41 |" in plain(markdown(rows))

    # While a sweep runs: a fold that a seed lacks is left out, whichever seed comes first.
    half = [result(1, {"S01": 1.0}), result(1, {"S02": 9.0}, "g"), result(2, {"S01": 3.0})]
    for order in (half, half[::-1]):
        raw = row(table(order), "tracked, raw")
        assert (raw.people_tested, raw.mae) == (1, 2.0)


def test_the_frame_has_a_row_a_hop_and_gives_the_tables_figures():
    hops = hop_frame([_result("rkd", 1, {"S01": 1.0, "T02": 3.0}, "f"), _result("rkd", 2, {"S01": 2.0}, "f")])
    assert len(hops) == 30 and set(hops.dataset) == {"troika"} and set(hops.subject) == {"S01", "T02"}
    mae = (hops.tracked - hops.aligned).abs().groupby([hops.seed, hops.person]).mean()
    assert mae.to_dict() == {(1, "troika/S01"): 1.0, (1, "troika/T02"): 3.0, (2, "troika/S01"): 2.0}
    scores = score_frame(hops)
    chosen = scores[(scores.estimate == "tracked, aligned") & (scores.group == "troika")]
    assert chosen.set_index(["seed", "person"]).mae.to_dict() == mae.to_dict()
    assert set(scores.group) == {"troika", "troika S", "troika T"} and set(scores.windows) == {0, 10}


def test_recordings_without_a_label_are_in_no_score():
    one = _result("rkd", 1, {"S01": 1.0}, "f")
    mute = dataclasses.replace(one.traces[0], person="troika/S02", raw=np.full(10, np.nan))
    hops = hop_frame([dataclasses.replace(one, traces=[*one.traces, mute])])
    assert len(hops) == 20 and set(score_frame(hops).person) == {"troika/S01"}
    assert table([]).empty and "|" in markdown(table([]))


def test_confidence_is_mapped_from_the_raw_one_by_the_other_folds():
    """Whatever map the folds' own students have; and not where somebody validated."""

    def result(fold: str, error: float, validation: list[str]) -> JobResult:
        one = _result("rkd", 1, {"S01": error}, fold)
        raw = np.full(10, 0.5)
        traces = [dataclasses.replace(t, raw_confidence=raw, confidence=raw / 5) for t in one.traces]
        more = {"subjects": {"validation": validation}, "configuration": {"tracking": {"valid": 0.9}}}
        return dataclasses.replace(one, traces=traces, metrics={**one.metrics, **more})

    right, wrong = result("f", 0.0, []), result("g", 20.0, [])
    of_right, of_wrong = by_other_folds([right, wrong])
    assert of_right.traces[0].confidence.max() < 0.3 and of_wrong.traces[0].confidence.min() > 0.7
    assert (of_wrong.traces[0].raw_confidence == 0.5).all()
    validated = result("f", 0.0, ["S09"])
    assert by_other_folds([validated, wrong])[0] is validated
    assert by_other_folds([right]) == [right]
    configuration = {**right.metrics["configuration"], "world": {"share": 0.6}}
    simulated = dataclasses.replace(right, metrics={**right.metrics, "configuration": configuration})
    assert by_other_folds([simulated, wrong])[0] is simulated  # simulated people set its confidence


def test_variants_are_compared_person_by_person():
    def result(variant, seed, errors):
        return _result(variant, seed, errors, "f")

    results = [
        result("none", 1, {"S01": 4.0, "S02": 8.0, "S03": 12.0}),
        result("rkd", 1, {"S01": 2.0, "S02": 6.0, "S03": 10.0}),
        result("rkd", 2, {"S01": 4.0, "S02": 8.0, "S03": 12.0}),
    ]
    rows = plain(paired_markdown(paired(results, "none"), "none")).splitlines()
    assert rows[0].endswith(
        "| people | MAE less that of none, BPM | 95 % interval over people | detectable at 80 % power |"
    )
    assert rows[2:] == [
        "| rkd | troika | 3 | -1.00 | -1.00 to -1.00 | 0.00 |",
        "| rkd | troika S | 3 | -1.00 | -1.00 to -1.00 | 0.00 |",
    ]


def test_the_detectable_difference_is_found_in_four_of_five_trials():
    rng = np.random.default_rng(5)
    people = rng.normal(size=12)
    people = 2.0 * (people - people.mean()) / people.std(ddof=1)
    shift = detectable(people)
    trials = rng.normal(shift, 2.0, (4000, 12))
    found = scipy.stats.ttest_1samp(trials, 0.0, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.03)
    assert detectable(people + 7) == pytest.approx(shift)


@pytest.mark.parametrize("reader", [finished, lambda folder, _: read(folder)])
def test_results_of_two_evaluations_are_not_one(tmp_path, reader):
    """The same people are tested in both, and learnt from in either."""
    for protocol in ("bami-spc-4fold", "cross-dataset"):
        folder = tmp_path / protocol / "group-1" / "rkd-1" / EVALUATION
        folder.mkdir(parents=True)
        made = _result("rkd", 1, {"S01": 1.0}, "group-1")
        trace.save(folder / TRACES, made.traces)
        metrics = made.metrics | {"configuration": {"protocol": protocol, "name": "mine"}}
        (folder / METRICS).write_text(json.dumps(metrics))
    with pytest.raises(
        UserError, match="expected one evaluation's.*found bami-spc-4fold-mine, cross-dataset-mine"
    ):
        reader(tmp_path, "rkd")


def test_what_is_done_is_not_done_again(killed):
    folders, _ = killed
    root = folders[0].parents[1]
    config = dataclasses.replace(WINDOWS, teacher_training=Training(epochs=12, batch=32))
    lines = []
    job, teacher = list(jobs.plan(config, None, root).items())[1]
    jobs.run_job(job, teacher, lines.append)
    assert len(lines) == 3 and all("up to date" in line for line in lines)


def test_the_spectral_line_runs_the_same_way(tmp_path, capsys):
    plan = jobs.plan(SPECTRA, None, tmp_path)
    taught = list(plan)[1]
    assert [job.variant for job in plan] == ["spectral-teacher", "spectral-4wide-rkd"]
    folders = [jobs.run_job(job, teacher, lambda line: None) for job, teacher in plan.items()]
    evaluate.summarise(tmp_path, folders, SPECTRA)
    printed = plain(capsys.readouterr().out)
    assert all(f"| {job.variant} | simulator | tracked, raw | 2 | 1 |" in printed for job in plan)
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["protocol"] == "simulator-3fold"
    assert written["jobs"] == ["group-1/spectral-teacher-1", "group-1/spectral-4wide-rkd-1"]
    assert plain((tmp_path / "table.md").read_text()).startswith("| variant |")
    for t in trace.load(taught.folder / EVALUATION / TRACES):
        assert len({len(v) for v in vars(t).values() if isinstance(v, np.ndarray)}) == 1
        assert np.isnan(t.tracked[:3]).all() and np.isfinite(t.tracked[3:]).any()
        assert (np.isfinite(t.tracked) == np.isfinite(t.untracked)).all()
        assert not t.valid[~np.isfinite(t.tracked)].any()
        assert np.nanmedian(np.abs(t.tracked - t.tracked_float)) < 10


def test_sizes_are_jobs_too():
    sweep_ = Sweep(folds=("group-1",), relations=("none", "response"), sizes=("2k", "8k"))
    plan = jobs.plan(dataclasses.replace(SPECTRA, sweep=sweep_), None, Path("root"))
    assert sorted(job.variant for job in plan) == [
        "spectral-2k-none",
        "spectral-2k-response",
        "spectral-8k-none",
        "spectral-8k-response",
        "spectral-teacher",
    ]


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({"relations": ["gram"]}, {}, "sweep.relations: expected some of rkd, response, none, found gram"),
        ({"sizes": ["9k"]}, {}, "sweep.sizes: expected some of 2k, 8k, 30k, found 9k"),
        ({"protocol": "cross-dataset"}, {"data": Path("nowhere")}, "nowhere: folder: expected"),
        ({"protocol": "loso"}, {}, "protocol: expected one of bami-spc-4fold, .* found 'loso'"),
        ({"folds": ["group-9"]}, {}, "sweep.folds: expected some of group-1"),
        ({}, {"workers": 0}, "--workers: expected 1 or more, found 0"),
        (
            {},
            {"data": Path("real")},
            "real: expected a data set to read from there, found only simulated people",
        ),
        ({}, {"scheduler": "127.0.0.1:1"}, "--scheduler: expected the address"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_bad_request_is_one_line(changed, options, message, tmp_path, monkeypatch):
    monkeypatch.setattr(sweep, "CONNECT", "1s")
    config = evaluate.repeated(load("spectral-demo"), **changed)
    with pytest.raises(UserError, match=message) as raised:
        evaluate.evaluate(config, options.pop("data", None), tmp_path, **options)
    assert "\n" not in str(raised.value)


def test_an_interval_is_the_bootstraps_that_corrects_bias_and_skew():
    """Skewed values: BCa leans to the long side, where the percentile interval does not."""
    values = np.array([0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5, 0.6, 1.0, 4.0])
    low, high = interval(values)
    draws = np.random.default_rng(1).choice(values, (20_000, len(values))).mean(axis=1)
    below, above = np.percentile(draws, [2.5, 97.5])
    assert low < values.mean() < high
    assert low > below and high > above + 0.1
    assert interval(values) == (low, high)  # the same resamples each time
    normal = np.random.default_rng(2).normal(3.0, 2.0, 400)  # without skew: mean +- 1.96 standard errors
    width = 1.96 * normal.std(ddof=1) / 20
    assert interval(normal) == pytest.approx((normal.mean() - width, normal.mean() + width), abs=0.03)
