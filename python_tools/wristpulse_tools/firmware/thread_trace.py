# SPDX-License-Identifier: Apache-2.0
"""Who ran when: read a trace that an image with the snippet pulse-tracing wrote (Common Trace Format).

invoke thread-trace --trace channel0_0 [--json trace.json]
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text
from wristpulse_tools.firmware import zephyr_workspace

METADATA = Path("subsys") / "tracing" / "ctf" / "tsdl" / "metadata"  # in Zephyr: what its events hold
HEADER = struct.Struct("<IB")  # time in ns, modulo 2^32; event
CODES = {"int8_t": "b", "uint8_t": "B", "uint16_t": "H", "int32_t": "i", "uint32_t": "I", "uint64_t": "Q"}
IDLE, UNNAMED = "idle", "unknown"


class TraceError(UserError):
    """A trace or its metadata is not what was expected; the message names file, place, expected and found."""


@dataclass(frozen=True)
class Layout:
    """An event's name and payload: its fields' names and their packing."""

    name: str
    fields: tuple[str, ...]
    packing: struct.Struct


@dataclass(frozen=True)
class Slice:
    """A thread on the processor, from being switched in to being switched out, in ns of the trace."""

    thread: str
    start_ns: int
    end_ns: int


def layouts(metadata: str) -> dict[int, Layout]:
    """Events by number, from Zephyr's description in TSDL. TraceError for a type that is not known."""
    found = {}
    for body in re.findall(r"^event \{(.*?)^\};", metadata, re.M | re.S):
        named, numbered = re.search(r"name = (\w+);", body), re.search(r"id = (\w+);", body)
        if named is None or numbered is None:
            raise TraceError("metadata", "", "an event's name and id", body.strip()[:80])
        name, number = named[1], int(numbered[1], 0)
        fields = re.findall(r"(\w+_t) (\w+)(?:\[(\d+)\])?;", body)
        for kind, field, _ in fields:
            if kind not in (*CODES, "ctf_bounded_string_t"):
                raise TraceError("metadata", f"{name}.{field}", f"one of {', '.join(CODES)}", kind)
        codes = "".join(f"{length}s" if length else CODES[kind] for kind, _, length in fields)
        found[number] = Layout(name, tuple(field for _, field, _ in fields), struct.Struct(f"<{codes}"))
    return found


def events(path: Path, layouts: dict[int, Layout]) -> Iterator[tuple[int, str, dict]]:
    """Time in ns, name and fields of each event of a file; one that its end cuts off is left out.

    TraceError at an event that has none. Two events may be up to 2 s apart: the time is 32 bits.
    """
    data, at, time_ns = Path(path).read_bytes(), 0, None
    while at + HEADER.size <= len(data):
        stamp, number = HEADER.unpack_from(data, at)
        if number not in layouts:
            raise TraceError(path, f"byte {at}", "an event of Zephyr's", f"{number:#04x}")
        layout = layouts[number]
        if at + HEADER.size + layout.packing.size > len(data):
            return
        values = layout.packing.unpack_from(data, at + HEADER.size)
        at += HEADER.size + layout.packing.size
        # An interrupt between reading the clock and writing the event puts a later one before it.
        time_ns = stamp if time_ns is None else time_ns + (stamp - time_ns + 2**31) % 2**32 - 2**31
        text = (v.split(b"\0")[0].decode(errors="replace") if isinstance(v, bytes) else v for v in values)
        yield time_ns, layout.name, dict(zip(layout.fields, text, strict=True))


def read_runs(path: Path, zephyr: Path | None = None) -> list[Slice]:
    """All threads' runs in a trace, in order. zephyr: its folder, else the workspace's.

    TraceError if it is none, or without a thread; OSError if it cannot be read.
    """
    metadata = (zephyr or zephyr_workspace.zephyr_base()) / METADATA
    names, spans, on = {}, [], None
    for time_ns, name, fields in events(path, layouts(metadata.read_text())):
        if "thread_id" in fields and fields["name"] != UNNAMED:
            names[fields["thread_id"]] = fields["name"]
        if name == "thread_switched_in":
            on = (fields["thread_id"], time_ns)
        elif name == "thread_switched_out" and on:
            spans.append((*on, time_ns))
            on = None
    if not spans:
        raise TraceError(path, "", "threads that are switched in and out", "none")
    return [Slice(names.get(thread, f"{thread:#x}"), start, end) for thread, start, end in spans]


def awake(runs: list[Slice]) -> list[list[Slice]]:
    """What ran between two sleeps of the processor, one list for each time that it was awake."""
    return [list(group) for idle, group in groupby(runs, lambda run: run.thread == IDLE) if not idle]


def table(runs: list[Slice]) -> str:
    """A line for each thread, the busiest first, and one for the processor; times in ms."""
    span = runs[-1].end_ns - runs[0].start_ns
    lines = [f"{'thread':16}{'runs':>8}{'ms':>12}{'%':>8}{'longest ms':>12}"]
    uses = {
        name: [r.end_ns - r.start_ns for r in runs if r.thread == name] for name in {r.thread for r in runs}
    }
    for name, times in sorted(uses.items(), key=lambda use: -sum(use[1])):
        share = 100 * sum(times) / max(span, 1)
        lines.append(f"{name:16}{len(times):8}{sum(times) / 1e6:12.2f}{share:8.2f}{max(times) / 1e6:12.3f}")
    times = [group[-1].end_ns - group[0].start_ns for group in awake(runs)]
    often, longest = len(times) * 1e9 / max(span, 1), max(times, default=0) / 1e6
    lines.append(f"{span / 1e9:.1f} s: awake {often:.1f} times a second, for {longest:.2f} ms at most")
    return "\n".join(lines)


def perfetto(runs: list[Slice]) -> str:
    """The runs in Chrome's trace event format, a track for each thread."""
    tracks = {name: n for n, name in enumerate(sorted({run.thread for run in runs}))}
    slices = [
        {"name": r.thread, "ph": "X", "pid": 0, "tid": tracks[r.thread], "ts": r.start_ns / 1e3}
        | {"dur": (r.end_ns - r.start_ns) / 1e3}
        for r in runs
    ]
    labels = [
        {"name": "thread_name", "ph": "M", "pid": 0, "tid": n, "args": {"name": name}}
        for name, n in tracks.items()
    ]
    return json.dumps({"traceEvents": labels + slices})


def show(trace: Path, json_file: Path | None = None) -> None:
    """Print the table of a trace; json_file: also write the runs, for ui.perfetto.dev. As `read_runs`."""
    runs = read_runs(trace)
    print(table(runs))
    if json_file:
        write_text(json_file, perfetto(runs))
