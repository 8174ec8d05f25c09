# SPDX-License-Identifier: Apache-2.0
"""Small files in the published formats, made from the simulator's signals."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import scipy.io

SECONDS = 40


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def signals(seconds: float, fs: float) -> np.ndarray:
    """Acceleration (n, 3) in g: gravity and a shake."""
    t = np.arange(round(seconds * fs)) / fs
    return np.stack([0.3 * np.sin(9 * t), 0.2 * np.cos(9 * t), 0.95 + 0.1 * np.sin(18 * t)], axis=1)


def pulse(seconds: float, fs: float, bpm: float = 90.0) -> np.ndarray:
    return np.sin(2 * np.pi * bpm / 60 * np.arange(round(seconds * fs)) / fs)


def write_troika(folder: Path, seconds: float = SECONDS, **change) -> Path:
    """DATA_01_TYPE01.mat with its trace; `change` replaces `sig` or `BPM0`."""
    ppg, acc = pulse(seconds, 125) * 200, signals(seconds, 125)
    sig = np.vstack([ppg * 0.5, ppg, ppg * 0.8, acc.T])
    windows = max(0, int((seconds - 8) / 2) + 1)
    path = folder / "DATA_01_TYPE01.mat"
    scipy.io.savemat(path, {"sig": change.get("sig", sig)}, do_compression=True)
    scipy.io.savemat(
        folder / "DATA_01_TYPE01_BPMtrace.mat", {"BPM0": change.get("BPM0", np.full((windows, 1), 90.0))}
    )
    return path


def write_bami1(folder: Path, seconds: float = SECONDS, **change) -> Path:
    """Subject_2.mat: 16-bit counts, one beat every 2/3 s."""
    ppg = np.tile(40000 + 300 * pulse(seconds, 50), (3, 1)).astype(np.uint16)
    acc = (signals(seconds, 50).T * 4096 + 32768).astype(np.uint16)
    beats = np.arange(0.5, seconds, 60 / 90)
    content = {
        "sigPPG": ppg,
        "sigAcc": acc,
        "sigGyro": acc,
        "timeECG": beats[:, None],
        "bpmECG": np.full((len(beats), 1), 90.0),
    }
    path = folder / "Subject_2.mat"
    scipy.io.savemat(path, content | change, do_compression=True)
    return path


def write_bami2(folder: Path, seconds: float = SECONDS, **change) -> Path:
    ppg = np.tile(2000 + 100 * pulse(seconds, 50), (3, 1)).astype(np.uint16)
    acc = (signals(seconds, 50).T * 4096 + 32768).astype(np.uint16)
    content = {"rawPPG": ppg, "rawAcc": acc, "bpm_ecg": np.full((17, 1), 90.0)}
    path = folder / "BAMI2_3.mat"
    scipy.io.savemat(path, content | change, do_compression=True)
    return path


def dalia(seconds: float = SECONDS, subject: str = "S1") -> dict:
    """The content of a PPG-DaLiA pickle, without the chest's signals that no one reads."""
    return {
        "signal": {
            "wrist": {"BVP": pulse(seconds, 64)[:, None] * 60, "ACC": signals(seconds, 32)},
            "chest": {"ECG": np.zeros((round(seconds * 700), 1))},
        },
        "label": np.full(int((seconds - 8) / 2) + 1, 90.0),
        "activity": np.repeat([[1.0], [7.0]], round(seconds * 2), axis=0),
        "rpeaks": np.arange(0, round(seconds * 700), 467),
        "questionnaire": {"AGE": 31, "Gender": " m", "SPORT": 5},
        "subject": subject,
    }


def wesad(seconds: float = SECONDS, bpm: float = 90.0, subject: str = "S2") -> dict:
    """The content of a WESAD pickle: an ECG with narrow beats, ACC in 1/64 g."""
    t = np.arange(round(seconds * 700)) / 700
    away = (t * bpm / 60) % 1.0 - 0.5  # beats from the nearest R peak
    ecg = np.exp(-0.5 * (away * 60 / bpm / 0.012) ** 2) + 0.01 * rng().normal(size=len(t))
    return {
        "signal": {
            "wrist": {
                "BVP": pulse(seconds, 64, bpm)[:, None] * 60,
                "ACC": np.round(signals(seconds, 32) * 64),
            },
            "chest": {"ECG": ecg[:, None]},
        },
        "label": np.ones(len(t), dtype=np.int32),
        "subject": subject,
    }


class Python2Pickler(pickle._Pickler):
    """Writes what Python 2 with numpy 1 wrote: byte strings for text and arrays, modules of numpy.core."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, text: str | bytes) -> None:
        raw = text.encode("latin1") if isinstance(text, str) else text
        if self.proto == 0:
            escaped = raw.decode("latin1").encode("unicode_escape").replace(b"'", b"\\'")
            self.write(b"S'" + escaped + b"'\n")
        else:
            self.write(b"T" + len(raw).to_bytes(4, "little") + raw)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_string

    def save_global(self, value, name=None) -> None:
        module = value.__module__.replace("numpy._core", "numpy.core")
        self.write(f"c{module}\n{name or value.__qualname__}\n".encode())
        self.memoize(value)


def write_pickle(path: Path, content: object, protocol: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        Python2Pickler(file, protocol).dump(content)
    return path


def zip_tree(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder).as_posix())
    return archive
