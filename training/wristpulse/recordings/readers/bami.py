# SPDX-License-Identifier: Apache-2.0
"""BAMI-1 (24 subjects x 14 min) and BAMI-2 (23 subjects x 12 min): three PPG channels and ACC at 50 Hz.

BAMI-1: Lee, Chung, Lee, IEEE Sensors J. 19(3):1166-1175, 2018: ECG beats with their instantaneous rate.
BAMI-2: Chung, Ko, Lee, Lee, IEEE Access 8, 2020: heart rate of every 8 s window, 2 s apart.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.readers.matfile import read_matrices, rows
from wristpulse.recordings.readers.reference import beat_rate
from wristpulse.recordings.recording import (
    ACTIVITIES,
    HOP_S,
    WINDOW_S,
    Recording,
    RecordingError,
    make_recording,
    plausible,
    window_starts,
)

FS = 50.0
FIRST_STEP = 30.0  # BPM; a first value of BAMI-2 farther off the second missed every other beat
LICENCE = "copyright of the authors; free for academic research with citation"

# Seconds by which the PPG clock runs behind the ECG's, per subject: where label_offset finds most PPG power
# at the labelled rate, within its uncertainty (docs/data.md). Subjects not named: 2.0.
BAMI1_OFFSET_S = {
    2: 3.0, 3: 3.0, 5: 11.5, 8: 4.0, 9: 3.0, 10: 1.5, 12: 3.0, 13: 3.0, 15: -3.5, 17: 1.5, 18: 1.5, 20: 2.5,
}  # fmt: skip

# The same for BAMI-2. Subjects not named: 1.0.
BAMI2_OFFSET_S = {
    2: 0.5, 4: 1.5, 8: 1.5, 9: 0.5, 10: 1.5, 11: 2.0, 12: 2.0, 13: 1.5, 17: 0.5, 19: 1.5, 20: 1.5, 22: 0.5,
    23: 7.5,
}  # fmt: skip

# The treadmill protocols, minutes. The last of BAMI-2's stages lasts until the recording ends.
BAMI1_PROTOCOL = ((1, "sitting"), (2, "walking"), (3, "running"), (2, "walking"), (3, "running"),
                  (2, "walking"), (1, "sitting"))  # fmt: skip
BAMI2_PROTOCOL = ((1, "sitting"), (2, "walking"), (4, "running"), (4, "walking"), (1, "sitting"))  # fmt: skip


def read_bami1(folder: Path) -> Iterator[Recording]:
    """Read BAMI-1: Subject_1.mat to Subject_24.mat, in the order of their numbers.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        A file is damaged.
    """
    for path, number in _numbered(folder, r"Subject_(\d+)\.mat"):
        yield read_bami1_file(path, number)


def read_bami2(folder: Path) -> Iterator[Recording]:
    """Read BAMI-2: BAMI2_1.mat to BAMI2_23.mat, in the order of their numbers.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        A file is damaged.
    """
    for path, number in _numbered(folder, r"BAMI2_(\d+)\.mat"):
        yield read_bami2_file(path, number)


def read_bami1_file(path: Path, number: int) -> Recording:
    """Read one BAMI-1 recording; `beat_rate` makes its labels from the ECG's beats.

    Parameters
    ----------
    path : Path
        A .mat file with sigPPG and sigAcc, uint16 (3, n), and timeECG (s) and bpmECG (BPM), one value a beat.
    number : int
        The subject's number; it selects the label offset.

    Returns
    -------
    Recording
        Three PPG channels in 16-bit counts and acceleration in g, both at 50 Hz.

    Raises
    ------
    RecordingError
        A matrix is missing, has another type or number of rows, or the beats' times and rates differ in
        number.
    """
    ppg, acc, times, rates = read_matrices(path, ("sigPPG", "sigAcc", "timeECG", "bpmECG"))
    if times.size != rates.size:
        raise RecordingError(path, "bpmECG", f"{times.size} beats as in timeECG", str(rates.size))
    starts = window_starts(ppg.shape[1] / FS)
    return _recording(
        path,
        f"S{number}",
        rows(path, "sigPPG", ppg, 3),
        rows(path, "sigAcc", acc, 3),
        dataset="bami1",
        ppg_lsb=1.0,  # 16-bit counts, as they are
        hr=beat_rate(times.ravel(), rates.ravel(), starts),
        hr_start_s=starts,
        activity=_activity(BAMI1_PROTOCOL, starts),
        label_offset_s=BAMI1_OFFSET_S.get(number, 2.0),
    )


def read_bami2_file(path: Path, number: int) -> Recording:
    """Read one BAMI-2 recording; its labels are as published.

    Parameters
    ----------
    path : Path
        A .mat file with rawPPG and rawAcc, uint16 (3, n), and bpm_ecg (BPM), one value for every 8 s window.
    number : int
        The subject's number; it selects the label offset.

    Returns
    -------
    Recording
        Three PPG channels in 12-bit counts and acceleration in g, both at 50 Hz.

    Raises
    ------
    RecordingError
        A matrix is missing or has another type or number of rows.
    """
    ppg, acc, hr = read_matrices(path, ("rawPPG", "rawAcc", "bpm_ecg"))
    starts = np.arange(hr.size) * HOP_S
    hr = plausible(hr)
    if hr.size > 1 and abs(hr[0] - hr[1]) > FIRST_STEP:
        hr[0] = np.nan
    return _recording(
        path,
        f"S{number}",
        rows(path, "rawPPG", ppg, 3),
        rows(path, "rawAcc", acc, 3),
        dataset="bami2",
        ppg_lsb=1 / 16,  # 12-bit counts
        hr=hr,
        hr_start_s=starts,
        activity=_activity(BAMI2_PROTOCOL, starts),
        label_offset_s=BAMI2_OFFSET_S.get(number, 1.0),
    )


def _recording(path, subject: str, ppg: np.ndarray, acc: np.ndarray, **fields) -> Recording:
    for field, signal in (("PPG", ppg), ("ACC", acc)):
        if signal.dtype != np.uint16:
            raise RecordingError(path, field, "uint16 samples", str(signal.dtype))
    return make_recording(
        path,
        subject=subject,
        name=path.stem,
        ppg=ppg.T,
        fs_ppg=FS,
        ppg_unit="counts",
        ppg_zero=0,
        acc=(acc.T.astype(np.float32) - 32768) / 4096,
        fs_acc=FS,
        licence=LICENCE,
        **fields,
    )


def _activity(protocol: tuple[tuple[int, str], ...], starts: np.ndarray) -> np.ndarray:
    """What the protocol had the subject do in the middle of each window; resting is called sitting."""
    ends = np.cumsum([60 * minutes for minutes, _ in protocol])
    stage = np.minimum(np.searchsorted(ends, starts + WINDOW_S / 2, side="right"), len(protocol) - 1)
    return np.array([ACTIVITIES.index(protocol[i][1]) for i in stage], dtype=np.int64)


def _numbered(folder: Path, pattern: str) -> list[tuple[Path, int]]:
    found = [(path, re.fullmatch(pattern, path.name)) for path in folder.iterdir()]
    return sorted(((path, int(match[1])) for path, match in found if match), key=lambda item: item[1])
