# SPDX-License-Identifier: Apache-2.0
"""The shell's commands on QEMU: what they say before, during and after a replay."""

import re
from collections.abc import Callable

import pytest

from emulator import Firmware
from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.result import parse
from wristpulse.core.sensor import to_counts
from wristpulse.core.smooth import smooth
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.replay.replay import LATE

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr, pytest.mark.slow]
PROMPT = rb"pulse:~\$ "


@pytest.fixture(scope="module")
def image(workspace, model_dir):
    folder = BUILD / "mps2_an386-pulse-shell"
    return zephyr_workspace.build(
        "mps2_an386", folder, "-DSNIPPET=pulse-shell", f"-DPULSE_MODEL_DIR={model_dir}"
    )


@pytest.fixture
def ask(boot, image):
    """Send a command line; what came up to the next prompt."""
    return asked(boot("mps2_an386", image=image))


def asked(firmware: Firmware) -> Callable[..., str]:
    """As the fixture `ask`, of any image with the shell."""
    firmware.expect(PROMPT)
    firmware.expect(b"STALE")  # the emulated sensors are silent: not in the midst of what is typed

    def ask(line: str, until: bytes = PROMPT) -> str:
        firmware.emulator.write(f"{line}\r".encode())
        firmware.expect(re.escape(line[:40].encode()))  # the shell wraps its echo
        return firmware.expect(until).decode().replace("\r", "")

    return ask


def numbers(said: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"^(\w+) (-?\d+)", said, re.M)}


def test_settings_are_shown_set_and_refused(ask) -> None:
    assert "origin: defaults; refused since boot: 0" in ask("pulse config")
    ask("pulse config set led_ua 5000")
    assert "led_ua: expected 200 to 51000, found 51001" in ask("pulse config set led_ua 51001")
    assert "found 99999999999" in ask("pulse config set led_ua 99999999999")
    assert "none: expected a name" in ask("pulse config set none 1")
    shown = ask("pulse config show")
    assert numbers(shown)["led_ua"] == 5000 and "origin: stored" in shown
    ask("pulse config reset")
    assert numbers(ask("pulse config"))["led_ua"] == 10000


def test_a_replay_is_started_and_counted(ask, tmp_path) -> None:
    stream = to_counts(simulate(5, 40))
    write_replay(tmp_path / "wrist.pulse", stream)
    assert "hop none yet" in ask("pulse status")
    assert "replay: none so far" in ask("pulse replay")
    assert "ERROR" in ask(f"pulse replay start {tmp_path}/none.pulse", rb"ERROR [^\n]*\n")
    assert "replay: failed" in ask("pulse replay")
    said = ask(f"pulse replay start {tmp_path}/wrist.pulse", rb"END [^\n]*\n")
    hops = said.count("HOP ")
    assert hops >= 18 and f"END hops={hops} " in said
    assert "replay: ended" in ask("pulse replay")
    stats = numbers(ask("pulse stats"))
    assert stats["ppg_samples"] == len(stream.ppg) and stats["acc_samples"] == len(stream.acc)
    assert stats["hops"] == hops and stats["hops_shed"] == stats["deadline_misses"] == 0
    status = ask("pulse status")
    assert f"hop {hops - 1}, " in status and "sensor PPG: silent" in status
    assert re.search(r"stack inference: \d+ of 2560 B", status) and "policy off" in status


def test_smoothed_results_come_beside_the_shell(boot, workspace, model_dir, reference, tmp_path) -> None:
    options = ("-DSNIPPET=pulse-shell", "-DCONFIG_PULSE_SMOOTH_HOPS=2", f"-DPULSE_MODEL_DIR={model_dir}")
    image = zephyr_workspace.build("mps2_an386", BUILD / "mps2_an386-shell-lag-2", *options)
    ask = asked(boot("mps2_an386", image=image))
    stream = to_counts(simulate(5, 40))
    write_replay(tmp_path / "wrist.pulse", stream)
    said = ask(f"pulse replay start {tmp_path}/wrist.pulse", rb"END [^\n]*\n")
    lines = said.replace(PROMPT.decode().replace("\\", ""), "").splitlines()
    expected = reference.full_run(stream)
    assert [hop for hop in map(parse, lines) if hop] == expected.results
    late = [parse(line.removeprefix(LATE)) for line in lines if line.startswith(LATE)]
    assert late == smooth(expected, reference.tables, 2)
    assert f"hop {len(late) - 1}, " in ask("pulse status")
    assert re.search(r"stack inference: \d+ of 2560 B", ask("pulse status"))
