# SPDX-License-Identifier: Apache-2.0
"""What the device's sensors would have delivered for a recording, and the replay file that carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wristpulse.core.numbers import ACC_LSB_PER_G, PPG_MAX

if TYPE_CHECKING:
    from wristpulse.recordings.recording import Recording


@dataclass(frozen=True)
class SensorStream:
    """Samples as the sensors deliver them.

    ppg: uint32 (n,), 18-bit counts; t_ppg_us: int64 (n,), microseconds.
    acc: int16 (m, 3), 4096 LSB per g; t_acc_us: int64 (m,), microseconds.
    """

    ppg: np.ndarray
    t_ppg_us: np.ndarray
    acc: np.ndarray
    t_acc_us: np.ndarray

    def __post_init__(self) -> None:
        """Check shapes; ValueError on a mismatch."""
        if self.ppg.ndim != 1 or self.ppg.shape != self.t_ppg_us.shape:
            raise ValueError(f"ppg {self.ppg.shape} and t_ppg_us {self.t_ppg_us.shape} must both be (n,)")
        if self.acc.shape != (len(self.t_acc_us), 3):
            raise ValueError(f"acc {self.acc.shape} must be ({len(self.t_acc_us)}, 3), as t_acc_us says")


def sample_times(samples: int, rate_hz: float) -> np.ndarray:
    """Times in microseconds, int64 (samples,), of a sensor that starts at 0 and runs at `rate_hz`."""
    return np.arange(samples, dtype=np.int64) * round(1e9 / rate_hz) // 1000


def to_counts(recording: Recording, led: int | None = None) -> SensorStream:
    """Sensor counts of one PPG channel (`led`, the recording's default if None) and the accelerometer.

    Values beyond the sensors' ranges saturate. ValueError if the recording has no such channel.
    """
    led = recording.led if led is None else led
    channels = recording.ppg.shape[1]
    if not 0 <= led < channels:
        raise ValueError(f"{recording.name}: led: expected 0 to {channels - 1}, found {led}")
    ppg = np.rint(recording.ppg[:, led].astype(np.float64) / recording.ppg_lsb) + recording.ppg_zero
    acc = np.rint(recording.acc.astype(np.float64) * ACC_LSB_PER_G)
    return SensorStream(
        np.clip(ppg, 0, PPG_MAX).astype(np.uint32),
        sample_times(len(ppg), recording.fs_ppg),
        np.clip(acc, -32768, 32767).astype(np.int16),
        sample_times(len(acc), recording.fs_acc),
    )
