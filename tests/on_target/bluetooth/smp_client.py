# SPDX-License-Identifier: Apache-2.0
"""A phone's side of MCUmgr: the Simple Management Protocol, version 2, over Bluetooth.

Message: u8 operation and version, u8 flags, u16 bytes of content, u16 group, u8 sequence, u8 command
(big-endian), then a CBOR map (Zephyr, services/device_mgmt/smp_protocol.rst).
"""

import asyncio
import hashlib
import struct
from dataclasses import dataclass

import cbor2
from bumble import core

from virtual_radio import HUNG_S, Central

SERVICE = core.UUID("8D53DC1D-1DB7-4CD3-868B-8A527460AA84")
CHARACTERISTIC = core.UUID("DA2E7828-FBCE-4E01-AE9E-261174997C48")
READ, WRITE = 0, 2
VERSION_2 = 1 << 3
OS, IMAGE = 0, 1  # groups
ECHO, STATE, UPLOAD = 0, 0, 1  # commands
MTU = 247
CHUNK = 160  # bytes of the image in one write: what header, keys and SHA-256 leave of the MTU


def message(operation: int, group: int, command: int, content: dict, sequence: int = 0) -> bytes:
    body = cbor2.dumps(content)
    return struct.pack(">BBHHBB", operation | VERSION_2, 0, len(body), group, sequence, command) + body


@dataclass
class Updater:
    """Speaks SMP on a phone's connection; `open` first."""

    phone: Central
    sequence: int = 0

    async def open(self) -> None:
        await self.phone.peer.request_mtu(MTU)
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()
        self.characteristic = self.phone.characteristic(SERVICE, CHARACTERISTIC)
        await self.characteristic.subscribe(lambda value: self.answers.put_nowait(bytes(value)))

    async def ask(
        self, operation: int, group: int, command: int, content: dict, seconds: float = HUNG_S
    ) -> dict:
        """The answer's content. TimeoutError if none comes."""
        self.sequence = (self.sequence + 1) % 256
        request = message(operation, group, command, content, self.sequence)
        await self.characteristic.write_value(request, with_response=False)
        answer = await asyncio.wait_for(self.answers.get(), seconds)
        length = struct.unpack_from(">H", answer, 2)[0] + 8
        while len(answer) < length:  # as many notifications as it takes
            answer += await asyncio.wait_for(self.answers.get(), seconds)
        assert answer[6] == self.sequence
        return cbor2.loads(answer[8:])

    async def images(self) -> list[dict]:
        return (await self.ask(READ, IMAGE, STATE, {}))["images"]

    async def upload(self, image: bytes, *, until: int | None = None) -> tuple[int, dict]:
        """Bring the image from where the device has it up to `until`; first offset, and the last answer."""
        first = {"image": 0, "len": len(image), "sha": hashlib.sha256(image).digest()}
        answer = await self.ask(WRITE, IMAGE, UPLOAD, {**first, "off": 0, "data": image[:CHUNK]})
        started = answer["off"]
        while (offset := answer["off"]) < (until or len(image)):
            answer = await self.ask(
                WRITE, IMAGE, UPLOAD, {"off": offset, "data": image[offset : offset + CHUNK]}
            )
        return started, answer
