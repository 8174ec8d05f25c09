# SPDX-License-Identifier: Apache-2.0
"""Recordings: heart rate of one's own; fetch a data set from its publisher, look at what it holds."""

from pathlib import Path

from wristpulse_tools.firmware.places import ROOT
from wristpulse_tools.tasks.common import command


@command(
    dataset="data set to download: see docs/data.md",
    data="folder for the data sets, each in a folder of its own; default: data/ of the repository",
)
def data(_context, dataset: str, data: Path = ROOT / "data"):
    """Download a data set from its original publisher; prints licence and citation."""
    from wristpulse.recordings import download

    download.download(download.published(dataset), data)


@command(
    dataset="data set to list: see docs/data.md; simulator needs no folder",
    data="folder of the data set or the one around it",
    export="also save each recording in this folder, in the format of docs/data.md",
)
def recordings(_context, dataset: str, data: Path | None = None, export: Path | None = None):
    """List the recordings of a data set."""
    from rich.console import Console

    from wristpulse.recordings.__main__ import show

    show(dataset, data, Console(), export)


@command(
    file="an .npz (docs/data.md), an E4's or EmbracePlus' zip or folder, Polar's *_PPG.txt, "
    "or a .csv of time, ppg, x, y, z",
    out="CSV file to write: a row a hop",
    plot="picture to draw: .png, .svg or .pdf",
    hops="also print every hop",
    student="folder of student.tflite and student.json; default: the one that ships",
    led="channel of a PPG with several, from 0, or all: fused; default: the file's own",
    smooth="look back: each value by what came before and after it",
)
def estimate(
    _context,
    file: Path,
    out: Path | None = None,
    plot: Path | None = None,
    hops: bool = False,
    student: Path | None = None,
    led: str | None = None,
    smooth: bool = False,
) -> None:
    """Print the heart rate of a recording of your own; with labels in the file, its errors too."""
    from wristpulse.api.command import estimate_file, which_led

    which = None if led is None else which_led(led)
    estimate_file(file, out=out, plot=plot, hops=hops, student=student, led=which, smooth=smooth)
