# SPDX-License-Identifier: Apache-2.0
"""The shell's `wristpulse`: heart rate from a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Literal

import numpy as np

from wristpulse.api.estimate import load_student
from wristpulse.api.extras import needs
from wristpulse.api.given.files import read_file
from wristpulse.api.heart_rate import HeartRate
from wristpulse.api.score import score
from wristpulse.recordings.recording import Recording
from wristpulse.recordings.scale import dark_note
from wristpulse.support.errors import UserError
from wristpulse.support.files import replacing

COLUMNS = ("recording", "time_s", "bpm", "confidence", "state")
# What a user can set right; any other error is ours and keeps its traceback.
USER_ERRORS = (UserError, OSError, ImportError)
HOP = "{:>8}  {:>5}  {:>10}  {}"


def estimate_file(
    path: Path,
    *,
    out: Path | None = None,
    plot: Path | None = None,
    hops: bool = False,
    student: Path | None = None,
    led: int | Literal["all"] | None = None,
    smooth: bool = False,
) -> list[tuple[Recording, HeartRate]]:
    """Estimate every recording in a file and print a line for each.

    Parameters
    ----------
    path : Path
        Anything that `read_file` reads.
    out : Path, optional
        CSV to write, a row for each hop.
    plot : Path, optional
        Picture to write.
    hops : bool
        Also print every hop.
    student : Path, optional
        Folder of another student.
    led : int or "all", optional
        Channel of the PPG; by default the file's own.
    smooth : bool
        Use what came after each hop too.

    Returns
    -------
    list of (Recording, HeartRate)

    Raises
    ------
    RecordingError
        The file cannot be read.
    SignalError
        Its signals cannot be estimated.
    CardError, StepError
        The student is damaged, or there is none.
    OSError
        `out` or `plot` cannot be written.
    """
    model = load_student(student)
    found = [(recording, model.estimate(recording, led=led, smooth=smooth)) for recording in read_file(path)]
    for recording, hr in found:
        print(f"{recording.name}: {hr.summary()}")
        if note := dark_note(recording):
            print(note)
        if recording.hr is not None and np.isfinite(recording.hr).any():
            print(f"{recording.name}: against its labels: {score(hr, recording)}")
        if hops:
            print(HOP.format("time_s", "BPM", "confidence", "state"))
            for row in rows(recording, hr):
                print(HOP.format(row[1], row[2] or "-", row[3] or "-", row[4]))
    if out:
        write_csv(out, found)
        print(out)
    if plot:
        write_picture(plot, found)
        print(plot)
    return found


def rows(recording: Recording, hr: HeartRate) -> list[tuple[str, str, str, str, str]]:
    """Format a recording's hops.

    Parameters
    ----------
    recording : Recording
    hr : HeartRate

    Returns
    -------
    list of tuple of str
        One for each hop, in the order of COLUMNS; empty where there is no value.
    """

    def text(value: float, digits: int) -> str:
        return f"{value:.{digits}f}" if np.isfinite(value) else ""

    return [
        (recording.name, text(t, 3), text(bpm, 1), text(confidence, 3), str(state))
        for t, bpm, confidence, state in zip(hr.time_s, hr.bpm, hr.confidence, hr.state, strict=True)
    ]


def write_csv(path: Path, found: list[tuple[Recording, HeartRate]]) -> None:
    """Write a row for each hop, whole or not at all.

    Parameters
    ----------
    path : Path
    found : list of (Recording, HeartRate)

    Raises
    ------
    OSError
        It cannot be written.
    """
    import csv

    with replacing(path) as beside, beside.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for recording, hr in found:
            writer.writerows(rows(recording, hr))


def write_picture(path: Path, found: list[tuple[Recording, HeartRate]]) -> None:
    """Draw the recordings one below the other.

    Parameters
    ----------
    path : Path
        Its suffix chooses the format.
    found : list of (Recording, HeartRate)

    Raises
    ------
    ImportError
        matplotlib is missing.
    OSError
        It cannot be written.
    """
    with needs("plot", "--plot"):
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot

    size = (9, 4 * len(found))
    figure, axes = pyplot.subplots(len(found), figsize=size, squeeze=False, layout="constrained")
    for ax, (recording, hr) in zip(axes[:, 0], found, strict=True):
        hr.plot(ax)
        ax.set_title(recording.name)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line `wristpulse`.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        Exit code: 0, or 1 with one line on stderr.
    """
    parser = argparse.ArgumentParser(prog="wristpulse", description="Heart rate from wrist PPG and motion.")
    parser.add_argument("--version", action="version", version=f"wristpulse {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    estimate = commands.add_parser(
        "estimate",
        help="heart rate of a recording of your own",
        description="Heart rate of a recording, a value every 2 s. FILE is told by what it holds: an .npz "
        "(docs/data.md), an Empatica E4's or EmbracePlus' zip or folder, Polar Sensor Logger's *_PPG.txt, or "
        "a .csv of time, ppg, x, y, z.",
    )
    estimate.add_argument("file", type=Path, metavar="FILE")
    estimate.add_argument("--out", type=Path, metavar="CSV", help="write a row a hop: " + ", ".join(COLUMNS))
    estimate.add_argument("--plot", type=Path, metavar="PNG", help="draw heart rate, confidence and states")
    estimate.add_argument("--hops", action="store_true", help="also print every hop")
    estimate.add_argument(
        "--student", type=Path, metavar="DIR", help="student.tflite and student.json; default: nobody"
    )
    estimate.add_argument(
        "--led",
        type=which_led,
        metavar="LED",
        help="channel of a PPG with several, from 0, or: all; default: the file's own",
    )
    estimate.add_argument(
        "--smooth", action="store_true", help="look back: each value by what came before and after it"
    )
    options = parser.parse_args(arguments)
    try:
        estimate_file(
            options.file,
            out=options.out,
            plot=options.plot,
            hops=options.hops,
            student=options.student,
            led=options.led,
            smooth=options.smooth,
        )
    except USER_ERRORS as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def which_led(text: str) -> int | Literal["all"]:
    """Read the option --led.

    Parameters
    ----------
    text : str

    Returns
    -------
    int or "all"

    Raises
    ------
    ValueError
        Another word.
    """
    return "all" if text == "all" else int(text)


def _version() -> str:
    import wristpulse

    return str(wristpulse.__version__)


if __name__ == "__main__":
    sys.exit(main())
