# SPDX-License-Identifier: Apache-2.0
"""IEEE Signal Processing Cup 2015 (SPC), the TROIKA recordings: 12 training, 1 extra, 10 test.

`sig` holds ECG (DATA_* only), two green PPG channels and ACC x3 (g) at 125 Hz; `BPM0` the reference heart
rate of every 8 s window, 2 s apart. Zhang, Pi, Liu, IEEE Trans. Biomed. Eng. 62(2):522-531, 2015.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wristpulse.recordings.readers.matfile import read_matrices, rows
from wristpulse.recordings.recording import HOP_S, Recording, RecordingError, make_recording, plausible

FS = 125.0
LICENCE = "copyright of the authors; free for academic research with citation"
_DATA = re.compile(r"DATA_(\d\d)_TYPE0\d\.mat")
_TEST = re.compile(r"TEST_S(\d\d)_T\d\d\.mat")

# The extra recording's first publication called it S04_T01, in the test recordings' numbering.
_EXTRA = "DATA_04_TYPE01"


def read(folder: Path) -> Iterator[Recording]:
    """Read all DATA_* and TEST_* recordings of a folder, in the order of the file names.

    Parameters
    ----------
    folder : Path
        Where the publisher's archives were unpacked.

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        A file is damaged, or the reference beside it is missing.
    """
    for path in sorted(folder.glob("*.mat")):
        if _DATA.fullmatch(path.name) or _TEST.fullmatch(path.name):
            yield read_file(path)


def read_file(path: Path) -> Recording:
    """Read one recording and the reference beside it.

    Parameters
    ----------
    path : Path
        DATA_xx_TYPE0x.mat with ``sig`` (6, n), or TEST_Sxx_Txx.mat with ``sig`` (5, n). The reference file
        beside it holds ``BPM0``, the heart rate (BPM) of every 8 s window.

    Returns
    -------
    Recording
        Two PPG channels in ADC steps and acceleration in g, both at 125 Hz. Subjects are S01 to S12
        (training) and T01 to T08 (test).

    Raises
    ------
    RecordingError
        The name is of neither kind, a file is missing or damaged, or ``sig`` has other rows.
    """
    if match := _DATA.fullmatch(path.name):
        subject, signal_rows = "S" + match[1], 6
        reference = path.with_name(path.stem + "_BPMtrace.mat")
        if path.stem == _EXTRA:
            subject, reference = "T04", path.with_name("REF_04_TYPE01.mat")
    elif match := _TEST.fullmatch(path.name):
        subject, signal_rows = "T" + match[1], 5
        reference = path.with_name(path.name.replace("TEST", "True"))
    else:
        raise RecordingError(path, "file name", "DATA_xx_TYPE0x.mat or TEST_Sxx_Txx.mat", path.name)
    sig = rows(path, "sig", read_matrices(path, ("sig",))[0], signal_rows)[-5:]
    hr = plausible(read_matrices(reference, ("BPM0",))[0])
    return make_recording(
        path,
        dataset="troika",
        subject=subject,
        name=path.stem,
        ppg=sig[:2].T,
        fs_ppg=FS,
        ppg_unit="ADC steps, high-passed by the publisher",
        ppg_lsb=1 / 64,  # spans -1024..1024 in steps of 1/2: a quarter of the 18-bit range either way
        ppg_zero=131072,
        acc=sig[2:].T,
        fs_acc=FS,
        hr=hr,
        hr_start_s=np.arange(len(hr)) * HOP_S,
        licence=LICENCE,
    )
