# SPDX-License-Identifier: Apache-2.0
"""A simulated wrist as the files that people have, beside the recording that they hold."""

import io
import zipfile
from pathlib import Path

import numpy as np

from wristpulse.recordings import Recording, simulate
from wristpulse.recordings.readers.empatica import E4_FIELDS
from wristpulse.recordings.recording import make_recording

G = 9.80665  # m/s2
_FIELDS = {"dataset": "test", "subject": "s", "name": "n", "ppg_unit": "", "hr": None, "hr_start_s": None}


def e4_zip(seed: int = 5, seconds: float = 60.0, acc_late_s: float = 0.0) -> tuple[bytes, Recording]:
    """An E4's export and its recording; the accelerometer may start later."""
    wrist = simulate(seed, seconds)
    bvp = np.round((wrist.ppg[:, 0] - wrist.ppg.mean()) / -20, 2)
    acc = np.rint(wrist.acc * 64)[round(acc_late_s * 32) :]
    text = {
        "BVP.csv": [1.7e9, 64.0, *bvp],
        "ACC.csv": [(1.7e9 + acc_late_s,) * 3, (32.0,) * 3, *acc],
        "HR.csv": [1.7e9, 1.0, 60.0],
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in text.items():
            lines = (", ".join(f"{v:.2f}" for v in np.atleast_1d(row)) for row in rows)
            archive.writestr(f"export/{name}", "\r\n".join(lines) + "\r\n")
    recording = make_recording(
        "e4",
        ppg=bvp[round(acc_late_s * 64) :, None],
        fs_ppg=64.0,
        acc=acc / 64,
        fs_acc=32.0,
        **E4_FIELDS,
        **{k: v for k, v in _FIELDS.items() if k != "ppg_unit"},
    )
    return file.getvalue(), recording


def table(seed: int = 6, seconds: float = 60.0) -> tuple[str, Recording]:
    """A CSV of counts and m/s2 at 50 Hz, and its recording."""
    wrist = simulate(seed, seconds, fs_ppg=50.0, fs_acc=50.0)
    acc = np.round(wrist.acc.astype(float) * G, 3)
    lines = ["time,ppg,x,y,z"]
    for i, (light, xyz) in enumerate(zip(wrist.ppg[:, 0], acc, strict=True)):
        lines.append(f"{i / 50:.3f},{light:.0f}," + ",".join(f"{v:.3f}" for v in xyz))
    recording = make_recording(
        "table", ppg=wrist.ppg, fs_ppg=50.0, acc=acc / G, fs_acc=50.0, ppg_lsb=1.0, ppg_zero=0, **_FIELDS
    )
    return "\n".join(lines) + "\n", recording


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
