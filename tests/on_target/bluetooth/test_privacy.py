# SPDX-License-Identifier: Apache-2.0
"""Options of Bluetooth: addresses that only bonded phones resolve; other phones kept out."""

import asyncio
from pathlib import Path

import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.result import parse
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble import hci, smp  # noqa: E402

from virtual_radio import HUNG_S, Central, Link, Sensor, finish, running  # noqa: E402

pytestmark = pytest.mark.zephyr

PAIRING_S = 60  # CONFIG_PULSE_PAIRING_S
ADDRESS_S = 60  # CONFIG_BT_RPA_TIMEOUT of private.conf
SPEED = 8


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    conf = Path(__file__).with_name("private.conf")
    options = ("-DSNIPPET=pulse-bluetooth", f"-DEXTRA_CONF_FILE={conf}")
    return zephyr_workspace.build("native_sim", BUILD / "bluetooth-private", *options)


@pytest.fixture
def recording(tmp_path) -> Path:
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 240)))
    return tmp_path / "wrist.pulse"


async def until(sensor: Sensor, seconds: float) -> None:
    """Its own clock is past so many seconds."""
    await sensor.until(lambda line: (hop := parse(line)) and hop.time_us > seconds * 1e6)


async def bond(phone: Central) -> bytes:
    """Pair; the identity resolving key that the sensor gave."""
    connection = phone.peer.connection
    keys = asyncio.get_running_loop().create_future()
    connection.once(connection.EVENT_PAIRING, keys.set_result)
    await connection.pair()
    irk = (await asyncio.wait_for(keys, HUNG_S)).irk
    await phone.device.refresh_resolving_list()
    return irk.value


def resolves(irk: bytes, address: hci.Address) -> bool:
    return smp.AddressResolver([(irk, hci.Address("F0:00:00:00:00:01"))]).resolve(address) is not None


async def addresses(image: Path, recording: Path) -> tuple[bytes, list[hci.Address]]:
    """The key, and the addresses seen before pairing, later, and after a restart."""
    link, flash = Link(), recording.with_suffix(".flash")
    phone, stranger = Central(link), Central(link, "F0:F1:F2:F3:F4:F6")
    await phone.device.power_on()
    await stranger.device.power_on()
    async with running(image, link, recording, flash, speed=SPEED) as sensor:
        seen = [await stranger.find()]
        await phone.connect()
        irk = await bond(phone)
        await phone.disconnect()
        await until(sensor, ADDRESS_S + 5)
        seen.append(await stranger.find())
    async with running(image, link, recording, flash, speed=SPEED):
        seen.append(await stranger.find())
    return irk, seen


def test_only_a_bonded_phone_knows_the_device_by_its_changing_addresses(image, recording) -> None:
    irk, seen = finish(addresses(image, recording))
    # After a restart native_sim draws the same random numbers, so that address says nothing new.
    assert str(seen[0]) != str(seen[1])
    for address in seen:
        assert address.is_resolvable
        assert resolves(irk, address)
        assert not resolves(bytes(16), address)


async def kept_out(image: Path, recording: Path) -> None:
    link = Link()
    phone, stranger = Central(link), Central(link, "F0:F1:F2:F3:F4:F6")
    await phone.device.power_on()
    await stranger.device.power_on()
    async with running(image, link, recording, recording.with_suffix(".flash"), speed=SPEED) as sensor:
        await stranger.connect()  # while pairing is open, or how would it pair
        await stranger.disconnect()
        await phone.connect()
        await bond(phone)
        await phone.disconnect()
        await until(sensor, PAIRING_S + 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stranger.connect(), 10)
        assert sensor.controller.ignored > 0
        await phone.connect()
        await phone.peer.connection.encrypt()


def test_once_pairing_is_closed_only_a_bonded_phone_connects(image, recording) -> None:
    finish(kept_out(image, recording))
