# SPDX-License-Identifier: Apache-2.0
"""The way to a real board, against a bench of fakes: what --board runs, flashes, resets and says."""

import os
import re
import subprocess
import sys

import pytest

from bench_of_fakes import Bench
from places import ROOT
from wristpulse_tools.hardware import probe
from wristpulse_tools.hardware.boards import HardwareError, load_board

GOOD = '[desk]\nboard = "nrf52840dk"\nprobe = "0001"\nserial = "/dev/null"\n'


@pytest.fixture
def bench(tmp_path, monkeypatch):
    bench = Bench(tmp_path / "bench")
    for name, value in bench.environment.items():
        monkeypatch.setenv(name, value)
    yield bench
    bench.close()


def run_pytest(*words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pytest", "-q", "tests/on_target", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, env=os.environ)


@pytest.mark.qemu
@pytest.mark.zephyr
def test_the_suite_runs_on_a_board(bench) -> None:
    chosen = "test_replay and (every_estimate and 1 or twice or damaged) or test_board"
    done = run_pytest("--board", "desk", "-k", chosen, "--durations=0")
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"4 passed, \d+ deselected", done.stdout)
    # An image is flashed once; its further boots are resets. The last one is another image.
    verbs = [command.split()[:2] for command in bench.commands]
    assert verbs == [["west", "flash"], *[["pyocd", "reset"]] * 3, ["west", "flash"]]
    flags = "--runner pyocd --dev-id 0001 --tool-opt=--no-wait --tool-opt=-Oauto_unlock=false"
    assert bench.commands[0].endswith(flags)


RECOVER = "run `invoke hardware.recover --board desk`, which erases it"


@pytest.mark.zephyr
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("No connected debug probe matches unique ID '0001'", "probe 0001 is not there: check its cable"),
        ("W NRF52840 APPROTECT enabled: not automatically unlocking", f"the chip is locked: {RECOVER}"),
        ("something else", "found status 1; the tool's own words follow"),
    ],
)
def test_a_probe_that_refuses_names_the_remedy(bench, tmp_path, words, expected) -> None:
    bench.refuse(words)
    with pytest.raises(HardwareError) as error:
        probe.flash(load_board("desk"), tmp_path)
    assert expected in str(error.value) and words in str(error.value)
    # Nobody is told to erase a chip that is not locked.
    assert (RECOVER in str(error.value)) == ("APPROTECT" in words)


@pytest.mark.parametrize(
    ("board", "command"),
    [
        ("nrf52840dk", "nrfjprog --recover --snr 1"),
        ("nucleo_wb55rg", "pyocd erase --mass --uid 0001 --target stm32wb55rgvx --no-wait"),
    ],
)
def test_recover_opens_the_chip(bench, board, command) -> None:
    (bench.folder / "hardware.toml").write_text(GOOD.replace("nrf52840dk", board))
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "hardware.recover", "--board", "desk"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert bench.commands == [command]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[other]\n", r"expected a table \[desk\], found other"),
        (GOOD.replace('"0001"', "1"), r"\[desk\] probe: expected a text, found 1"),
        (GOOD.replace("probe", "prob"), r"\[desk\] probe: expected a text, found nothing"),
        (GOOD + 'led = "x"\n', r"\[desk\] led: expected one of board, power_profiler, probe, serial"),
        ("[desk", "expected boards in TOML, found "),
    ],
)
def test_a_bad_description_is_one_clear_error(tmp_path, text, expected) -> None:
    path = tmp_path / "hardware.toml"
    path.write_text(text)
    with pytest.raises(HardwareError, match=f"{path}: {expected}"):
        load_board("desk", path)


def test_the_boards_of_the_repository_read_well() -> None:
    for name in ("nrf52840dk", "nucleo_wb55rg"):
        assert load_board(name, ROOT / "boards" / "hardware.toml").board == name


def test_an_unknown_board_ends_pytest_with_its_name() -> None:
    done = run_pytest("--board", "none")
    assert done.returncode == 4
    assert "expected a table [none], found nrf52840dk, nucleo_wb55rg" in done.stderr
