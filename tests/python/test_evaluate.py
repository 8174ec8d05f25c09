# SPDX-License-Identifier: Apache-2.0
"""A whole protocol, small: people of two data sets, a student small and barely trained."""

import dataclasses
import json

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from training import evaluate  # noqa: E402
from training.config import load  # noqa: E402
from training.folds import PROTOCOLS  # noqa: E402
from training.models.settings import Augmentation, Recipe, Spectral  # noqa: E402
from training.recordings import simulate  # noqa: E402
from training.spectral import examples  # noqa: E402

PEOPLE = [
    dataclasses.replace(simulate(n, 60.0), dataset=dataset, subject=f"S{n}", name=f"{dataset}-{n}")
    for n, dataset in enumerate(("bami1", "bami1", "troika", "troika"))
]
SMALL = dataclasses.replace(
    load("released"),
    spectral=Spectral(width=4, dilations=(1,)),
    augmentation=Augmentation(stretches=()),
    spectral_training=Recipe(steps=20, batch=16),
    calibration_windows=32,
)


@pytest.fixture(scope="module")
def traces() -> list[evaluate.Trace]:
    parts = {r: examples(r, SMALL.augmentation) for r in PEOPLE}
    folds = PROTOCOLS["cross-dataset"].folds(PEOPLE)
    return [t for fold in folds for t in evaluate.run_fold(fold, parts, SMALL, lambda line: None)]


def test_every_person_is_tested_and_every_hop_accounted_for(traces):
    assert sorted(t.person for t in traces) == ["bami1/S0", "bami1/S1", "troika/S2", "troika/S3"]
    for t in traces:
        assert len({len(v) for v in vars(t).values() if isinstance(v, np.ndarray)}) == 1
        assert np.isnan(t.tracked[:3]).all() and np.isfinite(t.tracked[3:]).any()
        assert (np.isfinite(t.tracked) == np.isfinite(t.untracked)).all()
        assert not t.valid[~np.isfinite(t.tracked)].any()
        both = np.isfinite(t.tracked)
        assert np.median(np.abs(t.tracked - t.tracked_float)[both]) < 10


def test_the_report_holds_all_groups_and_can_be_read_again(traces, tmp_path, capsys):
    evaluate.report(traces, SMALL, "cross-dataset", tmp_path)
    (folder,) = tmp_path.iterdir()
    assert sorted(p.name for p in folder.iterdir()) == ["metrics.json", "traces.npz"]
    results = json.loads((folder / "metrics.json").read_text())["results"]
    assert list(results) == ["bami1", "troika", "troika S"]
    assert results["bami1"]["tracked, aligned"]["mae"]["mean"] > 0
    printed = capsys.readouterr().out
    assert "tracked, raw" in printed and "troika S" in printed


def test_a_missing_data_set_ends_in_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        evaluate.main(["--data", str(tmp_path / "nowhere")])
    assert stop.value.code == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "nowhere: folder: expected" in error
