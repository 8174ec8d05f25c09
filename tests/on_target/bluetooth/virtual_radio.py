# SPDX-License-Identifier: Apache-2.0
"""A sensor and phones without a radio: Zephyr's host stack, virtual controllers on one link (Bumble)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from bumble import core, hci
from bumble.controller import Controller
from bumble.device import Device, Peer
from bumble.host import Host
from bumble.keys import MemoryKeyStore
from bumble.link import LocalLink
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink

from wristpulse_tools.firmware import qemu, zephyr_workspace

T = TypeVar("T")
SPEED = 4  # simulated seconds a second
HUNG_S = 600  # what takes longer hangs; a busy machine does not
HEART_RATE, MEASUREMENT, LOCATION = (core.UUID.from_16_bits(n) for n in (0x180D, 0x2A37, 0x2A38))


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's course to its end; TimeoutError if it hangs."""
    return asyncio.run(asyncio.wait_for(work, HUNG_S))


def just_works(_connection) -> PairingConfig:
    """A phone that pairs with what can neither show nor take a number, and keeps the bond."""
    return PairingConfig(sc=True, mitm=False, bonding=True, delegate=PairingDelegate())


class PhoneController(Controller):
    """Bumble's, and it ends a connection attempt that its host cancels (Core 6.0, vol. 4, E, 7.8.13)."""

    def on_hci_le_create_connection_cancel_command(self, command) -> hci.HCI_StatusReturnParameters:
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is not None:
            self.send_hci_packet(
                hci.HCI_LE_Connection_Complete_Event(
                    status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                    connection_handle=0,
                    role=hci.Role.CENTRAL,
                    peer_address_type=pending.peer_address_type,
                    peer_address=pending.peer_address,
                    connection_interval=0,
                    peripheral_latency=0,
                    supervision_timeout=0,
                    central_clock_accuracy=0,
                )
            )
        return super().on_hci_le_create_connection_cancel_command(command)


class Central:
    """A phone: finds the sensor, subscribes, keeps what it is told."""

    def __init__(self, link: LocalLink, address: str = "F0:F1:F2:F3:F4:F5") -> None:
        controller = PhoneController(f"central {address}", link=link)
        host = Host(controller, AsyncPipeSink(controller))
        self.device = Device(address=hci.Address(address), host=host)
        self.device.keystore = MemoryKeyStore()
        self.device.pairing_config_factory = just_works
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
        address = await asyncio.wait_for(found, HUNG_S)
        await self.device.stop_scanning()
        self.device.remove_listener("advertisement", on_advertisement)
        return address

    async def connect(self) -> None:
        """Connect and learn the services; once more where the address has changed since it was found."""
        connection = None
        while connection is None:
            with suppress(core.TimeoutError):
                connection = await self.device.connect(await self.find(), timeout=3)
        self.peer = Peer(connection)
        await self.peer.discover_all()

    def characteristic(self, service: core.UUID, uuid: core.UUID):
        [proxy] = self.peer.get_characteristics_by_uuid(uuid, self.peer.get_services_by_uuid(service)[0])
        return proxy

    async def disconnect(self) -> None:
        await self.peer.connection.disconnect()

    async def pair(self) -> None:
        """Pair, and keep the bond under the address that the sensor is known by: it states no other."""
        connection = self.peer.connection
        keys = asyncio.get_running_loop().create_future()
        connection.once(connection.EVENT_PAIRING, keys.set_result)
        await connection.pair()
        await self.device.update_keys(str(connection.peer_address), await asyncio.wait_for(keys, HUNG_S))

    async def subscribe(self) -> None:
        measurement = self.characteristic(HEART_RATE, MEASUREMENT)
        await measurement.subscribe(lambda value: self.notified.append(bytes(value)))


class Link(LocalLink):
    """Bumble's; a connection keeps the addresses that it began with when the sensor changes its own."""

    def send_acl_data(self, sender_controller, destination_address, transport, data) -> None:
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is not None and receiver is not None:
            asyncio.get_running_loop().call_soon(
                receiver.on_link_acl_data, connection.self_address, transport, data
            )


class SensorController(Controller):
    """Bumble's, with an accept list, and a command that it lacks; a host needs each one answered."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.accepted: set[hci.Address] = set()
        self.ignored = 0  # connection requests of others

    @property
    def filters(self) -> bool:
        """Whether only the list may connect (Core 6.0, volume 4, part E, 7.8.5: policies 2 and 3)."""
        return bool(self.le_legacy_advertiser.advertising_filter_policy & 2)

    def change_accepted(self, change: Callable[[], None]) -> hci.HCI_StatusReturnParameters:
        """Not while an advertiser uses the list (7.8.15)."""
        if self.le_legacy_advertiser.enabled and self.filters:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        change()
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_le_clear_filter_accept_list_command(self, _command) -> hci.HCI_StatusReturnParameters:
        return self.change_accepted(self.accepted.clear)

    def on_hci_le_add_device_to_filter_accept_list_command(self, command) -> hci.HCI_StatusReturnParameters:
        return self.change_accepted(lambda: self.accepted.add(command.address))

    def on_le_connect_ind(self, packet) -> None:
        """Who is not on the list is not heard."""
        if not self.filters or packet.initiator_address in self.accepted:
            super().on_le_connect_ind(packet)
        elif packet.advertiser_address == self.le_legacy_advertiser.address:
            self.ignored += 1

    def on_hci_le_remove_device_from_resolving_list_command(self, command: hci.HCI_Command) -> None:
        """Answered; there is no such list (7.8.39)."""
        self.send_hci_packet(
            hci.HCI_Command_Complete_Event(
                num_hci_command_packets=1,
                command_opcode=command.op_code,
                return_parameters=hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS),
            )
        )


class Sensor:
    """The firmware as a program: what it prints, and its end; and its controller."""

    def __init__(self, process: asyncio.subprocess.Process, controller: SensorController) -> None:
        self.process, self.controller, self.lines = process, controller, []

    async def type(self, command: str) -> None:
        """Type a line at the console."""
        self.process.stdin.write(f"{command}\r".encode())
        await self.process.stdin.drain()

    async def line(self) -> str:
        """Its next line that is not blank; empty at its end."""
        while raw := await self.process.stdout.readline():
            if text := raw.decode().strip():
                self.lines.append(text)
                return text
        return ""

    async def until(self, wanted: Callable[[str], bool], seconds: float = HUNG_S) -> str:
        """The first line from now on that is wanted. AssertionError if it ends before."""

        async def search() -> str:
            while text := await self.line():
                if wanted(text):
                    return text
            raise AssertionError(f"the firmware ended after {self.lines[-1:]}")

        return await asyncio.wait_for(search(), seconds)


@asynccontextmanager
async def behind(link: LocalLink, command: Callable[[int], Sequence[object]]) -> AsyncIterator[Sensor]:
    """The firmware with a controller of its own on the link; killed at the end.

    command: its command line, of the port at which the controller listens.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with await open_transport(f"tcp-server:127.0.0.1:{port}") as hci_socket:
        # Without a public address of its own: the host takes a random one, by which the link finds it.
        controller = SensorController("sensor", hci_socket.source, hci_socket.sink, link=link)
        firmware = await asyncio.create_subprocess_exec(
            *map(str, command(port)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            yield Sensor(firmware, controller)
        finally:
            if firmware.returncode is None:
                firmware.kill()
            await firmware.wait()
            link.remove_controller(controller)


def running(
    image: Path, link: LocalLink, recording: Path, flash: Path, speed: int = SPEED
) -> AbstractAsyncContextManager[Sensor]:
    """native_sim's firmware that replays a recording, `speed` simulated seconds a second."""
    options = (f"--flash={flash}", f"--replay={recording}", "--rt", f"--rt-ratio={speed}")
    return behind(link, lambda port: [image, f"--bt-dev=127.0.0.1:{port}", *options])


def running_on_qemu(
    image: Path, link: LocalLink, recording: Path | None = None
) -> AbstractAsyncContextManager[Sensor]:
    """The same on QEMU's Cortex-M4F, in real time: the controller is behind its second UART."""
    return behind(
        link,
        lambda port: qemu.command(
            image,
            recording,
            second_serial=f"tcp:127.0.0.1:{port}",
            real_time=True,
            **zephyr_workspace.MACHINE,
        ),
    )
