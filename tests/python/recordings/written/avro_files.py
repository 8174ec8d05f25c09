# SPDX-License-Identifier: Apache-2.0
"""EmbracePlus' Avro files, written by the specification: a session with its sensors, one record a file."""

import json
import zlib
from pathlib import Path

import numpy as np
from tests.python.recordings.written.published_files import pulse, signals
from tests.python.recordings.written.user_files import START

COUNTS_PER_G = 2048
_PARAMETERS = ("physicalMin", "physicalMax", "digitalMin", "digitalMax")


def _record(name: str, **fields) -> dict:
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields.items()]}


_TIMES = {"timestampStart": "long", "samplingFrequency": "float"}
_INTS = {"type": "array", "items": "int"}
SCHEMA = _record(
    "Session",
    schemaVersion=_record("Version", major="int", minor="int", patch="int"),
    fwVersion="Version",
    timezone="int",
    enrollment=["null", _record("Enrollment", participantID="string")],
    rawData=_record(
        "RawData",
        accelerometer=_record(
            "Accelerometer", **_TIMES, imuParams=_record("Imu", **dict.fromkeys(_PARAMETERS, "int")),
            x=_INTS, y=_INTS, z=_INTS,
        ),
        bvp=_record("Bvp", **_TIMES, values={"type": "array", "items": "float"}),
    ),
)  # fmt: skip


def integer(value: int) -> bytes:
    value, found = (value << 1) ^ (value >> 63), bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _array(packed: list[bytes]) -> bytes:
    """In two blocks, the second with its size in bytes before it."""
    half = len(packed) // 2
    if not half:
        return integer(0)
    rest = b"".join(packed[half:])
    first = integer(half) + b"".join(packed[:half])
    return first + integer(half - len(packed)) + integer(len(rest)) + rest + integer(0)


def container(block: bytes, codec: str = "null", schema: dict = SCHEMA, count: int = 1) -> bytes:
    meta = {"avro.schema": json.dumps(schema).encode(), "avro.codec": codec.encode()}
    header = b"Obj\x01" + integer(len(meta))
    for key, value in meta.items():
        header += integer(len(key)) + key.encode() + integer(len(value)) + value
    marker = bytes(range(16))
    if codec == "deflate":
        packer = zlib.compressobj(wbits=-15)
        block = packer.compress(block) + packer.flush()
    return header + integer(0) + marker + integer(count) + integer(len(block)) + block + marker


def session(seconds: float, start: float = START, fs: float = 64.0) -> bytes:
    acc = np.round(signals(seconds, fs) * COUNTS_PER_G).astype(int)
    times = integer(round(start * 1e6)) + np.float32(fs).tobytes()
    imu = b"".join(map(integer, (-16, 16, -32768, 32767)))
    axes = b"".join(_array([integer(v) for v in axis.tolist()]) for axis in acc.T)
    bvp = _array([v.tobytes() for v in (30 * pulse(seconds, fs)).astype("<f4")])
    head = b"".join(map(integer, (6, 4, 0, 1, 2, 3, -3600)))
    return head + integer(1) + integer(4) + b"anna" + times + imu + axes + times + bvp


def write_avro(folder: Path, seconds: float, start: float = START, codec: str = "deflate") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"1-1-ANNA_{round(start)}.avro"
    path.write_bytes(container(session(seconds, start), codec))
    return path
