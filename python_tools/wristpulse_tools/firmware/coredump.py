# SPDX-License-Identifier: Apache-2.0
"""Read the coredump of a crash: where it was, with which registers, called from where.

invoke coredump --dump FILE --image zephyr.elf
"""

from __future__ import annotations

import re
import struct
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from wristpulse.support import command
from wristpulse.support.errors import UserError
from wristpulse_tools.support import elf

PARTITION = struct.Struct("<4sIII")  # struct pulse_coredump_header: magic, size, CRC-32, bytes lost
MAGIC = b"PUCD"
HEADER = struct.Struct("<2sHHBBI")  # struct coredump_hdr_t of Zephyr 3.7: id, version, target, ...
BLOCK = struct.Struct("<cHH")  # of registers: id, version, bytes
MEMORY = struct.Struct("<cHII")  # of memory: id, version, start, end
ARM_CORTEX_M = 3
REGISTERS = ("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr", "sp", *(f"r{n}" for n in range(4, 12)))
REASONS = {  # Zephyr's fatal_types.h, and arch/arm/arch.h from 16 on
    **dict(enumerate(("CPU exception", "spurious interrupt", "stack check failed", "oops", "panic"))),
    **{16: "memory fault", 19: "data access", 20: "instruction access", 22: "bus fault"},
    **{25: "precise bus fault", 26: "imprecise bus fault", 29: "usage fault", 30: "division by zero"},
    **{31: "unaligned access", 32: "stack overflow", 36: "undefined instruction"},
}


class CoredumpError(UserError):
    """A file is not a coredump of this firmware; the message names file, place, expected and found."""


@dataclass(frozen=True)
class Coredump:
    """A crash. reason: Zephyr's K_ERR_*; memory: address -> bytes from there on."""

    reason: int
    registers: dict[str, int]
    memory: dict[int, bytes]

    @property
    def reason_name(self) -> str:
        return REASONS.get(self.reason, f"reason {self.reason}")


def load(path: Path) -> bytes:
    """A dump in Zephyr's format, from a log of `pulse coredump`, a copy of the partition, or itself."""
    content = Path(path).read_bytes()
    if content.startswith(MAGIC):
        _, size, check, _ = PARTITION.unpack_from(content)
        dump = content[PARTITION.size : PARTITION.size + size]
        if zlib.crc32(dump) != check:
            raise CoredumpError(path, "CRC-32", f"{check:08x}", f"{zlib.crc32(dump):08x}")
        return dump
    lines = re.findall(rb"#CD:([0-9a-fA-F]+)\r?$", content, re.M)
    return bytes.fromhex(b"".join(lines).decode()) if lines else content


def parse(dump: bytes, name: str = "coredump") -> Coredump:
    """The blocks of a dump of a Cortex-M. CoredumpError if it is another file, or cut short."""
    if len(dump) < HEADER.size or dump[:2] != b"ZE":
        raise CoredumpError(name, "start", "ZE, PUCD or lines #CD:", dump[:4])
    _, _, target, _, _, reason = HEADER.unpack_from(dump)
    if target != ARM_CORTEX_M:
        raise CoredumpError(name, "target", f"{ARM_CORTEX_M} (Cortex-M)", target)
    registers: dict[str, int] = {}
    memory: dict[int, bytes] = {}
    at = HEADER.size
    try:
        while at < len(dump):
            kind = dump[at : at + 1]
            if kind == b"A":
                _, _, size = BLOCK.unpack_from(dump, at)
                at += BLOCK.size
                registers = dict(zip(REGISTERS, struct.unpack_from(f"<{size // 4}I", dump, at), strict=False))
            elif kind == b"M":
                _, _, start, end = MEMORY.unpack_from(dump, at)
                at, size = at + MEMORY.size, end - start
                memory[start] = dump[at : at + size]
            else:
                raise CoredumpError(name, f"byte {at}", "block A or M", kind)
            at += size
    except struct.error:
        raise CoredumpError(name, f"byte {at}", "a whole block", f"{len(dump)} bytes in all") from None
    return Coredump(reason, registers, memory)


@dataclass(frozen=True)
class Places:
    """Names of an image's functions by address."""

    image: Path
    starts: list[int]
    names: list[str]
    ends: list[int]

    @classmethod
    def of(cls, image: Path) -> Places:
        found = sorted((s.address & ~1, s.name, s.size) for s in elf.symbols(image) if s.kind == "function")
        return cls(
            image, [s[0] for s in found], [s[1] for s in found], [start + size for start, _, size in found]
        )

    def name(self, address: int) -> str | None:
        """The function that holds an address of code; None where there is none."""
        place = bisect_right(self.starts, address & ~1) - 1
        return self.names[place] if place >= 0 and address < self.ends[place] else None

    def line(self, address: int) -> str:
        """Source file and line, if binutils is there and the image knows."""
        words = ["arm-none-eabi-addr2line", "-s", "-e", str(self.image), hex(address & ~1)]
        try:
            found = command.attempt(words)
        except command.CommandError:
            return "??:0"
        return found.stdout.strip() if found.status == 0 else "??:0"


def callers(dump: Coredump, places: Places) -> list[tuple[int, str]]:
    """Return addresses on the stack, the innermost first; old ones may be among them.

    A Thumb return address is odd and lies within a function.
    """
    sp = dump.registers.get("sp", 0)
    for start, content in dump.memory.items():
        if start <= sp < start + len(content):
            words = struct.unpack_from(f"<{(start + len(content) - sp) // 4}I", content, sp - start)
            named = [(word, places.name(word)) for word in words if word & 1]
            return [(word, name) for word, name in named if name is not None]
    return []


def report(path: Path, image: Path) -> str:
    """What `invoke coredump` prints."""
    dump, places = parse(load(path), str(path)), Places.of(image)
    lines = [f"reason     {dump.reason} ({dump.reason_name})"]
    for register in ("pc", "lr"):
        address = dump.registers.get(register, 0)
        where = places.name(address)
        lines.append(f"{register:10} {address:#010x} {where or 'no function'} {places.line(address)}")
    lines += [
        f"{name:10} {value:#010x}" for name, value in dump.registers.items() if name not in ("pc", "lr")
    ]
    lines += ["on the stack:"] if (found := callers(dump, places)) else []
    lines += [f"  {address:#010x} {name} {places.line(address)}" for address, name in found[:12]]
    return "\n".join(lines)
