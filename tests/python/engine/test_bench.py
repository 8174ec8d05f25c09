# SPDX-License-Identifier: Apache-2.0
"""The counting: exact, the same twice, within budget."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from wristpulse.student import card
from wristpulse.support.errors import UserError
from wristpulse_tools.bench import run
from wristpulse_tools.bench.budget import BUDGETS, overruns
from wristpulse_tools.bench.elsewhere import on_host, on_zephyr
from wristpulse_tools.bench.estimate import estimates
from wristpulse_tools.bench.hop import measure_hop
from wristpulse_tools.bench.measure import BenchError, Measurement, measure
from wristpulse_tools.bench.run import BudgetError, Choice, bench

SHIPPED = card.SHIPPED / card.MODEL

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"),
        reason="needs arm-none-eabi-gcc and qemu-system-arm",
    ),
]


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Measurement:
    return measure(SHIPPED, tmp_path_factory.mktemp("bench"))


def test_the_same_twice(student: Measurement, tmp_path: Path) -> None:
    assert measure(SHIPPED, tmp_path) == student


def test_layers_add_up(student: Measurement) -> None:
    total = sum(layer.instructions for layer in student.layers)
    assert abs(total - student.instructions) < 20 * len(student.layers)  # reading the counter is counted too
    assert sum(layer.macs for layer in student.layers) == student.macs


def test_targets(student: Measurement) -> None:
    flash = student.flash
    assert student.per_mac <= 1.2
    assert flash.code <= 10_000
    assert student.arena <= 1.2 * student.live
    assert student.stack <= 512
    assert flash.quantisation + flash.tables <= 0.2 * flash.weights


def test_budget(student: Measurement) -> None:
    assert student.model in json.loads(BUDGETS.read_text())
    assert overruns(student) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dilated", "grouped", "spectral"])
def test_budgets_of_stand_ins(name: str, stand_in, tmp_path: Path) -> None:  # noqa: ANN001
    assert name in json.loads(BUDGETS.read_text())
    assert overruns(measure(stand_in(name), tmp_path)) == []


def test_overrun_is_told(student: Measurement, tmp_path: Path) -> None:
    budgets = tmp_path / "budgets.json"
    budgets.write_text(json.dumps({"student": {"instructions": int(student.instructions / 1.03)}}))
    assert overruns(student, budgets)[0].startswith("student: instructions: expected at most")


def test_hop(student: Measurement, tmp_path: Path) -> None:
    hop = measure_hop(SHIPPED, tmp_path / "once")
    assert hop == measure_hop(SHIPPED, tmp_path / "again")
    parts = hop.window + hop.front_end + hop.network + hop.tracker
    assert hop.estimator == pytest.approx(parts, rel=0.01)  # and contact, gaps, states
    assert hop.alignment[25] < hop.alignment[50] < hop.alignment[100]
    assert hop.by_leds[1] == (hop.parts()["whole hop"], hop.memory)
    for leds in (2, 3):  # motion is shared
        assert hop.by_leds[leds - 1][0] < hop.by_leds[leds][0] < leds * hop.by_leds[1][0]
    assert hop.network == pytest.approx(student.instructions, rel=0.03)  # its input lies in its arena
    assert "student, hop" in json.loads(BUDGETS.read_text())
    assert overruns(hop) == []


def test_no_hop_without_a_card(tmp_path: Path) -> None:
    alone = tmp_path / "student.tflite"
    alone.write_bytes(SHIPPED.read_bytes())
    assert measure_hop(alone, tmp_path) is None


@pytest.mark.skipif(not shutil.which("valgrind"), reason="needs valgrind, to count on the host")
def test_host_counts_the_same_twice(tmp_path: Path) -> None:
    once = on_host(SHIPPED, tmp_path / "once")
    assert once.unit == "instructions"
    assert once == on_host(SHIPPED, tmp_path / "again")


@pytest.mark.zephyr
def test_zephyr_counts_the_same_twice(student: Measurement) -> None:
    once = on_zephyr(SHIPPED)
    assert once == on_zephyr(SHIPPED)
    assert once == pytest.approx(student.instructions, rel=0.02)


def test_checkout_that_is_none(tmp_path: Path) -> None:
    expected = f"{tmp_path}: expected a checkout of TFLite Micro with tensorflow/lite/micro/"
    with pytest.raises(BenchError, match=expected):
        bench([SHIPPED], Choice(quick=True, tflm=tmp_path))


def test_estimates_grow_with_the_count() -> None:
    once, twice = estimates(1_000_000)[0], estimates(2_000_000)[0]
    assert twice.milliseconds[0] == pytest.approx(2 * once.milliseconds[0])
    assert once.millijoules[0] < once.millijoules[1]


def test_tables_and_figures(tmp_path: Path) -> None:
    console = Console(record=True, width=160, file=open(os.devnull, "w"))
    bench([SHIPPED], Choice(quick=True, layers=True), tmp_path / "figures.json", console)
    printed = console.export_text()
    assert "instr/MAC" in printed and "(estimate)" in printed
    assert json.loads((tmp_path / "figures.json").read_text())["engine"][0]["layers"]


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(SHIPPED.read_bytes()[:300])
    with pytest.raises(UserError, match=str(broken)):
        bench([broken], Choice(quick=True))


def test_what_exceeds_its_budget_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "overruns", lambda measured: ["student: stack: expected at most 1, found 2"])
    with pytest.raises(BudgetError, match="over budget: student: stack: expected at most 1, found 2"):
        bench([SHIPPED], Choice(quick=True), console=Console(file=open(os.devnull, "w")))
