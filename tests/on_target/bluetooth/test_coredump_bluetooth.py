# SPDX-License-Identifier: Apache-2.0
"""A crash on QEMU: a bonded phone reads the coredump after the reset; others are refused."""

import asyncio
import struct
from pathlib import Path

import pytest

from places import BUILD
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.coredump import Places, parse

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble import core  # noqa: E402
from bumble.att import ErrorCode  # noqa: E402
from bumble.link import LocalLink  # noqa: E402

from virtual_radio import Central, finish, running_on_qemu  # noqa: E402

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr, pytest.mark.slow]

SERVICE, COREDUMP = (core.UUID(f"B216002{n}-6C59-4ED9-B0EB-35608D37F861") for n in (1, 2))
ERASE = 0xFFFF
QUIET_S = 2  # until the last event of a connection has arrived: a reset in its midst would split it
UNDEFINED = 36  # K_ERR_ARM_USAGE_UNDEFINED_INSTRUCTION


async def part(phone: Central, offset: int) -> tuple[int, bytes]:
    """Bytes of the whole dump, and some of it from an offset on."""
    characteristic = phone.characteristic(SERVICE, COREDUMP)
    await characteristic.write_value(struct.pack("<H", offset), with_response=True)
    value = await characteristic.read_value()
    return struct.unpack_from("<I", value)[0], value[4:]


async def read(phone: Central) -> bytes:
    """The whole dump; empty: none."""
    size, dump = await part(phone, 0)
    while len(dump) < size:
        dump += (await part(phone, len(dump)))[1]
    return dump


async def crash_and_read(image: Path) -> bytes:
    link = LocalLink()
    phone = Central(link)
    await phone.device.power_on()
    async with running_on_qemu(image, link) as sensor:
        await phone.connect()
        with pytest.raises(core.ProtocolError) as refused:
            await part(phone, 0)
        assert refused.value.error_code == ErrorCode.INSUFFICIENT_AUTHENTICATION
        await phone.pair()
        assert await read(phone) == b""
        await phone.disconnect()
        await asyncio.sleep(QUIET_S)
        await sensor.type("pulse replay crash")
        await sensor.until(lambda line: "coredump of the last crash" in line)
        # The controller was not reset with the processor; by now the host has done so.
        await sensor.until(lambda line: "STALE" in line)
        await phone.connect()
        with pytest.raises(core.ProtocolError):
            await phone.characteristic(SERVICE, COREDUMP).read_value()
        await phone.peer.connection.encrypt()
        dump = await read(phone)
        assert await part(phone, ERASE) == (0, b"")
    return dump


def test_a_bonded_phone_reads_the_crash_and_erases_it(workspace) -> None:
    options = "-DSNIPPET=pulse-shell;pulse-bluetooth;pulse-coredump"
    image = zephyr_workspace.build("mps2_an386", BUILD / "bluetooth-coredump" / "mps2_an386", options)
    dump = parse(finish(crash_and_read(image)))
    assert dump.reason == UNDEFINED
    assert Places.of(image.with_suffix(".elf")).name(dump.registers["pc"]) == "crash"
