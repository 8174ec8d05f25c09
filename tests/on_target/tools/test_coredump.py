# SPDX-License-Identifier: Apache-2.0
"""A crash on QEMU: the device resets, stores its coredump in flash, and the tool names where it was."""

import re
import subprocess
from pathlib import Path

import pytest

from places import BUILD
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.coredump import Places, callers, load, parse, report

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]
PROMPT = rb"pulse:~\$ "
UNDEFINED = 36  # K_ERR_ARM_USAGE_UNDEFINED_INSTRUCTION


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    options = "-DSNIPPET=pulse-shell;pulse-coredump"
    return zephyr_workspace.build("mps2_an386", BUILD / "mps2_an386-coredump", options)


@pytest.fixture
def crashed(boot, image):
    """What `pulse coredump` printed after a crash, and a way to ask on."""
    firmware = boot("mps2_an386", image=image)

    def ask(line: str, until: bytes = PROMPT) -> str:
        firmware.emulator.write(f"{line}\r".encode())
        firmware.expect(re.escape(line.encode()))
        return firmware.expect(until).decode().replace("\r", "")

    firmware.expect(PROMPT)
    firmware.expect(b"STALE")  # the emulated sensors are silent: not in the midst of what is typed
    assert "coredump: none" in ask("pulse coredump")
    ask("pulse replay crash", b"coredump of the last crash: [0-9]+ bytes in flash")
    firmware.expect(b"STALE")
    return ask


def test_a_crash_is_read_back_after_the_reset(crashed, image, tmp_path) -> None:
    log = tmp_path / "console.log"
    log.write_text(crashed("pulse coredump", b"#CD:END#"))
    dump = parse(load(log))
    assert dump.reason == UNDEFINED
    places = Places.of(image.with_suffix(".elf"))
    # The thread that crashed is the shell's: its stack has the command and who called it.
    assert places.name(dump.registers["pc"]) == "crash"
    found = [name for _, name in callers(dump, places)]
    assert "shell_thread" in found, found
    assert len(dump.memory) == 2  # its control block and its stack
    text = report(log, image.with_suffix(".elf"))
    assert "reason     36 (undefined instruction)" in text and "shell_replay.c" in text


def test_it_stays_until_it_is_erased(crashed) -> None:
    assert "crashes 1, last" in crashed("pulse status")
    assert "#CD:BEGIN#" in crashed("pulse coredump")
    crashed("pulse coredump erase")
    assert "coredump: none" in crashed("pulse coredump")


def test_zephyrs_own_tools_take_it(crashed, image, tmp_path, workspace) -> None:
    log, out = tmp_path / "console.log", tmp_path / "coredump.bin"
    log.write_text(crashed("pulse coredump", b"#CD:END#"))
    parser = workspace / "scripts" / "coredump" / "coredump_serial_log_parser.py"
    subprocess.run(["python3", parser, log, out], check=True)
    assert out.read_bytes() == load(log)
