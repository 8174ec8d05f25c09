# SPDX-License-Identifier: Apache-2.0
"""What measures finished folds prints its rows for a small student, and one line where there is no fold."""

import dataclasses
import json
from pathlib import Path

import pytest

from small_configs import SPECTRA
from wristpulse.config.load import Distillation, Sweep
from wristpulse.evaluation import jobs
from wristpulse.experiments import first_fix, fusion, no_pulse


@pytest.fixture(scope="module")
def fold(tmp_path_factory) -> list[str]:
    """The options that name a finished fold, of simulated people."""
    folder = tmp_path_factory.mktemp("folds")
    alone = dataclasses.replace(SPECTRA, distillation=Distillation("none"), sweep=Sweep(folds=("group-1",)))
    ((job, teacher),) = jobs.plan(alone, None, folder).items()
    jobs.run(job, teacher, lambda line: None)
    config = folder / "small.toml"
    network = f"width = {alone.spectral.width}\ndilations = {list(alone.spectral.dilations)}\n"
    config.write_text(f'front_end = "spectrum"\n[spectral]\n{network}[distillation]\nrelation = "none"\n')
    return ["--folds", str(folder), "--config", str(config)]


def test_fusion_prints_a_row_for_every_way(fold, capsys):
    fusion.main(fold)
    table = capsys.readouterr().out.split("|\n")
    assert sum("| simulator | 2 |" in row for row in table) == 1 + len(fusion.RULES)


def test_no_pulse_prints_a_share_for_every_kind(fold, capsys):
    no_pulse.main([*fold, "--valid", "0"])
    lines = capsys.readouterr().out.splitlines()
    shares = [line for line in lines if line.endswith("%")]
    assert len(shares) == 2 * len(no_pulse.KINDS) + 2 and "100.00%" in shares[0]


def test_first_fix_prints_a_row_for_every_light(fold, capsys):
    first_fix.main([*fold, "--valid", "0"])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")][1:]
    assert {row.split(" | ")[0][2:] for row in rows} == {"pulse", *no_pulse.KINDS}
    assert all(row.count("| 100.00% ") >= first_fix.WINDOWS for row in rows)


@pytest.mark.parametrize("command", [first_fix, fusion, no_pulse])
def test_a_folder_without_folds_is_one_line(command, tmp_path: Path, capsys):
    with pytest.raises(SystemExit):
        command.main(["--folds", str(tmp_path / "nowhere")])
    assert "expected finished folds" in capsys.readouterr().err


def test_a_fold_of_other_people_than_then_is_refused(fold, capsys):
    """Whom the job learnt from would be taken for people never seen."""
    [path] = Path(fold[1]).rglob("evaluation/metrics.json")
    metrics = json.loads(path.read_text())
    metrics["subjects"]["test"][0] = "somebody"
    with pytest.raises(
        ValueError, match="group-1: test: expected the people that the job had.* somebody missing"
    ):
        jobs.fold_of(metrics, None)
    with pytest.raises(ValueError, match="fold: expected one of group-1, group-2, group-3, found S9"):
        jobs.fold_of({**metrics, "fold": "S9"}, None)
