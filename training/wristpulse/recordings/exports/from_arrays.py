# SPDX-License-Identifier: Apache-2.0
"""Arrays of any sensor, made recordings."""

import numpy as np

from wristpulse.recordings.exports.timed import Timed, recordings
from wristpulse.recordings.recording import Recording, RecordingError
from wristpulse.recordings.scale import PpgScale, SignalError, check_rate, check_signal


def from_arrays(
    ppg: np.ndarray,
    acc: np.ndarray,
    *,
    fs_ppg: float | None = None,
    fs_acc: float | None = None,
    t_ppg: np.ndarray | None = None,
    t_acc: np.ndarray | None = None,
    scale: PpgScale | None = None,
    per_g: float | None = None,
    name: str = "recording",
) -> list[Recording]:
    """The recordings in arrays, one unless a sensor paused for more than 0.5 s.

    ppg: (samples,) or (samples, LEDs), any unit; acc: (samples, 3), any unit, gravity included.
    Each has either a rate (fs_ppg, fs_acc, Hz; the first sample at 0 s) or the samples' times (t_ppg, t_acc,
    seconds, or datetime64), of one clock. scale, per_g: of PPG and acceleration where known, else found
    (`ppg_scale`, `acc_scale`). `SignalError` names the array and says what is wrong with it.
    """
    times, arrays = {}, {"ppg": (ppg, fs_ppg, t_ppg, None), "acc": (acc, fs_acc, t_acc, 3)}
    signals = {}
    for array, (values, fs, t, columns) in arrays.items():
        if (fs is None) == (t is None):
            found = "neither" if fs is None else "both"
            raise SignalError(array, f"either its rate fs_{array} or its times t_{array}", found)
        if fs is not None and t is None:
            signals[array] = check_signal(array, values, fs, columns)
            times[array] = np.arange(len(signals[array])) / check_rate(array, fs)
        elif t is not None:
            times[array] = _seconds(array, t, len(values))
            signals[array] = check_signal(array, values, _rate(times[array]), columns)
    if fs_ppg and fs_acc:
        _same_duration(times["ppg"], times["acc"], fs_acc)
    try:
        return recordings(
            Timed(
                label=name,
                dataset="arrays",
                subject=name,
                name=name,
                ppg=signals["ppg"],
                t_ppg=times["ppg"],
                acc=signals["acc"],
                t_acc=times["acc"],
                scale=scale,
                per_g=per_g,
            )
        )
    except RecordingError as error:
        raise SignalError(error.what, error.expected, error.found) from error


def _seconds(array: str, t: np.ndarray, samples: int) -> np.ndarray:
    """Times as float64 seconds (samples,)."""
    t = np.asarray(t)
    if t.dtype.kind == "M":
        t = t.astype("datetime64[ns]").astype(np.int64) * 1e-9
    if t.dtype.kind not in "iuf" or t.shape != (samples,):
        raise SignalError(f"t_{array}", f"{samples} times in seconds", f"{t.dtype} of shape {t.shape}")
    t = t.astype(np.float64)
    if not np.isfinite(t).all():
        raise SignalError(f"t_{array}", "finite times", f"{(~np.isfinite(t)).sum()} that are not")
    if samples < 2 or not t[-1] > t[0]:
        raise SignalError(f"t_{array}", "times that increase", f"{t[:3]}...")
    return t


def _rate(t: np.ndarray) -> float:
    """Mean rate in Hz without pauses."""
    steps = np.diff(t)
    near = steps[steps <= 10 * max(float(np.median(steps)), steps.mean())]
    return len(near) / near.sum() if near.sum() > 0 else 0.0


def _same_duration(t_ppg: np.ndarray, t_acc: np.ndarray, fs_acc: float) -> None:
    """Rates that make one signal more than 2 s longer than the other are wrong ones."""
    if abs(t_ppg[-1] - t_acc[-1]) > 2.0:
        expected = (
            f"about {round(t_ppg[-1] * fs_acc)} samples ({fs_acc:g} Hz over the PPG's {t_ppg[-1]:.1f} s)"
        )
        raise SignalError("acc", expected, f"{len(t_acc)}: one of the rates is wrong")
