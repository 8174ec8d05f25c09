# SPDX-License-Identifier: Apache-2.0
"""How much of their stacks the threads of Zephyr's Bluetooth host need on a Cortex-M."""

import re
from pathlib import Path

import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble.link import LocalLink  # noqa: E402

from test_bluetooth import HEALTH, LED_UA, RECORD, pair_and_write, valid_bpm, write  # noqa: E402
from virtual_radio import Central, finish, running_on_qemu  # noqa: E402

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr, pytest.mark.slow]

SPARE = 5 / 6  # at most so much of a stack is used
STACK = re.compile(r"^ *(\S.*?) *: STACK: unused \d+ usage (\d+) / (\d+) ", re.M)
OF_BLUETOOTH = {"bt_rx_thread", "BT RX WQ", "BT LW WQ"}


async def all_that_a_phone_does(image: Path, recording: Path) -> tuple[Central, list[str]]:
    """Connect, pair, write settings, read the health record, and listen to the end of the recording."""
    link = LocalLink()
    phone = Central(link)
    await phone.device.power_on()
    async with running_on_qemu(image, link, recording) as sensor:
        await phone.connect()
        await pair_and_write(phone)
        await phone.subscribe()
        assert len(await phone.characteristic(HEALTH, RECORD).read_value()) == 44
        await phone.disconnect()
        await phone.connect()
        await phone.peer.connection.encrypt()
        await write(phone, LED_UA, 6000)
        await phone.subscribe()
        await sensor.until(lambda line: line.startswith("END "))
    return phone, sensor.lines


def test_a_sixth_of_each_stack_is_left(workspace, tmp_path) -> None:
    options = ("-DSNIPPET=pulse-bluetooth", "-DCONFIG_THREAD_ANALYZER=y")
    image = zephyr_workspace.build("mps2_an386", BUILD / "bluetooth" / "mps2_an386", *options)
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 40)))
    phone, lines = finish(all_that_a_phone_does(image, tmp_path / "wrist.pulse"))
    stacks = {name: (int(used), int(size)) for name, used, size in STACK.findall("\n".join(lines))}
    print(*(f"{name}: {used} of {size} B" for name, (used, size) in sorted(stacks.items())), sep="\n")
    assert stacks.keys() >= OF_BLUETOOTH | {"sysworkq", "main"}
    short = {name: found for name, found in stacks.items() if found[0] > found[1] * SPARE}
    assert not short
    # What was measured did its work: notifications came, each with a valid hop's rate.
    rates = [value[1] for value in phone.notified]
    assert rates and set(rates) <= set(valid_bpm(lines))
