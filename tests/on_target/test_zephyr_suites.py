# SPDX-License-Identifier: Apache-2.0
"""The ztest suites of tests/zephyr, on QEMU's Cortex-M4F and on the host."""

import re

import pytest

from places import BUILD, ROOT
from wristpulse_tools.firmware import zephyr_workspace

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]
SUITES = sorted(path.parent.name for path in (ROOT / "tests" / "zephyr").glob("*/testcase.yaml"))


# Minutes of a busy processor, every instruction of which QEMU carries out: at a quarter of the usual speed.
LONG = ("schedule", "mps2_an386")
CASES = [
    pytest.param(suite, board, marks=[pytest.mark.slow] if board == "mps2_an386" else [])
    for suite in SUITES
    for board in ("native_sim", "mps2_an386")
]
ON_BOARDS = ("estimator",)  # the others count the emulated chips' time in microseconds, a real timer does not


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.config.getoption("--board", None)
    cases = [(suite, name) for suite in ON_BOARDS] if name else CASES
    metafunc.parametrize(("suite", "machine"), cases)


@pytest.mark.hardware
def test_suite(suite, machine, workspace, boot, board) -> None:
    folder = BUILD / "suites" / suite / machine
    target = board.board if board else machine
    strict = "-DCONFIG_COMPILER_WARNINGS_AS_ERRORS=y"  # as twister has it
    image = zephyr_workspace.build(target, folder, strict, source=ROOT / "tests" / "zephyr" / suite)
    firmware = boot(machine, image=image, **({"shift": 6} if (suite, machine) == LONG else {}))
    said = firmware.expect(rb"PROJECT EXECUTION (SUCCESSFUL|FAILED)", timeout=400).decode(errors="replace")
    assert said.endswith("SUCCESSFUL"), said[-3000:]
    counts = re.findall(r"^SUITE PASS .*: pass = (\d+), fail = 0, skip = 0, total = (\d+)", said, re.M)
    assert counts and all(passed == total for passed, total in counts)
