# SPDX-License-Identifier: Apache-2.0
"""What a stream brought so far, a part for each start of the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from wristpulse.core.sensor import SensorStream
from wristpulse_tools.stream.decoder import Acc, Counters, Decoder, FurtherPpg, Ppg, Restart
from wristpulse_tools.stream.stretches import mean_rate_hz


@dataclass
class Boot:
    """Samples between two starts of the device: one clock, so light and motion belong together."""

    ppg: list[Ppg] = field(default_factory=list)
    acc: list[Acc] = field(default_factory=list)
    further: dict[int, list[FurtherPpg]] = field(default_factory=dict)  # by channel

    def samples(self) -> SensorStream:
        """All samples, in the order in which they came; of the PPG the first channel where all came."""
        empty = np.empty(0, np.int64)
        counts, t_us = _joined(self.ppg)
        whole = np.logical_and.reduce([np.isin(t_us, _joined(more)[1]) for more in self.further.values()])
        return SensorStream(
            counts[whole] if self.further else counts,
            t_us[whole] if self.further else t_us,
            np.concatenate([np.empty((0, 3), np.int16), *(r.xyz for r in self.acc)]),
            np.concatenate([empty, *(r.t_us for r in self.acc)]),
        )

    def channels(self, stream: SensorStream) -> np.ndarray:
        """Counts of every channel at the times of a part of `samples`: uint32 (n, channels)."""
        columns = [stream.ppg]
        for _, more in sorted(self.further.items()):
            counts, t_us = _joined(more)
            order = np.argsort(t_us, kind="stable")
            columns.append(counts[order][np.searchsorted(t_us[order], stream.t_ppg_us)])
        return np.stack(columns, axis=1)


@dataclass
class Capture:
    """What came so far."""

    decoder: Decoder = field(default_factory=Decoder)
    boots: list[Boot] = field(default_factory=lambda: [Boot()])
    counters: Counters | None = None
    received: int = 0  # bytes

    def feed(self, data: bytes) -> None:
        """Take bytes of the stream. StreamError for another version of it."""
        self.received += len(data)
        for record in self.decoder.feed(data):
            if isinstance(record, Restart):
                self.boots.append(Boot())
            elif isinstance(record, Ppg):
                self.boots[-1].ppg.append(record)
            elif isinstance(record, FurtherPpg):
                self.boots[-1].further.setdefault(record.channel, []).append(record)
            elif isinstance(record, Acc):
                self.boots[-1].acc.append(record)
            elif isinstance(record, Counters):
                self.counters = record

    @property
    def ppg(self) -> list[Ppg]:
        """All records of the PPG."""
        return [record for boot in self.boots for record in boot.ppg]

    @property
    def acc(self) -> list[Acc]:
        """All records of the accelerometer."""
        return [record for boot in self.boots for record in boot.acc]

    def status(self, seconds: float) -> str:
        """One line: what arrived in the first `seconds`, and what did not."""
        if not self.received:
            return f"{seconds:.0f} s  nothing arrives: is the snippet pulse-stream in the image?"
        if not self.ppg and not self.acc:
            return f"{seconds:.0f} s  {self.received:,} bytes, no record yet: is --baud the port's speed?"
        boot = self.boots[-1]
        sensors = f"PPG {_progress(boot.ppg)}  ACC {_progress(boot.acc)}"
        starts = f"  device restarts {len(self.boots) - 1}" if len(self.boots) > 1 else ""
        lost = f"records missing {self.decoder.lost.total()}  rejected {self.decoder.rejected}"
        return f"{seconds:.0f} s  {sensors}  {lost}{starts}"


def _joined(records: Sequence[Ppg | FurtherPpg]) -> tuple[np.ndarray, np.ndarray]:
    """Counts and times of records, one after the other."""
    return (
        np.concatenate([np.empty(0, np.uint32), *(record.counts for record in records)]),
        np.concatenate([np.empty(0, np.int64), *(record.t_us for record in records)]),
    )


def _progress(records: list[Ppg] | list[Acc]) -> str:
    """Samples and their rate, of records in order."""
    times = [record.t_us for record in records if len(record.t_us)]
    samples = sum(map(len, times))
    rate = mean_rate_hz(int(times[0][0]), int(times[-1][-1]), samples) if times else 0.0
    return f"{samples:,} at {rate:.1f} Hz"
