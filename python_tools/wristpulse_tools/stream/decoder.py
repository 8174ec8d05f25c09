# SPDX-License-Identifier: Apache-2.0
"""The device's raw data stream (docs/stream.md): bytes of a serial port in, records out."""

from __future__ import annotations

import struct
import zlib
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wristpulse.core.result import Result, State
from wristpulse.support.errors import UserError

VERSION = 1
RECORD_MAX = 254  # bytes, CRC included: one COBS block
# As enum pulse_state of zephyr_app/core/include/pulse/result.h counts them; None is stale, no hop's result.
STATES = (
    *(State.ACQUIRING, State.VALID, State.MOTION_UNCERTAIN, State.NO_CONTACT, State.NO_PULSE),
    *(None, State.RATE_UNCERTAIN),
)

SEQUENCES = 1 << 16  # a sequence number wraps
RECENT = 16  # records of a type that a repeated one is looked for among
BACK_US = 1_000_000  # a sample clock that goes back further than this started anew; jitter is far below

_HEADER = struct.Struct("<BH")  # type, sequence number
_CRC = struct.Struct("<I")
_START = struct.Struct("<q")  # time of the first sample, us
_PPG = np.dtype([("step", "<u2"), ("count", "u1", 3)])
_ACC = np.dtype([("step", "<u2"), ("xyz", "<i2", 3)])
_RESULT = struct.Struct("<qIiHBI")
_COUNTERS = struct.Struct("<qBBH12IH")


class StreamError(UserError):
    """A stream that this decoder does not know: what was expected, what was found."""


@dataclass(frozen=True)
class Ppg:
    """t_us: int64 (n,), microseconds on the samples' clock; counts: uint32 (n,), 18 bits."""

    t_us: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class FurtherPpg:
    """A channel of the PPG after the first: its number, 1 to 3; the rest as Ppg."""

    channel: int
    t_us: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Acc:
    """t_us: int64 (n,), microseconds on the samples' clock; xyz: int16 (n, 3), 4096 LSB per g."""

    t_us: np.ndarray
    xyz: np.ndarray


@dataclass(frozen=True)
class Stale:
    """No hop came for a while: the last result is no longer one."""

    time_us: int


@dataclass(frozen=True)
class Counters:
    """The device's counters since its start. Times in us; `dropped`: records that found its buffer full."""

    time_us: int
    version: int
    ppg_bits: int
    acc_lsb_per_g: int
    dropped: int
    ppg: int  # samples taken
    ppg_lost: int
    acc: int
    acc_lost: int
    bus_errors: int
    hops: int
    shed: int
    misses: int
    worst_us: int
    response_us: int  # of the last hop
    execution_us: int  # of its inference
    busy_permille: int  # of the processor's time since the last record


@dataclass(frozen=True)
class Restart:
    """The device started anew: its clock and its sequence numbers begin again with the next record."""


Record = Ppg | Acc | FurtherPpg | Result | Stale | Counters | Restart
TYPES = {1: Ppg, 2: Acc, 3: Result, 4: Counters, 5: FurtherPpg, 6: FurtherPpg, 7: FurtherPpg}


class Decoder:
    """Records out of bytes that may begin anywhere and hold anything between frames.

    rejected: frames that are no record (text, noise, damage).
    lost: records by type that the sequence numbers say are missing.
    repeated: records that came more than once; only the first is returned.
    """

    def __init__(self) -> None:
        self.rejected = 0
        self.repeated = 0
        self.lost: Counter[type] = Counter()
        self._pending = b""
        self._forget()

    def _forget(self) -> None:
        """Expect nothing of the next record's number and time."""
        self._next: dict[int, int] = {}
        self._recent: dict[int, deque[bytes]] = {}
        self._last_us: dict[type, int] = {}  # time of the last sample

    def feed(self, data: bytes) -> list[Record]:
        """Decode all records that are complete with these bytes.

        Parameters
        ----------
        data : bytes
            Any part of the stream, in order.

        Returns
        -------
        list of Record

        Raises
        ------
        StreamError
            Another version of the stream.
        """
        *frames, self._pending = (self._pending + data).split(b"\0")
        self._pending = self._pending[-RECORD_MAX - 2 :]  # text without end is no frame: keep little of it
        return [record for frame in frames if frame for record in self._records(frame)]

    def _records(self, frame: bytes) -> list[Record]:
        """The record of a frame, after a Restart if the device started anew; none for other content."""
        content = unstuff(frame)
        if content is None or len(content) < _HEADER.size + _CRC.size:
            self.rejected += 1
            return []
        body, (crc,) = content[: -_CRC.size], _CRC.unpack(content[-_CRC.size :])
        if zlib.crc32(body) != crc:
            self.rejected += 1
            return []
        kind, sequence = _HEADER.unpack_from(body)
        if kind not in TYPES:
            return []  # of a later version
        if body in self._recent.get(kind, ()):
            self.repeated += 1
            return []
        record = _PARSERS[kind](body[_HEADER.size :])
        restarted = self._goes_back(kind, sequence, record)
        if restarted:
            self._forget()
        self.lost[TYPES[kind]] += (sequence - self._next.get(kind, sequence)) % SEQUENCES
        self._next[kind] = (sequence + 1) % SEQUENCES
        self._recent.setdefault(kind, deque(maxlen=RECENT)).append(body)
        if isinstance(record, Ppg | Acc) and len(record.t_us):
            self._last_us[type(record)] = int(record.t_us[-1])
        return [Restart(), record] if restarted else [record]

    def _goes_back(self, kind: int, sequence: int, record: Record) -> bool:
        """Whether sequence number or sample time lies before that of the last record of this type."""
        ahead = (sequence - self._next.get(kind, sequence)) % SEQUENCES
        if ahead >= SEQUENCES // 2:
            return True
        last_us = self._last_us.get(type(record))
        if last_us is None or not isinstance(record, Ppg | Acc) or not len(record.t_us):
            return False
        return int(record.t_us[0]) < last_us - BACK_US


def stuff(record: bytes) -> bytes:
    r"""Encode bytes without zeros: COBS (Cheshire, Baker, IEEE/ACM Trans. Netw. 7(2):159-172, 1999).

    Parameters
    ----------
    record : bytes
        At most 254.

    Returns
    -------
    bytes
        One more.

    Raises
    ------
    ValueError
        More than 254 bytes.

    Examples
    --------
    >>> stuff(b"ab\0c"), unstuff(stuff(b"ab\0c"))
    (b'\x03ab\x02c', b'ab\x00c')
    """
    if len(record) > RECORD_MAX:
        raise ValueError(f"record: expected at most {RECORD_MAX} bytes, found {len(record)}")
    return b"".join(bytes([len(part) + 1]) + part for part in record.split(b"\0"))


def unstuff(frame: bytes) -> bytes | None:
    """Decode what `stuff` encoded.

    Parameters
    ----------
    frame : bytes

    Returns
    -------
    bytes or None
        None for bytes that `stuff` never gives.
    """
    parts, at = [], 0
    while at < len(frame):
        end = at + frame[at]
        if end > len(frame):
            return None
        parts.append(frame[at + 1 : end])
        at = end
    return b"\0".join(parts)


def frame(kind: int, sequence: int, payload: bytes) -> bytes:
    """Frame a record as the device does.

    Parameters
    ----------
    kind : int
        Type of the record.
    sequence : int
        Counted modulo 65536.
    payload : bytes

    Returns
    -------
    bytes
        Zero, COBS of header, payload and CRC-32, zero.
    """
    body = _HEADER.pack(kind, sequence % 65536) + payload
    return b"\0" + stuff(body + _CRC.pack(zlib.crc32(body))) + b"\0"


def _samples(payload: bytes, sample: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    rest = len(payload) - _START.size
    if rest < 0 or rest % sample.itemsize:
        raise StreamError("record", "", f"samples of {sample.itemsize} bytes", f"{rest} bytes")
    samples = np.frombuffer(payload, sample, offset=_START.size)
    return _START.unpack_from(payload)[0] + np.cumsum(samples["step"], dtype=np.int64), samples


def _ppg(payload: bytes) -> Ppg:
    t_us, samples = _samples(payload, _PPG)
    return Ppg(t_us, samples["count"].astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32))


def _further(channel: int) -> Callable[[bytes], FurtherPpg]:
    def parse(payload: bytes) -> FurtherPpg:
        first = _ppg(payload)
        return FurtherPpg(channel, first.t_us, first.counts)

    return parse


def _acc(payload: bytes) -> Acc:
    t_us, samples = _samples(payload, _ACC)
    return Acc(t_us, samples["xyz"].astype(np.int16))


def _fixed(layout: struct.Struct, payload: bytes) -> tuple:
    if len(payload) != layout.size:
        raise StreamError("record", "", f"{layout.size} bytes", len(payload))
    return layout.unpack(payload)


def _result(payload: bytes) -> Result | Stale:
    time_us, hop, bpm_q8, confidence, state, gaps = _fixed(_RESULT, payload)
    if state >= len(STATES):
        raise StreamError("result", "state", f"0 to {len(STATES) - 1}", state)
    named = STATES[state]
    return (
        Result(hop=hop, time_us=time_us, bpm_q8=bpm_q8, confidence_q15=confidence, state=named, gaps=gaps)
        if named
        else Stale(time_us)
    )


def _counters(payload: bytes) -> Counters:
    if len(payload) > _START.size and payload[_START.size] != VERSION:
        raise StreamError("stream", "version", VERSION, payload[_START.size])
    return Counters(*_fixed(_COUNTERS, payload))


_PARSERS: dict[int, Callable[[bytes], Record]] = {
    **{1: _ppg, 2: _acc, 3: _result, 4: _counters},
    **{4 + channel: _further(channel) for channel in (1, 2, 3)},
}
