# SPDX-License-Identifier: Apache-2.0
"""What the device's sensors would have delivered for a recording, and the replay file that carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int16, Int64, UInt32

from wristpulse.core.numbers import ACC_LSB_PER_G, FUSION_LEDS, PPG_MAX


@runtime_checkable
class Sampled(Protocol):
    """A recording, as far as sensors go: wristpulse.recordings.Recording is one.

    ppg: (n, leds), in units of ppg_lsb a count, 0 at ppg_zero counts; acc: (m, 3), g; rates in Hz; led: the
    default channel.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def ppg(self) -> Any: ...  # noqa: D102
    @property
    def ppg_lsb(self) -> float: ...  # noqa: D102
    @property
    def ppg_zero(self) -> int: ...  # noqa: D102
    @property
    def fs_ppg(self) -> float: ...  # noqa: D102
    @property
    def acc(self) -> Any: ...  # noqa: D102
    @property
    def fs_acc(self) -> float: ...  # noqa: D102
    @property
    def led(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class SensorStream:
    """Samples as the sensors deliver them.

    Attributes
    ----------
    ppg
        18-bit counts.
    acc
        4096 LSB per g.
    t_ppg_us, t_acc_us
        Microseconds.
    """

    ppg: UInt32[np.ndarray, " n"]
    t_ppg_us: Int64[np.ndarray, " n"]
    acc: Int16[np.ndarray, "m 3"]
    t_acc_us: Int64[np.ndarray, " m"]

    def __post_init__(self) -> None:
        """Check shapes; ValueError on a mismatch."""
        if self.ppg.ndim != 1 or self.ppg.shape != self.t_ppg_us.shape:
            raise ValueError(f"ppg {self.ppg.shape} and t_ppg_us {self.t_ppg_us.shape} must both be (n,)")
        if self.acc.shape != (len(self.t_acc_us), 3):
            raise ValueError(f"acc {self.acc.shape} must be ({len(self.t_acc_us)}, 3), as t_acc_us says")


def check_leds(streams: Sequence[SensorStream]) -> None:
    """Check that streams are LEDs of one device.

    Parameters
    ----------
    streams : sequence of SensorStream

    Raises
    ------
    ValueError
        Not 1 to FUSION_LEDS streams, or their times or their acceleration differ.
    """
    if not 1 <= len(streams) <= FUSION_LEDS:
        raise ValueError(f"LEDs: expected 1 to {FUSION_LEDS}, found {len(streams)}")
    for led, one in enumerate(streams[1:], start=1):
        for name in ("t_ppg_us", "t_acc_us", "acc"):
            if not np.array_equal(getattr(one, name), getattr(streams[0], name)):
                raise ValueError(f"LED {led}: {name}: expected that of LED 0, found another")


def sample_times(samples: int, rate_hz: float) -> Int64[np.ndarray, " {samples}"]:
    """Times of a sensor that starts at 0 and never misses a sample.

    Parameters
    ----------
    samples : int
    rate_hz : float
        The period is rounded to whole nanoseconds.

    Returns
    -------
    int64 (samples,)
        Microseconds, rounded down.

    Examples
    --------
    >>> sample_times(4, 64.0).tolist()
    [0, 15625, 31250, 46875]
    """
    return np.arange(samples, dtype=np.int64) * round(1e9 / rate_hz) // 1000


def to_counts(recording: Sampled, led: int | None = None) -> SensorStream:
    """Sensor counts of one PPG channel and the accelerometer; values beyond the sensors' ranges saturate.

    Parameters
    ----------
    recording : of any data set.
    led : PPG channel; None: the recording's default.

    Returns
    -------
    SensorStream
        Both channels start at 0 us and run at the recording's rates.

    Raises
    ------
    ValueError
        The recording has no such channel.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> ppg, acc = np.array([[0.0], [10.0], [9.9e9]]), np.array([[0, 0, 1.0], [0, 0, -9.0]])
    >>> wrist = SimpleNamespace(name="a", ppg=ppg, ppg_lsb=0.5, ppg_zero=1000, fs_ppg=64.0,
    ...                         acc=acc, fs_acc=32.0, led=0)
    >>> stream = to_counts(wrist)
    >>> stream.ppg.tolist(), stream.acc[:, 2].tolist(), stream.t_acc_us.tolist()
    ([1000, 1020, 262143], [4096, -32768], [0, 31250])
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
