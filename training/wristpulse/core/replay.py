# SPDX-License-Identifier: Apache-2.0
"""The .pulse file: sensor samples that firmware replays; zephyr_app/core/src/replay.c reads it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.sensor import SensorStream, check_leds
from wristpulse.support.files import replacing

_HEADER = struct.Struct("<8sHHIIIII")  # magic, version, header size, periods (ns), LSB per g, chunks, CRC-32
_CHUNK = struct.Struct("<qqHHI")  # times of the first samples (us), counts of samples, reserved
_LEDS = struct.Struct("<I")  # at the header's end, if there are several
_MAGIC, _VERSION, _VERSION_LEDS = b"PULSEREC", 1, 2
_CHUNK_US = 1_000_000
_BODY = 2560  # most bytes of samples in a chunk: the reader's buffer (PULSE_REPLAY_BODY in replay.h)


def _period_ns(t_us: np.ndarray) -> int:
    """Sampling period in nanoseconds: the mean of the steps that are not gaps (0 < step <= 100 ms)."""
    steps = np.diff(t_us)
    steps = steps[(steps > 0) & (steps <= 100_000)]
    return round(float(steps.mean()) * 1000) if len(steps) else 1_000_000


def _regular(t_us: np.ndarray, period_ns: int) -> int:
    """How many of the leading samples lie exactly at t[0] + i * period."""
    off = t_us - t_us[:1] != np.arange(len(t_us), dtype=np.int64) * period_ns // 1000
    return int(off.argmax()) if off.any() else len(t_us)


def _chunks(streams: Sequence[SensorStream], period_ppg: int, period_acc: int) -> list[bytes]:
    chunks, i, j = [], 0, 0
    stream, ppg = streams[0], np.stack([one.ppg for one in streams], axis=1)
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
        while (size := 4 * len(streams) * n_p + 6 * n_a) > _BODY:
            end = start + (end - start) * _BODY // size
            n_p, n_a = (int(np.searchsorted(near[:n], end)) for near, n in ((near_p, n_p), (near_a, n_a)))
        head = _CHUNK.pack(near_p[0] if n_p else start, near_a[0] if n_a else start, n_p, n_a, 0)
        body = ppg[i : i + n_p].astype("<u4").tobytes() + stream.acc[j : j + n_a].astype("<i2").tobytes()
        chunks.append(head + body + b"\0" * (-len(body) % 4))
        i, j = i + n_p, j + n_a
    return chunks


def write_replay(path: Path, stream: SensorStream | Sequence[SensorStream]) -> None:
    """Write a `.pulse` replay file (beside, then renamed): chunks of a second at most, every time exact.

    A chunk holds t of the first PPG and ACC sample; sample i lies at t + (i * period_ns) // 1000 us, and a
    new chunk starts wherever that would not be the sample's time.

    Parameters
    ----------
    path : of the file.
    stream : one, or one for each of 1 to 4 LEDs, with the same times and the same acceleration. The file has
        version 1 with one LED, version 2 with several.

    Raises
    ------
    ValueError
        The LEDs' times or their acceleration differ.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> t = np.arange(50) * 20_000
    >>> stream = SensorStream(np.zeros(50, np.uint32), t, np.zeros((50, 3), np.int16), t)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_replay(Path(folder) / "still.pulse", stream)
    ...     (Path(folder) / "still.pulse").read_bytes()[:8]
    b'PULSEREC'
    """
    streams = [stream] if isinstance(stream, SensorStream) else list(stream)
    check_leds(streams)
    first, several = streams[0], len(streams) > 1
    period_ppg, period_acc = _period_ns(first.t_ppg_us), _period_ns(first.t_acc_us)
    chunks = _chunks(streams, period_ppg, period_acc)
    body = b"".join(chunks)
    version, size = (_VERSION_LEDS, _HEADER.size + _LEDS.size) if several else (_VERSION, _HEADER.size)
    head = _HEADER.pack(
        _MAGIC, version, size, period_ppg, period_acc, ACC_LSB_PER_G, len(chunks), zlib.crc32(body)
    )
    if several:
        head += _LEDS.pack(len(streams))
    with replacing(Path(path)) as beside:
        beside.write_bytes(head + body)
