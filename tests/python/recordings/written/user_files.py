# SPDX-License-Identifier: Apache-2.0
"""Small files in the forms in which wearables and users hand out recordings, made by formula."""

import zipfile
from pathlib import Path

import numpy as np
from tests.python.recordings.written.published_files import SECONDS, pulse, signals

START = 1_544_027_337.0  # s since 1970


def lines(header: str, *columns, delimiter: str = ",") -> str:
    rows = (delimiter.join(map(str, row)) for row in zip(*columns, strict=True))
    return "\n".join([header, *rows]) + "\n"


def write_e4(folder: Path, seconds: float = SECONDS, late_acc: float = 0.0) -> Path:
    """BVP.csv and ACC.csv as Empatica's portal hands them out, and what else is in its zip."""
    folder.mkdir(parents=True, exist_ok=True)
    bvp = "\n".join(f"{value:.2f}" for value in pulse(seconds, 64) * 60)
    (folder / "BVP.csv").write_text(f"{START:.6f}\n64.000000\n{bvp}\n")
    acc = np.round(signals(seconds - late_acc, 32) * 64).astype(int)
    start = ", ".join([f"{START + late_acc:.6f}"] * 3)
    rows = "\n".join(f"{x},{y},{z}" for x, y, z in acc)
    (folder / "ACC.csv").write_text(f"{start}\n32.000000, 32.000000, 32.000000\n{rows}\n")
    (folder / "HR.csv").write_text(f"{START + 10:.6f}\n1.000000\n90.0\n")
    (folder / "tags.csv").write_text("")
    return folder


def write_embraceplus(folder: Path, seconds: float = SECONDS, suffix: str = "", start: float = START) -> Path:
    """bvp.csv and accelerometer.csv as the script in Empatica's documentation makes them of an Avro file."""
    folder.mkdir(parents=True, exist_ok=True)
    t = [[round((start + i / 64) * 1e6) for i in range(round(seconds * 64))]]
    bvp = lines("unix_timestamp,bvp", *t, pulse(seconds, 64) * 30)
    (folder / f"bvp{suffix}.csv").write_text(bvp)
    acc = lines("unix_timestamp,x,y,z", *t, *signals(seconds, 64).T)
    (folder / f"accelerometer{suffix}.csv").write_text(acc)
    return folder


def write_polar(folder: Path, seconds: float = SECONDS, gap: tuple[float, float] | None = None) -> Path:
    """The logger's PPG and ACC files of a Verity Sense at 55 and 52 Hz; `gap`: seconds without samples."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / "Polar_Sense_A0B1C2D3_20260511_231000"

    def stamps(fs: float) -> tuple[np.ndarray, list, list]:
        t = np.arange(round(seconds * fs)) / fs
        t = t if gap is None else t[(t < gap[0]) | (t >= gap[1])]
        phone = np.datetime64("2026-05-11T23:10:00.000") + np.round(t * 1e3).astype("timedelta64[ms]")
        return (
            t,
            phone.astype(str).tolist(),
            (599_628_005_694_359_040 + np.round(t * 1e9).astype(np.int64)).tolist(),
        )

    t, phone, sensor = stamps(55)
    light = np.round(270_000 - 900 * np.sin(2 * np.pi * 1.5 * t)).astype(int)
    header = "Phone timestamp;sensor timestamp [ns];channel 0;channel 1;channel 2;ambient"
    ambient = [1042] * len(t)
    ppg = lines(header, phone, sensor, light, light + 44_000, light - 4_000, ambient, delimiter=";")
    path = Path(f"{stem}_PPG.txt")
    path.write_text(ppg)
    t, phone, sensor = stamps(52)
    header = "Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]"
    mg = np.round(signals(seconds, 52)[np.round(t * 52).astype(int)] * 1000).astype(int)
    Path(f"{stem}_ACC.txt").write_text(lines(header, phone, sensor, *mg.T, delimiter=";"))
    return path


def write_csv(
    path: Path, seconds: float = SECONDS, fs: float = 50.0, time=None, header="time,ppg,x,y,z"
) -> Path:
    """Time in seconds unless given, 12-bit PPG, acceleration in g."""
    path.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(round(seconds * fs)) / fs if time is None else time
    ppg = np.round(2000 + 20 * pulse(seconds, fs)).astype(int)
    path.write_text(lines(header, t, ppg, *signals(seconds, fs).T))
    return path


def zip_flat(archive: Path, folder: Path, under: str = "") -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.iterdir()):
            file.write(path, under + path.name)
    return archive
