# SPDX-License-Identifier: Apache-2.0
"""Keep what a device streams as recordings that training loads: `invoke record`.

The raw stream is written beside `--out` as it comes, and removed only when recordings hold all of it. So
nothing that came is lost by a signal, a lost port, a full disk or a power cut.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.sensor import SensorStream
from wristpulse.recordings import (
    HOP_S,
    WINDOW_S,
    Recording,
    RecordingError,
    make_recording,
    save_recording,
)
from wristpulse.recordings.recording import check_name
from wristpulse.support.errors import UserError
from wristpulse_tools.stream.capture import Capture
from wristpulse_tools.stream.decoder import StreamError
from wristpulse_tools.stream.journal import SUFFIX, Journal, read
from wristpulse_tools.stream.sources import Source
from wristpulse_tools.stream.stretches import RecordError, gaps, rate_hz, stretches
from wristpulse_tools.support.progress import StatusLine
from wristpulse_tools.support.signals import asking_to_stop

LEFT_OUT_S = 1.0  # of samples in no recording: the raw stream is kept from this much on


def record(
    source: Iterable[bytes],
    out: Path,
    subject: str | None = None,
    seconds: float | None = None,
    line: StatusLine | None = None,
) -> list[Path]:
    """Capture a source until it ends, a signal or so many seconds, and save it; the recordings' paths.

    seconds: of the host, from the first bytes on. What came is kept in any case.
    JournalError or RecordError, before the first sample, for an `out` that exists or cannot be written. What
    the source raises, after saving. RecordError if nothing could be saved; the raw stream is kept then.
    """
    line = line or StatusLine()
    check_out(out, subject)
    journal, capture = Journal(out.with_suffix(SUFFIX)), Capture()
    failure = None
    with asking_to_stop() as stop:
        try:
            start = None
            for data in source:
                journal.write(data)
                capture.feed(data)
                if data and start is None:
                    start, stop.defer = time.monotonic(), True
                elapsed = 0.0 if start is None else time.monotonic() - start
                if stop.asked or (seconds is not None and elapsed >= seconds):
                    break
                if line.due:
                    line.show(capture.status(elapsed))
        except KeyboardInterrupt:
            pass
        except (OSError, UserError) as error:
            failure = error
        journal.close()
        try:
            paths, left_out_s = save(capture, out, subject, line.say)
        except (OSError, UserError) as error:
            _keep(journal, capture, failure, line.say)
            if failure is None or isinstance(error, OSError):
                raise
            if capture.ppg or capture.acc:
                line.say(str(error))
            raise failure from None
        if left_out_s > LEFT_OUT_S or failure is not None:
            _keep(journal, capture, failure, line.say)
        else:
            journal.remove()
    if failure is not None:
        raise failure
    return paths


def record_source(
    source: Source, folder: Path, out: Path, subject: str | None, seconds: float | None
) -> None:
    """`record` what the user names; `recover` where that is a raw stream. folder: for builds and files."""
    if source.stream is not None:
        recover(source.stream, out, subject)
        return
    check_out(out, subject)
    with closing(source.open(folder, real_time=False)) as data:
        record(data, out, subject, seconds)


def recover(
    stream: Path, out: Path, subject: str | None = None, line: StatusLine | None = None
) -> list[Path]:
    """Save the recordings of a raw stream that an earlier `record` kept; the file stays.

    Parameters
    ----------
    stream : Path
    out, subject, line
        As `record` takes them.

    Returns
    -------
    list of Path

    Raises
    ------
    RecordError
        As `record` does.
    """
    line, capture = line or StatusLine(), Capture()
    check_out(out, subject)
    for data in read(stream):
        capture.feed(data)
    return save(capture, out, subject, line.say)[0]


def check_out(out: Path, subject: str | None) -> None:
    """Check that a recording can take a name: none is ever overwritten.

    Parameters
    ----------
    out : Path
    subject : str or None

    Raises
    ------
    RecordError
        `out` does not end in .npz, or is taken.
    RecordingError
        `subject` cannot be part of a path.
    """
    if out.suffix != ".npz":
        raise RecordError("--out", "", "a name that ends in .npz", out)
    if subject is not None:
        check_name(out, "--subject", subject)
    taken = [path for path in (out, *sorted(out.parent.glob(f"{out.stem}-[0-9]*.npz"))) if path.exists()]
    if taken:
        raise RecordError("--out", "", "a new name", f"{taken[0]}; choose another, or remove it")


def _keep(journal: Journal, capture: Capture, failure: Exception | None, say: Callable[[str], None]) -> None:
    """Keep the raw stream and say so; one without a single record is noise, and is removed."""
    if capture.ppg or capture.acc or isinstance(failure, StreamError):
        say(f"raw stream kept: {journal.path} (`invoke record --stream {journal.path} --out OTHER.npz`)")
    else:
        journal.remove()


def save(
    capture: Capture, out: Path, subject: str | None, say: Callable[[str], None]
) -> tuple[list[Path], float]:
    """Write each stretch of a capture as a recording, `out` or out-1, out-2...; says what is missing.

    Returns their paths, and the seconds of samples that are in none. RecordError, with nothing written, if
    there is no stretch of a window's length (8 s) at a fixed rate.
    """
    streams = [boot.samples() for boot in capture.boots]
    _say_totals(capture, streams, say)
    parts, problems = [], []
    cut = [
        (boot, part)
        for boot, stream in zip(capture.boots, streams, strict=True)
        for part in stretches(stream)
    ]
    for boot, part in cut:
        try:
            rates_hz = rate_hz("PPG", part.t_ppg_us), rate_hz("ACC", part.t_acc_us)
            parts.append((part, _recording(out, part, boot.channels(part), rates_hz, subject or out.stem)))
        except (RecordError, RecordingError) as error:
            problems.append(str(error))
    if not parts:
        counts = [sum(len(getattr(s, name)) for s in streams) for name in ("ppg", "acc")]
        found = "; ".join(problems) or f"{counts[0]} PPG and {counts[1]} ACC samples"
        raise RecordError(out, "", f"{WINDOW_S:g} s of both sensors without a gap", found)
    for problem in problems:
        say(f"left out: {problem}")
    paths = _names(out, len(parts))
    for path, (part, recording) in zip(paths, parts, strict=True):
        save_recording(
            path, replace(recording, name=path.stem), t_ppg_us=part.t_ppg_us, t_acc_us=part.t_acc_us
        )
        rates = f"PPG {recording.fs_ppg:.6g} Hz, ACC {recording.fs_acc:.6g} Hz"
        say(f"written: {path}: {len(part.ppg) / recording.fs_ppg:.1f} s, {rates}")
    kept, first = [part for part, _ in parts], parts[0][1]
    missed = [
        (sum(len(getattr(s, name)) for s in streams) - sum(len(getattr(s, name)) for s in kept)) / rate
        for name, rate in (("ppg", first.fs_ppg), ("acc", first.fs_acc))
    ]
    return paths, max(missed)


def _say_totals(capture: Capture, streams: list[SensorStream], say: Callable[[str], None]) -> None:
    if len(streams) > 1:
        say(f"the device restarted {len(streams) - 1} times: a recording for each start")
    for name, times in (("PPG", [s.t_ppg_us for s in streams]), ("ACC", [s.t_acc_us for s in streams])):
        found = [gaps(t_us) for t_us in times]
        missing, cuts = sum(g.missing for g in found), sum(len(g.after) for g in found)
        say(f"{name}: {sum(map(len, times))} samples, {missing} missing in {cuts} gaps")
    decoder, counters = capture.decoder, capture.counters
    cause = "cause unknown"
    if counters:
        cause = f"{counters.dropped} of them dropped by the device since its start"
    repeated = f", {decoder.repeated} came twice" if decoder.repeated else ""
    say(
        f"stream: {decoder.lost.total()} records missing ({cause}){repeated}, "
        f"{decoder.rejected} pieces that were no record"
    )


def _names(out: Path, count: int) -> list[Path]:
    """`out`, or so many numbered names, none of which exists."""
    if count == 1 and not out.exists():
        return [out]
    numbered = (out.with_stem(f"{out.stem}-{n}") for n in range(1, 1_000_000))
    free = (path for path in numbered if not path.exists())
    return [next(free) for _ in range(count)]


def _recording(
    path: Path, part: SensorStream, ppg: np.ndarray, rates_hz: tuple[float, float], subject: str
) -> Recording:
    fs_ppg, fs_acc = rates_hz
    seconds = min(len(part.ppg) / fs_ppg, len(part.acc) / fs_acc)
    return make_recording(
        path,
        dataset="own",
        subject=subject,
        name=path.stem,
        ppg=ppg,
        fs_ppg=fs_ppg,
        ppg_unit="counts",
        ppg_lsb=1.0,
        ppg_zero=0,
        acc=part.acc / ACC_LSB_PER_G,
        fs_acc=fs_acc,
        hr=None,
        hr_start_s=np.arange(int((seconds - WINDOW_S) / HOP_S) + 1) * HOP_S,
    )
