# SPDX-License-Identifier: Apache-2.0
"""What a hop costs: instructions, response, deadlines, stacks, charge; and that it does not grow unseen."""

import json
import time
from dataclasses import asdict

import pytest

from places import BUILD
from timing import Timing
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import bare as firmware
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.places import EMBEDDED
from wristpulse_tools.hardware import power
from wristpulse_tools.replay.replay import closing_figures

pytestmark = pytest.mark.qemu
SECONDS = 60
PER_US = 62.5  # instructions: 16 ns each, see MACHINE in firmware/zephyr_workspace.py


def play(boot, kind, image, tmp_path) -> dict[str, float]:
    """Figures of the closing line over a simulated minute, and the speed on this machine."""
    write_replay(tmp_path / "recording.pulse", to_counts(simulate(1, SECONDS)))
    start = time.monotonic()
    status, lines = boot(kind, tmp_path / "recording.pulse", image=image).run()
    assert status == 0, lines[-1:]
    return closing_figures(lines) | {"times_real_time": round(SECONDS / (time.monotonic() - start), 1)}


def test_bare_metal(boot, timing, tmp_path, record_property) -> None:
    """Instructions of a hop alone: alignment, then all from the hop to its result."""
    figures = play(boot, "bare", firmware.build_bare(EMBEDDED, BUILD / "shipped" / "bare"), tmp_path)
    timing.add("bare", figures, record_property)
    instructions = figures["instr_align"] + figures["instr_per_hop"]
    charges = [asdict(charge) for charge in power.estimate(instructions)]
    timing.add("bare", {"sample_to_result_instr": instructions, "energy": charges}, record_property)
    budgeted = ("instr_align", "instr_per_hop", "instr_model", "sample_to_result_instr", "stack")
    assert not timing.judge("bare", budgeted)


@pytest.mark.zephyr
def test_zephyr(boot, workspace, timing, tmp_path, record_property) -> None:
    """From the interrupt of the batch that completes a hop to its result on the channel."""
    image = zephyr_workspace.build("mps2_an386", BUILD / "shipped" / "mps2_an386")
    figures = play(boot, "mps2_an386", image, tmp_path)
    figures["sample_to_result_instr"] = round(figures["latency_us"] * PER_US)
    timing.add("mps2_an386", figures, record_property)
    assert figures["misses"] == figures["shed"] == 0
    stacks = ("stack_sampling", "stack_inference", "stack_work")
    assert not timing.judge("mps2_an386", ("worst_us", "sample_to_result_instr", *stacks))


@pytest.mark.hardware
@pytest.mark.zephyr
def test_board(boot, board, workspace, timing, tmp_path, record_property) -> None:
    """A real chip's own clock: no budget, as another board is another figure."""
    if board is None:
        pytest.skip("no --board")
    folder = BUILD / "shipped" / f"{board.name}-serial"
    image = zephyr_workspace.build(board.board, folder, "-DSNIPPET=pulse-replay-serial")
    figures = play(boot, board.name, image, tmp_path)
    timing.add(board.name, figures, record_property)
    assert figures["misses"] == figures["shed"] == 0


@pytest.mark.hardware
@pytest.mark.zephyr
def test_charge_of_a_hop(boot, board, workspace, timing, record_property) -> None:
    """The product's image with its sensors, ten hops long."""
    if board is None or board.power_profiler is None:
        pytest.skip("no --board with a power_profiler")
    boot(board.name, image=zephyr_workspace.build(board.board, BUILD / "shipped" / board.name))
    time.sleep(10)  # the first window
    charge = power.measure(board, 20)
    timing.add(board.name, {"energy": [asdict(charge)]}, record_property)
    assert charge.microcoulombs_per_hop[0] > 0


def test_a_figure_that_grew_is_named(tmp_path) -> None:
    budgets = tmp_path / "budgets.json"
    budgets.write_text(json.dumps({"bare": {"stack": 1000}}))
    timing = Timing(accept=False, budgets=budgets)
    timing.add("bare", {"stack": 1021, "new": 1}, lambda name, value: None)
    found = timing.judge("bare", ("stack", "new"))
    assert found == [
        "bare: stack: expected at most 1000 + 2 %, found 1021",
        "bare: new: expected at most a budget + 2 %, found 1",
    ]
    accepting = Timing(accept=True, budgets=budgets)
    accepting.add("bare", {"stack": 1020}, lambda name, value: None)
    assert not accepting.judge("bare", ("stack",))
    assert json.loads(budgets.read_text()) == {"bare": {"stack": 1020}}
