# SPDX-License-Identifier: Apache-2.0
"""PhysioNet's wrist set in WFDB form, written by the package that its users read it with."""

import numpy as np
import wfdb
from tests.python.recordings.written.published_files import SECONDS, pulse, signals

FS = 256
NAMES = [
    "chest_ecg", "wrist_ppg", "wrist_gyro_x", "wrist_gyro_y", "wrist_gyro_z",
    *(f"wrist_{kind}_accelerometer_{axis}" for kind in ("low_noise", "wide_range") for axis in "xyz"),
]  # fmt: skip
UNITS = ["mV", "mV", *["deg/s"] * 3, *["m/s^2"] * 6]


def write(folder, name="s1_walk", seconds=SECONDS, names=tuple(NAMES), bpm=90.0):
    """A record as published, and the beats of its ECG among remarks, one of them false."""
    folder.mkdir(parents=True, exist_ok=True)
    acc = signals(seconds, FS) * 9.80665
    ppg = 1400 + 30 * pulse(seconds, FS, bpm)
    columns = [np.sin(np.arange(len(ppg))), ppg, *[ppg * 0] * 3, *np.clip(acc, -5, 5).T, *acc.T]
    kept = [NAMES.index(n) for n in names]
    wfdb.wrsamp(
        name, fs=FS, units=[UNITS[i] for i in kept], sig_name=list(names), fmt=["16"] * len(kept),
        p_signal=np.stack([columns[i] for i in kept], axis=1), write_dir=str(folder),
    )  # fmt: skip
    beats = np.round(np.arange(0.3, seconds, 60 / bpm) * FS).astype(int)
    beats = np.sort(np.append(beats, beats[len(beats) // 2] + 60))
    samples, symbols = np.concatenate([[0], beats]), np.array(['"', *["N"] * len(beats)])
    wfdb.wrann(name, "atr", samples, symbol=symbols, write_dir=str(folder))
    return folder / f"{name}.hea"
