# SPDX-License-Identifier: Apache-2.0
"""Apache Avro object container files (specification 1.11), as far as recordings need them.

Records come as dictionaries, arrays of numbers as numpy arrays. Codecs null and deflate.
"""

import json
import zlib
from typing import Any

import numpy as np

from wristpulse.recordings.recording import RecordingError

MAGIC = b"Obj\x01"
LARGEST = 1 << 28  # bytes of a block, unpacked
_HEADER = {"type": "map", "values": "bytes"}
_NUMBERS = {"float": "<f4", "double": "<f8"}


def records(label: str, data: bytes) -> list[Any]:
    """Read all records of an Avro container file.

    Parameters
    ----------
    label : str
        Names the file in errors.
    data : bytes
        The whole file.

    Returns
    -------
    list
        One dictionary a record; an array of numbers is an ndarray.

    Raises
    ------
    RecordingError
        Another kind of file, one that is cut short, or a codec other than null and deflate.
    """
    if not data.startswith(MAGIC):
        raise RecordingError(label, "file", "an Avro container", "another kind of file")
    try:
        return _records(label, data)
    except RecordingError:
        raise
    except Exception as error:  # wrong bytes lead anywhere
        reason = str(error).strip() or type(error).__name__
        raise RecordingError(label, "file", "a whole Avro container", reason.splitlines()[0]) from error


def _records(label: str, data: bytes) -> list[Any]:
    reader = _Reader(data, len(MAGIC))
    meta = reader.value(_HEADER, {})
    marker = reader.take(16)
    codec = meta.get("avro.codec", b"null").decode()
    if codec not in ("null", "deflate"):
        raise RecordingError(label, "avro.codec", "null or deflate", codec)
    schema, found = json.loads(meta["avro.schema"]), []
    while reader.at < len(data):
        count = reader.integer()
        block = reader.take(reader.integer())
        if codec == "deflate":
            unpacker = zlib.decompressobj(-15)
            block = unpacker.decompress(block, LARGEST)
            if not unpacker.eof:
                raise RecordingError(
                    label, "block", f"{LARGEST >> 20} MB at most, whole", "more, or cut short"
                )
        inner = _Reader(block, 0)
        names: dict[str, Any] = {}
        found += [inner.value(schema, names) for _ in range(count)]
        if reader.take(16) != marker:
            raise RecordingError(label, "block", "the file's marker after it", "another")
    return found


class _Reader:
    """Values at a place in bytes; every method moves the place on. ValueError past the end."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def take(self, size: int) -> bytes:
        """So many bytes."""
        if size < 0 or self.at + size > len(self.data):
            raise ValueError(f"cut short at byte {self.at}")
        self.at += size
        return self.data[self.at - size : self.at]

    def integer(self) -> int:
        """A zigzag number of 7 bits a byte, the lowest first."""
        return int(self.integers(1)[0])

    def integers(self, count: int) -> np.ndarray:
        """So many of them, int64 (count,)."""
        raw = np.frombuffer(self.data, np.uint8, offset=self.at)[: 10 * count]
        last = np.flatnonzero(raw < 128)[:count]
        if len(last) < count:
            raise ValueError(f"cut short at byte {self.at}")
        first = np.concatenate([[0], last[:-1] + 1])
        value = np.zeros(count, np.uint64)
        for k in range(int((last - first).max()) + 1):
            inside = first + k <= last
            bits = (raw[np.minimum(first + k, last)] & 127).astype(np.uint64)
            value |= np.where(inside, bits << np.uint64(7 * k), np.uint64(0))
        self.at += int(last[-1]) + 1
        return (value >> np.uint64(1)).astype(np.int64) ^ -(value & np.uint64(1)).astype(np.int64)

    def value(self, schema: Any, names: dict[str, Any]) -> Any:
        """One value of a schema; `names` collects the types that it names, without their name spaces."""
        if isinstance(schema, list):
            return self.value(schema[self.integer()], names)
        if isinstance(schema, str):
            named = names.get(schema.rpartition(".")[2])
            return self.value(named, names) if named else self._plain(schema)
        kind = schema["type"]
        if "name" in schema and kind in ("record", "enum", "fixed", "error"):
            names[schema["name"].rpartition(".")[2]] = schema
        if kind in ("record", "error"):
            return {field["name"]: self.value(field["type"], names) for field in schema["fields"]}
        if kind == "array":
            return self._array(schema["items"], names)
        if kind == "map":
            return dict(
                (self._plain("string"), self.value(schema["values"], names))
                for count in self._blocks()
                for _ in range(count)
            )
        if kind == "enum":
            return schema["symbols"][self.integer()]
        if kind == "fixed":
            return self.take(schema["size"])
        return self.value(kind, names)

    def _plain(self, kind: str) -> Any:
        if kind == "null":
            return None
        if kind == "boolean":
            return self.take(1) != b"\0"
        if kind in ("int", "long"):
            return self.integer()
        if kind in _NUMBERS:
            return float(np.frombuffer(self.take(int(_NUMBERS[kind][-1])), _NUMBERS[kind])[0])
        if kind in ("bytes", "string"):
            raw = self.take(self.integer())
            return raw if kind == "bytes" else raw.decode()
        raise ValueError(f"unknown type {kind}")

    def _array(self, items: Any, names: dict[str, Any]) -> Any:
        kind = items["type"] if isinstance(items, dict) else items
        if kind in ("int", "long"):
            parts = [self.integers(count) for count in self._blocks()]
        elif isinstance(kind, str) and kind in _NUMBERS:
            width = int(_NUMBERS[kind][-1])
            parts = [np.frombuffer(self.take(count * width), _NUMBERS[kind]) for count in self._blocks()]
        else:
            return [self.value(items, names) for count in self._blocks() for _ in range(count)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _blocks(self):
        while count := self.integer():
            if count < 0:  # its size in bytes follows, for readers that skip it
                count = -count
                self.integer()
            if count > len(self.data):  # also of empty values: no recording has as many as bytes
                raise ValueError(f"{count} values in {len(self.data)} bytes")
            yield count
