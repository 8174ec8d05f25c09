# SPDX-License-Identifier: Apache-2.0
"""A plain reader of .pulse files: what zephyr_app/core/src/replay.c reads, to test what Python writes."""

import struct
import zlib
from pathlib import Path

import numpy as np

from wristpulse.core.sensor import SensorStream

HEADER, CHUNK = struct.Struct("<8sHHIIIII"), struct.Struct("<qqHHI")


def read_replay(path: Path) -> SensorStream:
    """The samples of a file, every time rebuilt from its chunk's first and the period."""
    data = path.read_bytes()
    magic, version, size, period_ppg, period_acc, lsb, count, crc = HEADER.unpack_from(data)
    assert (magic, version, size, lsb) == (b"PULSEREC", 1, HEADER.size, 4096)
    assert crc == zlib.crc32(data[size:])
    at = size
    columns: list[list[np.ndarray]] = [[], [], [], []]
    for _ in range(count):
        t_ppg, t_acc, n_ppg, n_acc, _ = CHUNK.unpack_from(data, at)
        at += CHUNK.size
        columns[0].append(np.frombuffer(data, "<u4", n_ppg, at))
        columns[1].append(t_ppg + np.arange(n_ppg, dtype=np.int64) * period_ppg // 1000)
        columns[2].append(np.frombuffer(data, "<i2", 3 * n_acc, at + 4 * n_ppg).reshape(-1, 3))
        columns[3].append(t_acc + np.arange(n_acc, dtype=np.int64) * period_acc // 1000)
        length = 4 * n_ppg + 6 * n_acc
        at += length + -length % 4
    assert at == len(data)
    shapes = ((0,), (0,), (0, 3), (0,))
    types = (np.uint32, np.int64, np.int16, np.int64)
    return SensorStream(
        *(
            np.concatenate([np.empty(shape, kind), *column]).astype(kind)
            for shape, kind, column in zip(shapes, types, columns, strict=True)
        )
    )
