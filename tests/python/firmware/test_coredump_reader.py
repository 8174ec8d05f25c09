# SPDX-License-Identifier: Apache-2.0
"""What `invoke coredump` takes: a log, a copy of the partition, a dump; and what it says of other files."""

import struct
import zlib
from pathlib import Path

import pytest

from wristpulse_tools.firmware.coredump import REGISTERS, CoredumpError, load, parse

STACK = 0x2000_1000


def dump() -> bytes:
    """A crash of a Cortex-M: 17 registers and 8 bytes of stack."""
    header = struct.pack("<2sHHBBI", b"ZE", 1, 3, 5, 0, 36)
    registers = struct.pack("<cHH17I", b"A", 2, 4 * 17, *range(100, 117))
    memory = struct.pack("<cHII", b"M", 1, STACK, STACK + 8) + b"01234567"
    return header + registers + memory


def test_its_blocks_are_read() -> None:
    crash = parse(dump())
    assert (crash.reason, crash.reason_name) == (36, "undefined instruction")
    assert crash.registers == dict(zip(REGISTERS, range(100, 117), strict=True))
    assert crash.memory == {STACK: b"01234567"}


def test_a_log_the_partition_and_the_dump_are_the_same(tmp_path: Path) -> None:
    content = dump()
    lines = "".join(f"uart:~$ #CD:{content[at : at + 32].hex()}\r\n" for at in range(0, len(content), 32))
    (tmp_path / "console.log").write_text(f"boot\r\n#CD:BEGIN#\r\n{lines}#CD:END#\r\n")
    header = struct.pack("<4sIII", b"PUCD", len(content), zlib.crc32(content), 0)
    (tmp_path / "partition.bin").write_bytes(header + content + b"\xff" * 100)
    (tmp_path / "dump.bin").write_bytes(content)
    for name in ("console.log", "partition.bin", "dump.bin"):
        assert load(tmp_path / name) == content


def test_what_is_no_dump_is_named(tmp_path: Path) -> None:
    with pytest.raises(CoredumpError, match="a.bin: start: expected ZE, PUCD or lines #CD:"):
        parse(b"nothing of it", "a.bin")
    (tmp_path / "b.bin").write_bytes(struct.pack("<4sIII", b"PUCD", 4, 0x04030201, 0) + b"ZE\1\0")
    with pytest.raises(CoredumpError, match="b.bin: CRC-32: expected 04030201"):
        load(tmp_path / "b.bin")
    with pytest.raises(CoredumpError, match="expected a whole block, found 50 bytes in all"):
        parse(dump()[:50])
    with pytest.raises(CoredumpError, match="target: expected 3"):
        parse(struct.pack("<2sHHBBI", b"ZE", 1, 4, 5, 0, 0))
