# SPDX-License-Identifier: Apache-2.0
"""The paper's protocols end to end, from files of the published formats to a table: configuration `paper`."""

import dataclasses
import json

import pytest

pytest.importorskip("tensorflow")

from tests.python.recordings.written.published_files import dalia, wesad, write_pickle  # noqa: E402

from wristpulse.config.load import load  # noqa: E402
from wristpulse.config.networks import PaperStudent, PaperTeacher  # noqa: E402
from wristpulse.config.settings import Training  # noqa: E402
from wristpulse.evaluation import jobs  # noqa: E402
from wristpulse.evaluation.evaluate import repeated  # noqa: E402
from wristpulse.evaluation.results import by_other_folds, read_results  # noqa: E402
from wristpulse.evaluation.table import table  # noqa: E402

SMALL = dataclasses.replace(
    load("paper"),
    teacher=PaperTeacher(widths=(4, 4, 4), depth=1),
    student=PaperStudent(widths=(4, 4, 4), depth=1),
    teacher_training=Training(epochs=1, batch=32),
    student_training=Training(epochs=1, batch=32),
    calibration_windows=8,
)


@pytest.mark.parametrize(
    ("protocol", "folder", "content", "people", "validate"),
    [
        ("dalia-4group", "PPG_FieldStudy", dalia, ["S1", "S2", "S3", "S4", "S5"], ["S2", "S3", "S4"]),
        ("wesad-loso", "WESAD", wesad, ["S2", "S3", "S4"], ["S3"]),
    ],
)
def test_a_fold_of_the_papers_protocol(tmp_path, protocol, folder, content, people, validate):
    for subject in people:
        write_pickle(tmp_path / folder / subject / f"{subject}.pkl", content(40.0, subject=subject))
    config = repeated(SMALL, protocol=protocol, folds=people[:1])
    plan = jobs.plan(config, tmp_path, tmp_path / "out")
    assert [job.variant for job in plan] == ["teacher", "none", "rkd"]
    done = [jobs.run_job(job, teacher, lambda line: None) for job, teacher in plan.items()]
    subjects = json.loads((done[-1] / "evaluation" / "metrics.json").read_text())["subjects"]
    assert subjects["test"] == people[:1]
    assert sorted(subjects["validation"]) == validate
    assert sorted(subjects["train"]) == sorted({*people[1:]} - {*validate})
    rows = table(by_other_folds(read_results(done)))
    assert {"teacher", "none", "rkd"} <= set(rows["variant"])
    assert rows[rows["estimate"] == "clamped, raw"]["mae"].notna().all()
