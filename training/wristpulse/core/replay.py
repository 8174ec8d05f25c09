# SPDX-License-Identifier: Apache-2.0
"""The .pulse file: sensor samples that firmware replays; zephyr_app/core/src/replay.c reads it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wristpulse.support.files import replacing

if TYPE_CHECKING:
    pass
from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.sensor import SensorStream

_HEADER = struct.Struct("<8sHHIIIII")  # magic, version, header size, periods (ns), LSB per g, chunks, CRC-32
_CHUNK = struct.Struct("<qqHHI")  # times of the first samples (us), counts of samples, reserved
_MAGIC, _VERSION = b"PULSEREC", 1
_CHUNK_US = 1_000_000
_BODY = 2560  # most bytes of samples in a chunk: the reader's buffer (PULSE_REPLAY_BODY in replay.h)


class ReplayError(ValueError):
    """A replay file that cannot be read; names the file, the field, what was expected and found."""

    def __init__(self, path: Path, field: str, expected: object, found: object) -> None:
        super().__init__(f"{path}: {field}: expected {expected}, found {found}")


def _period_ns(t_us: np.ndarray) -> int:
    """Sampling period in nanoseconds: the mean of the steps that are not gaps (0 < step <= 100 ms)."""
    steps = np.diff(t_us)
    steps = steps[(steps > 0) & (steps <= 100_000)]
    return round(float(steps.mean()) * 1000) if len(steps) else 1_000_000


def _regular(t_us: np.ndarray, period_ns: int) -> int:
    """How many of the leading samples lie exactly at t[0] + i * period."""
    off = t_us - t_us[:1] != np.arange(len(t_us), dtype=np.int64) * period_ns // 1000
    return int(off.argmax()) if off.any() else len(t_us)


def _chunks(stream: SensorStream, period_ppg: int, period_acc: int) -> list[bytes]:
    chunks, i, j = [], 0, 0
    tp, ta = stream.t_ppg_us, stream.t_acc_us
    far = np.iinfo(np.int64).max
    while i < len(tp) or j < len(ta):
        start = min(tp[i] if i < len(tp) else far, ta[j] if j < len(ta) else far)
        # Up to a second of both, no further than the first sample that its period does not predict,
        # and shorter where a second of both would not fit the reader's buffer.
        near_p, near_a = tp[i : i + 65_535], ta[j : j + 65_535]
        n_p, n_a = _regular(near_p, period_ppg), _regular(near_a, period_acc)
        end = start + _CHUNK_US
        for times, n in ((near_p, n_p), (near_a, n_a)):
            if n < len(times) and times[n] > start:
                end = min(end, times[n])
        n_p = min(n_p, int(np.searchsorted(near_p[:n_p], end)))
        n_a = min(n_a, int(np.searchsorted(near_a[:n_a], end)))
        while (size := 4 * n_p + 6 * n_a) > _BODY:
            end = start + (end - start) * _BODY // size
            n_p, n_a = (int(np.searchsorted(near[:n], end)) for near, n in ((near_p, n_p), (near_a, n_a)))
        head = _CHUNK.pack(near_p[0] if n_p else start, near_a[0] if n_a else start, n_p, n_a, 0)
        body = (
            stream.ppg[i : i + n_p].astype("<u4").tobytes() + stream.acc[j : j + n_a].astype("<i2").tobytes()
        )
        chunks.append(head + body + b"\0" * (-len(body) % 4))
        i, j = i + n_p, j + n_a
    return chunks


def write_replay(path: Path, stream: SensorStream) -> None:
    """Write a `.pulse` replay file (beside, then renamed): chunks of a second at most, every time exact.

    A chunk holds t of the first PPG and ACC sample; sample i lies at t + (i * period_ns) // 1000 us, and a
    new chunk starts wherever that would not be the sample's time. OSError if the file cannot be written.
    """
    period_ppg, period_acc = _period_ns(stream.t_ppg_us), _period_ns(stream.t_acc_us)
    chunks = _chunks(stream, period_ppg, period_acc)
    body = b"".join(chunks)
    head = _HEADER.pack(
        _MAGIC, _VERSION, _HEADER.size, period_ppg, period_acc, ACC_LSB_PER_G, len(chunks), zlib.crc32(body)
    )
    with replacing(Path(path)) as beside:
        beside.write_bytes(head + body)


def read_replay(path: Path) -> SensorStream:
    """Read a `.pulse` replay file. ReplayError if it is not one, is truncated or was altered."""
    data = Path(path).read_bytes()
    if len(data) < _HEADER.size:
        raise ReplayError(path, "header", f"{_HEADER.size} bytes", f"{len(data)}")
    magic, version, size, period_ppg, period_acc, lsb, count, crc = _HEADER.unpack_from(data)
    for field, expected, found in (
        ("magic", _MAGIC, magic),
        ("version", _VERSION, version),
        ("header size", _HEADER.size, size),
        ("acc_lsb_per_g", ACC_LSB_PER_G, lsb),
        ("crc32", f"{zlib.crc32(data[size:]):08x}", f"{crc:08x}"),
    ):
        if expected != found:
            raise ReplayError(path, field, expected, found)
    at, parts = size, []
    for number in range(count):
        if at + _CHUNK.size > len(data):
            raise ReplayError(path, f"chunk {number}", f"{_CHUNK.size} bytes", f"{len(data) - at}")
        t_ppg, t_acc, n_ppg, n_acc, _ = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        length = 4 * n_ppg + 6 * n_acc
        if at + length > len(data):
            raise ReplayError(path, f"samples of chunk {number}", f"{length} bytes", f"{len(data) - at}")
        ppg = np.frombuffer(data, "<u4", n_ppg, at)
        acc = np.frombuffer(data, "<i2", 3 * n_acc, at + 4 * n_ppg).reshape(-1, 3)
        step = np.arange(max(n_ppg, n_acc), dtype=np.int64)
        parts.append(
            (ppg, t_ppg + step[:n_ppg] * period_ppg // 1000, acc, t_acc + step[:n_acc] * period_acc // 1000)
        )
        at += length + -length % 4
    if at != len(data):
        raise ReplayError(path, "end of the last chunk", f"{len(data)} bytes", f"{at}")
    empty = (np.empty(0, "<u4"), np.empty(0, np.int64), np.empty((0, 3), "<i2"), np.empty(0, np.int64))
    ppg, t_ppg, acc, t_acc = (np.concatenate(column) for column in zip(empty, *parts, strict=True))
    return SensorStream(ppg.astype(np.uint32), t_ppg, acc.astype(np.int16), t_acc)
