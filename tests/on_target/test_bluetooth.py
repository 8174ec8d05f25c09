# SPDX-License-Identifier: Apache-2.0
"""The Heart Rate Service end to end without a radio: native_sim's host, a virtual controller and central."""

import asyncio
import socket
from pathlib import Path

import pytest
from places import BUILD

from python_tools import zephyr_workspace
from training.recordings import simulate
from training.sensor import SensorStream, to_counts, write_replay

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble import core, hci  # noqa: E402
from bumble.controller import Controller  # noqa: E402
from bumble.device import Device, Peer  # noqa: E402
from bumble.host import Host  # noqa: E402
from bumble.link import LocalLink  # noqa: E402
from bumble.transport import open_transport  # noqa: E402
from bumble.transport.common import AsyncPipeSink  # noqa: E402

pytestmark = pytest.mark.zephyr

SPEED = 4  # simulated seconds a second
CONTACT_US = 0x06  # flags: 8-bit rate, contact supported and detected, no RR intervals
HEART_RATE, MEASUREMENT, LOCATION = (core.UUID.from_16_bits(n) for n in (0x180D, 0x2A37, 0x2A38))
DEVICE_INFORMATION, MODEL = (core.UUID.from_16_bits(n) for n in (0x180A, 0x2A24))


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    return zephyr_workspace.build("native_sim", BUILD / "bluetooth", "-DSNIPPET=pulse-bluetooth")


@pytest.fixture
def recording(tmp_path) -> Path:
    """A minute at rest; from 24 to 40 s the sensor lies in the dark."""
    stream = to_counts(simulate(1, 60))
    dark = (stream.t_ppg_us >= 24_000_000) & (stream.t_ppg_us < 40_000_000)
    ppg = stream.ppg.copy()
    ppg[dark] = 0
    write_replay(tmp_path / "wrist.pulse", SensorStream(ppg, stream.t_ppg_us, stream.acc, stream.t_acc_us))
    return tmp_path / "wrist.pulse"


class Central:
    """A phone: finds the sensor, subscribes, keeps what it is told."""

    def __init__(self, link: LocalLink) -> None:
        controller = Controller("central", link=link)
        host = Host(controller, AsyncPipeSink(controller))
        self.device = Device(address=hci.Address("F0:F1:F2:F3:F4:F5"), host=host)
        self.notified: list[bytes] = []
        self.peer: Peer | None = None

    async def find(self) -> hci.Address:
        """Address of who advertises the Heart Rate Service under the product's name."""
        found = asyncio.get_running_loop().create_future()

        def on_advertisement(advertisement) -> None:
            services = advertisement.data.get(
                core.AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
            )
            name = advertisement.data.get(core.AdvertisingData.Type.COMPLETE_LOCAL_NAME)
            if name == "Pulse" and HEART_RATE in (services or []) and not found.done():
                found.set_result(advertisement.address)

        self.device.on("advertisement", on_advertisement)
        await self.device.start_scanning()
        address = await asyncio.wait_for(found, 20)
        await self.device.stop_scanning()
        self.device.remove_listener("advertisement", on_advertisement)
        return address

    async def connect(self) -> None:
        self.peer = Peer(await self.device.connect(await self.find()))
        await self.peer.discover_all()

    def characteristic(self, service: core.UUID, uuid: core.UUID):
        [proxy] = self.peer.get_characteristics_by_uuid(uuid, self.peer.get_services_by_uuid(service)[0])
        return proxy

    async def subscribe(self) -> None:
        measurement = self.characteristic(HEART_RATE, MEASUREMENT)
        await measurement.subscribe(lambda value: self.notified.append(bytes(value)))


def valid_bpm(lines: list[str]) -> list[int]:
    fields = [dict(word.split("=") for word in line.split()[2:]) for line in lines if line.startswith("HOP ")]
    return [int(hop["bpm_q8"]) + 128 >> 8 for hop in fields if hop["state"] == "valid"]


async def session(image: Path, recording: Path) -> tuple[Central, list[str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    link = LocalLink()
    async with await open_transport(f"tcp-server:127.0.0.1:{port}") as hci_socket:
        # Without a public address of its own: the host takes a random one, by which the link finds it.
        Controller("sensor", hci_socket.source, hci_socket.sink, link=link)
        firmware = await asyncio.create_subprocess_exec(
            *(image, f"--bt-dev=127.0.0.1:{port}", "--rt", f"--rt-ratio={SPEED}", f"--replay={recording}"),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            central = Central(link)
            await central.device.power_on()
            await central.connect()
            lines = await asyncio.wait_for(play(central, firmware), 60)
            await asyncio.wait_for(firmware.wait(), 10)  # its last line comes before its end
        finally:
            if firmware.returncode is None:
                firmware.kill()
            await firmware.wait()
    assert firmware.returncode == 0, lines[-1:]
    return central, lines


async def play(central: Central, firmware: asyncio.subprocess.Process) -> list[str]:
    """Subscribe; in the dark, go away and come back. Lines up to the end of the recording."""
    assert await central.characteristic(HEART_RATE, LOCATION).read_value() == b"\x02"  # wrist
    assert await central.characteristic(DEVICE_INFORMATION, MODEL).read_value() == b"pulse-on-a-wrist"
    with pytest.raises(core.ProtocolError):
        await central.characteristic(HEART_RATE, MEASUREMENT).write_value(b"\x06\x40", with_response=True)
    await central.subscribe()
    lines: list[str] = []
    away = False
    while line := (await firmware.stdout.readline()).decode().strip():
        lines.append(line)
        if "state=no-contact" in line and not away:
            away = True
            await central.peer.connection.disconnect()
            await central.connect()
            await central.subscribe()
        if line.startswith("END "):
            break
    assert away
    return lines


def test_only_valid_heart_rates_are_notified(image, recording) -> None:
    central, lines = asyncio.run(session(image, recording))
    expected = valid_bpm(lines)
    assert len(expected) >= 10
    assert [value[0] for value in central.notified] == [CONTACT_US] * len(expected)
    assert [value[1] for value in central.notified] == expected
