# SPDX-License-Identifier: Apache-2.0
"""What measures finished folds prints its rows for a small student, and one line where there is no fold."""

import dataclasses
import json
from pathlib import Path
from types import ModuleType

import pytest
from invoke import Context
from tests.python.small_configs import SPECTRA

from wristpulse.config.settings import Config, Distillation, Sweep
from wristpulse.evaluation import jobs
from wristpulse.experiments import finished_folds, first_fix, no_pulse
from wristpulse.experiments.leds import fusion, rules
from wristpulse.recordings import simulate
from wristpulse.support.errors import UserError
from wristpulse_tools.tasks.experiments import first_fix as first_fix_task
from wristpulse_tools.tasks.experiments import no_pulse as no_pulse_task

ALONE = dataclasses.replace(
    SPECTRA,
    # The second minute is long enough for the stretches without a pulse.
    data=dataclasses.replace(SPECTRA.data, simulated_subjects=3, simulated_minutes=2.0),
    distillation=Distillation("none"),
    sweep=Sweep(folds=("group-1",)),
)


@pytest.fixture(scope="module")
def fold(tmp_path_factory) -> Path:
    """Folder of a finished fold, of simulated people."""
    folder = tmp_path_factory.mktemp("folds")
    ((job, teacher),) = jobs.plan(ALONE, None, folder).items()
    jobs.run_job(job, teacher, lambda line: None)
    return folder


def lines_of(experiment: ModuleType, folder: Path, valid: float, config: Config = ALONE) -> list[str]:
    lines: list[str] = []
    results = finished_folds.read_folds(folder, config, lines.append)
    trials = finished_folds.of_folds(results, None)
    if experiment is fusion:
        fusion.report(trials, valid, lines.append, spoiled=True)
    else:
        experiment.report(finished_folds.with_threshold(trials, valid), lines.append)
    return "\n".join(lines).splitlines()


def test_fusion_prints_a_row_for_every_way_and_a_table_for_every_light(fold):
    lines = lines_of(fusion, fold, valid=0.9)
    rows = [line for line in lines if "| simulator | 1 |" in line]
    assert len(rows) == (1 + len(rules.RULES)) * len(fusion.SPOILED)
    assert len({row for row in rows if "LED 1 alone" in row}) == len(fusion.SPOILED)
    heads = [line for line in lines if line.startswith("The default LED")]
    assert heads == [f"The default LED {kind}:" for kind in fusion.SPOILED]


def test_no_pulse_prints_a_share_for_every_kind(fold):
    shares = [line.split()[-1] for line in lines_of(no_pulse, fold, valid=0.0)[2:]]
    assert shares == ["100.00%"] * (2 * len(no_pulse.KINDS) + 2)
    surer = [line.split()[-1] for line in lines_of(no_pulse, fold, valid=1.0)[2:]]
    assert len(surer) == len(shares) and all(float(share[:-1]) < 5 for share in surer)


def test_first_fix_prints_a_row_for_every_light(fold):
    rows = [line for line in lines_of(first_fix, fold, valid=0.0) if line.startswith("| ")][1:]
    assert {row.split(" | ")[0][2:] for row in rows} == {"pulse", *no_pulse.KINDS}
    assert all(row.count("| 100.00% ") >= first_fix.WINDOWS for row in rows)


def test_a_student_is_tried_on_whole_sets(tmp_path, monkeypatch, capsys):
    """Without --folds: the shipped student and its own threshold."""
    recordings = [simulate(seed, 40.0, losses=False) for seed in (3, 4)]
    monkeypatch.setattr(finished_folds, "iter_dataset", lambda name, data: iter(recordings))
    first_fix_task(Context(), data=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "bami1: 2 recordings, 8 times" and lines[1].startswith("troika: 2 recordings")
    rows = [line.split(" | ") for line in lines if line.startswith("| pulse")]
    assert sum(int(row[2]) for row in rows) == 2 * len(recordings) * (16 - 5)  # each needs five windows more


def test_a_student_beside_folds_and_no_data_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        first_fix_task(Context(), folds=tmp_path, student=tmp_path)
    assert "--student: expected one of --folds and --student, found both" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        no_pulse_task(Context())
    assert "--data: expected the folder of the data sets, found none" in capsys.readouterr().err


@pytest.mark.parametrize("experiment", [first_fix, fusion, no_pulse])
def test_a_folder_without_folds_is_one_line(experiment, tmp_path: Path):
    with pytest.raises(UserError, match="nowhere: expected finished folds"):
        lines_of(experiment, tmp_path / "nowhere", valid=0.9)


def test_a_fold_of_other_people_than_then_is_refused(fold):
    """Whom the job learnt from would be taken for people never seen."""
    [path] = fold.rglob("evaluation/metrics.json")
    metrics = json.loads(path.read_text())
    metrics["subjects"]["test"][0] = "somebody"
    with pytest.raises(
        UserError, match="group-1: test: expected the people that the job had.* somebody missing"
    ):
        jobs.fold_of(metrics, None)
    with pytest.raises(UserError, match="fold: expected one of group-1, group-2, group-3, found S9"):
        jobs.fold_of({**metrics, "fold": "S9"}, None)
