# SPDX-License-Identifier: Apache-2.0
"""PhysioNet's "Wrist PPG During Exercise": 8 people walk, run and cycle with a Shimmer 3 on the wrist.

Jarchi, Casson, Data 2(1):1, 2017. Published as WFDB records, s1_walk.hea, .dat and .atr ...: PPG in mV,
acceleration in m/s2, both at 256 Hz, and the beats of the chest ECG. The wide-range accelerometer (+-16 g) is
read; the low-noise one (+-2 g) saturates in running.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.readers.arrays import read_named
from wristpulse.recordings.readers.reference import interval_rate
from wristpulse.recordings.recording import (
    ACTIVITIES,
    Recording,
    RecordingError,
    make_recording,
    window_starts,
)

LICENCE = "see physionet.org/content/wrist/1.0.0; cite Jarchi and Casson, Data 2(1):1, 2017, and PhysioNet"
GRAVITY = 9.80665  # m/s2 in 1 g
PPG = "wrist_ppg"
ACC = tuple(f"wrist_wide_range_accelerometer_{axis}" for axis in "xyz")
BEATS = frozenset("NLRBAaJSVrFejnE/fQ?")  # WFDB's annotations that mark a beat; others are remarks
_ACTIVITY = {"walk": "walking", "run": "running", "bike": "cycling"}
_NAME = re.compile(r"(s\d+)_\w*?(walk|run|bike)")


def read(folder: Path) -> Iterator[Recording]:
    """Read the records s1_walk and so on, as published or in the repository's own format.

    Parameters
    ----------
    folder : Path
        Holds WFDB headers (.hea), or .npz files if there is none.

    Yields
    ------
    Recording
        In the order of the file names.

    Raises
    ------
    RecordingError
        A file is damaged, missing or named otherwise.
    """
    headers = sorted(folder.glob("s*_*.hea"))
    if not headers:
        yield from read_named(folder, "s*_*.npz")
    for header in headers:
        yield read_record(header)


def read_record(header: Path) -> Recording:
    """Read one WFDB record and its beats; `interval_rate` makes the heart rates from the beats.

    Parameters
    ----------
    header : Path
        The .hea file; the .dat and .atr files lie beside it.

    Returns
    -------
    Recording
        One PPG channel in mV and acceleration in g, both at the record's rate (256 Hz).

    Raises
    ------
    RecordingError
        The name states no subject and activity, a file is missing or cut short, or a signal is missing.
    """
    named = _NAME.fullmatch(header.stem)
    if not named:
        raise RecordingError(header, "name", "as s1_walk or s2_high_resistance_bike", header.stem)
    fs, signals = _signals(header)
    starts = window_starts(len(signals) / fs)
    activity = ACTIVITIES.index(_ACTIVITY[named[2]])
    return make_recording(
        header,
        dataset="physionet-wrist",
        subject=named[1],
        name=header.stem,
        ppg=signals[:, :1],
        fs_ppg=fs,
        ppg_unit="mV",
        ppg_lsb=0.02,  # 0 to 5 V; readings of the set, -0.15 to 2.83 V, all lie above the dark level
        ppg_zero=8192,
        acc=signals[:, 1:] / GRAVITY,
        fs_acc=fs,
        hr=interval_rate(_beats(header, fs), starts),
        hr_start_s=starts,
        activity=np.full(len(starts), activity, dtype=np.int64),
        licence=LICENCE,
    )


def _signals(header: Path) -> tuple[float, np.ndarray]:
    """Rate (Hz) and PPG and acceleration in the record's units, (n, 4)."""
    import wfdb  # a second to import, and only this set needs it

    stem, names = str(header.with_suffix("")), [PPG, *ACC]
    try:
        record = wfdb.rdrecord(stem, channel_names=names)
    except Exception as error:  # wfdb raises many kinds on bad headers and short files
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(header, "record", "a whole WFDB record", reason) from error
    missing = [name for name in names if name not in record.sig_name]
    if missing:
        raise RecordingError(header, "signals", ", ".join(names), f"no {', '.join(missing)}")
    columns = [record.sig_name.index(name) for name in names]
    return float(record.fs), record.p_signal[:, columns]


def _beats(header: Path, fs: float) -> np.ndarray:
    """Times (s) of the beats annotated in the record's .atr."""
    import wfdb

    path = header.with_suffix(".atr")
    if not path.is_file():
        raise RecordingError(path, "file", "the beats of the chest ECG", "no such file")
    try:
        marks = wfdb.rdann(str(header.with_suffix("")), "atr")
    except Exception as error:  # as above
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(path, "file", "WFDB annotations", reason) from error
    return np.array([s for s, symbol in zip(marks.sample, marks.symbol, strict=True) if symbol in BEATS]) / fs
