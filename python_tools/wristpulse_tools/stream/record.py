# SPDX-License-Identifier: Apache-2.0
"""Keep what a device streams as recordings that training/ loads: `invoke record`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.sensor import SensorStream
from wristpulse.recordings import HOP_S, WINDOW_S, make_recording, save_recording
from wristpulse.recordings.recording import check_name
from wristpulse.support.errors import UserError
from wristpulse_tools.stream.decoder import Acc, Counters, Decoder, Ppg
from wristpulse_tools.stream.stretches import RecordError, gaps, rate_hz, stretches


@dataclass
class Capture:
    """What came so far."""

    decoder: Decoder = field(default_factory=Decoder)
    ppg: list[Ppg] = field(default_factory=list)
    acc: list[Acc] = field(default_factory=list)
    counters: Counters | None = None

    def feed(self, data: bytes) -> None:
        """Take bytes of the stream. StreamError for another version of it."""
        for record in self.decoder.feed(data):
            if isinstance(record, Ppg):
                self.ppg.append(record)
            elif isinstance(record, Acc):
                self.acc.append(record)
            elif isinstance(record, Counters):
                self.counters = record

    def samples(self) -> SensorStream:
        """All samples so far."""
        empty = np.empty(0, np.int64)
        return SensorStream(
            np.concatenate([np.empty(0, np.uint32), *(r.counts for r in self.ppg)]),
            np.concatenate([empty, *(r.t_us for r in self.ppg)]),
            np.concatenate([np.empty((0, 3), np.int16), *(r.xyz for r in self.acc)]),
            np.concatenate([empty, *(r.t_us for r in self.acc)]),
        )


def save(capture: Capture, out: Path, subject: str | None, say: Callable[[str], None]) -> list[Path]:
    """Write each stretch of a capture as a recording, `out` or out-1, out-2...; says what is missing.

    RecordError, with nothing written, if there is none, or if its times keep to no rate.
    """
    stream = capture.samples()
    for name, t_us in (("PPG", stream.t_ppg_us), ("ACC", stream.t_acc_us)):
        found = gaps(t_us)
        say(f"{name}: {len(t_us)} samples, {found.missing} missing in {len(found.after)} gaps")
    lost, counters = capture.decoder.lost.total(), capture.counters
    said = (
        f"{counters.dropped} of them dropped by the device since its start" if counters else "cause unknown"
    )
    say(f"stream: {lost} records missing ({said}), {capture.decoder.rejected} pieces that were no record")
    parts = stretches(stream)
    if not parts:
        raise RecordError(
            f"{out}: expected {WINDOW_S:g} s of both sensors without a gap, found "
            f"{len(stream.ppg)} PPG and {len(stream.acc)} ACC samples"
        )
    rates = [(rate_hz("PPG", part.t_ppg_us), rate_hz("ACC", part.t_acc_us)) for part in parts]
    paths = [out] if len(parts) == 1 else [out.with_stem(f"{out.stem}-{n}") for n in range(1, len(parts) + 1)]
    for path, part, (fs_ppg, fs_acc) in zip(paths, parts, rates, strict=True):
        _save(path, part, fs_ppg, fs_acc, subject or out.stem)
        say(f"written: {path}: {len(part.ppg) / fs_ppg:.1f} s, PPG {fs_ppg:.6g} Hz, ACC {fs_acc:.6g} Hz")
    return paths


def _save(path: Path, part: SensorStream, fs_ppg: float, fs_acc: float, subject: str) -> None:
    seconds = min(len(part.ppg) / fs_ppg, len(part.acc) / fs_acc)
    recording = make_recording(
        path,
        dataset="own",
        subject=subject,
        name=path.stem,
        ppg=part.ppg[:, None],
        fs_ppg=fs_ppg,
        ppg_unit="counts",
        ppg_lsb=1.0,
        ppg_zero=0,
        acc=part.acc / ACC_LSB_PER_G,
        fs_acc=fs_acc,
        hr=None,
        hr_start_s=np.arange(int((seconds - WINDOW_S) / HOP_S) + 1) * HOP_S,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    save_recording(path, recording, t_ppg_us=part.t_ppg_us, t_acc_us=part.t_acc_us)


def record(
    source: Iterable[bytes],
    out: Path,
    subject: str | None = None,
    seconds: float | None = None,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Capture a source until it ends, Ctrl-C or so many seconds, and save it; what came is kept in any case.

    What the source raises, after saving; RecordError if nothing could be saved.
    """
    if out.suffix != ".npz":
        raise ValueError(f"--out: expected a name that ends in .npz, found {out}")
    if subject is not None:
        check_name(out, "--subject", subject)
    capture, start = Capture(), time.monotonic()
    failure = None
    try:
        for data in source:
            capture.feed(data)
            if seconds is not None and time.monotonic() - start >= seconds:
                break
    except KeyboardInterrupt:
        say("")
    except (OSError, UserError) as error:
        failure = error
    if failure is not None and not capture.ppg:
        raise failure
    paths = save(capture, out, subject, say)
    if failure is not None:
        raise failure
    return paths
