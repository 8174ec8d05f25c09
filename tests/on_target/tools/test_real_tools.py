# SPDX-License-Identifier: Apache-2.0
"""The real `west` and the real `pyocd`, as far as they go without a probe, and what ours says then.

pyOCD takes `remote:HOST:PORT` for a probe on another machine without asking whether it is there: with it,
pyOCD comes to the target's name, and with a known one to the connection.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from places import BUILD, ROOT
from wristpulse.support.command import attempt
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.hardware import probe
from wristpulse_tools.hardware.boards import Board, HardwareError

pytestmark = pytest.mark.skipif(
    not shutil.which("pyocd") or not shutil.which("west"), reason="needs west and pyocd in PATH"
)
NOBODY = "remote:127.0.0.1:9"  # the discard port: refused
AT_ONCE_S = 60  # pyOCD takes seconds to start; it would wait for a probe without end


def board(kind: str = "nrf52840dk", uid: str = "000683012345") -> Board:
    return Board("desk", kind, uid, "/dev/null")


def refusal(call, *arguments) -> str:
    """The message of a call that a real tool refuses, at once."""
    start = time.monotonic()
    with pytest.raises(HardwareError) as error:
        call(*arguments)
    assert time.monotonic() - start < AT_ONCE_S
    return str(error.value)


@pytest.fixture(autouse=True)
def without_nrfjprog(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "nrfjprog").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))


@pytest.mark.parametrize(("call", "what"), [(probe.reset, "reset"), (probe.recover, "erase")])
def test_a_missing_probe_is_noticed_at_once(call, what) -> None:
    said = refusal(call, board())
    assert said.startswith(f"desk: pyocd {what}: expected success, found status 1; probe 000683012345 is not")
    assert "No connected debug probe matches unique ID '000683012345'" in said
    assert "hardware.recover" not in said


@pytest.mark.parametrize("call", [probe.reset, probe.recover])
def test_a_target_that_pyocd_does_not_know_names_its_pack(call) -> None:
    said = refusal(call, board("nucleo_wb55rg", NOBODY))
    assert "run `pyocd pack install stm32wb55rgvx` once" in said
    assert "Target type stm32wb55rgvx not recognized" in said and "hardware.recover" not in said


def test_a_probe_that_cannot_be_reached_is_told_in_pyocds_words() -> None:
    said = refusal(probe.reset, board(uid=NOBODY))
    assert "the tool's own words follow" in said and "Connection refused" in said


def test_pyocd_takes_every_option_that_ours_gives_it() -> None:
    for command in ("reset", "erase", "flash"):
        known = attempt(["pyocd", command, "--help"]).output
        assert all(option in known for option in ("--no-wait", "--uid", "--target", "-O OPTION=VALUE"))
    assert "--mass" in attempt(["pyocd", "erase", "--help"]).output


def test_the_nordic_targets_are_pyocds_own() -> None:
    assert "nrf52840 " in attempt(["pyocd", "list", "--targets"]).output


@pytest.mark.zephyr
def test_west_without_a_build_says_so(tmp_path) -> None:
    said = refusal(probe.flash, board(), tmp_path)
    assert "desk: west flash: expected success, found status 1; there is no image to flash" in said
    assert "no CMake cache found" in said


@pytest.fixture(scope="module")
def built(model_dir) -> Path:
    folder = BUILD / "nrf52840dk-serial"
    zephyr_workspace.build(
        "nrf52840dk", folder, f"-DPULSE_MODEL_DIR={model_dir}", "-DSNIPPET=pulse-replay-serial"
    )
    return folder


@pytest.mark.zephyr
def test_west_flash_runs_pyocd_up_to_the_probe(built) -> None:
    said = refusal(probe.flash, board(), built)
    assert "desk: west flash: expected success, found status 1; probe 000683012345 is not there" in said
    assert "pyocd flash -e sector -t nrf52840 -u 000683012345" in said
    assert "No connected debug probe matches unique ID" in said


@pytest.mark.zephyr
def test_a_test_on_a_board_without_its_probe_fails_with_the_remedy(built, tmp_path) -> None:
    """`invoke test --board` with the real tools: the first test that flashes says what is missing."""
    import pty

    device, port = pty.openpty()
    (tmp_path / "hardware.toml").write_text(
        f'[probeless]\nboard = "nrf52840dk"\nprobe = "0001"\nserial = "{os.ttyname(port)}"\n'
    )
    command = [sys.executable, "-m", "wristpulse_tools.tasks", "test", "--board", "probeless", "--select"]
    done = subprocess.run(
        [*command, "test_replay and every_estimate and 1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PULSE_HARDWARE": str(tmp_path / "hardware.toml")},
    )
    os.close(device)
    os.close(port)
    assert done.returncode == 1
    assert "probeless: west flash: expected success, found status 1; probe 0001 is not there" in done.stdout
