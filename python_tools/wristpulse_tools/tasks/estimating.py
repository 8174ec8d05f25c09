# SPDX-License-Identifier: Apache-2.0
"""Heart rate of a recording of one's own."""

from pathlib import Path

from invoke import Context

from wristpulse_tools.tasks.common import command


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
    _context: Context,
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
