# SPDX-License-Identifier: Apache-2.0
"""Bluetooth's host on an emulated Cortex-M: it serves a phone there too, and its stacks are large enough."""

import asyncio
import re
import struct
from pathlib import Path

import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import qemu, zephyr_workspace

pytest.importorskip("bumble", reason="bumble is not installed")

from bluetooth import Central, Link, started  # noqa: E402
from test_bluetooth import CONFIG, HEALTH, LED_UA, RECORD, VALUES  # noqa: E402

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr, pytest.mark.slow]
STACK = re.compile(r"(\S.*?) *: STACK: unused (\d+) usage (\d+) / (\d+)")
FREE = 0.2  # least share of a stack that nothing has touched


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    files = {kind: Path(__file__).with_name(f"bluetooth_h4.{kind}") for kind in ("overlay", "conf")}
    return zephyr_workspace.build(
        "mps2_an386",
        BUILD / "mps2_an386-bluetooth",
        *("-DSNIPPET=pulse-bluetooth", f"-DEXTRA_DTC_OVERLAY_FILE={files['overlay']}"),
        f"-DEXTRA_CONF_FILE={files['conf']}",
    )


async def use(phone: Central, led_ua: int) -> None:
    """All that a phone does: discover, read, subscribe, pair, write a setting, come back encrypted."""
    await phone.connect()
    await phone.characteristic(HEALTH, RECORD).read_value()
    await phone.subscribe()
    await phone.pair()
    values = phone.characteristic(CONFIG, VALUES)
    await values.write_value(struct.pack("<Bi", LED_UA, led_ua), with_response=True)
    await phone.disconnect()
    await phone.connect()
    await phone.peer.connection.encrypt()
    await phone.subscribe()


async def stacks(image: Path, recording: Path) -> tuple[dict[str, tuple[int, int]], list[Central]]:
    """Bytes used and bytes in all of each stack, after two phones have used all services."""
    link = Link()
    phones = [Central(link, f"F0:F1:F2:F3:F4:E{n}") for n in range(2)]

    def command(port: int) -> list[str]:
        uart = f"tcp:127.0.0.1:{port}"
        machine = zephyr_workspace.MACHINE
        return qemu.command(image, recording, **machine, second_serial=uart, real_time=True)

    async with started(link, command) as sensor:
        for n, phone in enumerate(phones):
            await phone.device.power_on()
            await use(phone, 5000 + 200 * n)
        await sensor.until(lambda line: "state=valid" in line, 120)
        await sensor.until(lambda line: line.startswith("Thread analyze"), 60)
        await sensor.until(lambda line: line.startswith("Thread analyze"), 60)
    found = [STACK.search(line) for line in sensor.lines]
    used = {match[1].strip(): (int(match[3]), int(match[4])) for match in found if match}
    return used, phones


def test_stacks_of_bluetooth_on_a_cortex_m(image, tmp_path, record_property) -> None:
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 240)))
    used, phones = asyncio.run(asyncio.wait_for(stacks(image, tmp_path / "wrist.pulse"), 300))
    print(used)
    for name, (bytes_used, size) in used.items():
        record_property(name, bytes_used)
        if name != "idle":
            assert bytes_used <= (1 - FREE) * size, (name, bytes_used, size)
    assert {"BT RX WQ", "sysworkq", "sampling", "inference"} <= set(used), used
    assert any(phone.notified for phone in phones)
