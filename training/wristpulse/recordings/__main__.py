# SPDX-License-Identifier: Apache-2.0
"""What a data set holds: `python -m wristpulse.recordings NAME [--data DIR] [--export DIR]`."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Column, Table

from wristpulse.recordings import DATASETS, Recording, RecordingError, iter_dataset, save_recording
from wristpulse.recordings.registry import SIMULATED
from wristpulse.support.errors import in_words

COLUMNS = ("subject", "recording", "min", "PPG", "ACC", "windows", "known", "BPM", "offset")


def row(recording: Recording) -> list[str]:
    """Describe one recording in the cells of the table.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    list of str
        One text for each of `COLUMNS`.
    """
    hr = np.full(len(recording.hr_start_s), np.nan) if recording.hr is None else recording.hr
    rates = hr[np.isfinite(hr)]
    return [
        recording.subject,
        recording.name,
        f"{recording.seconds / 60:.1f}",
        f"{recording.ppg.shape[1]}x{recording.fs_ppg:g}",
        f"{recording.fs_acc:g}",
        str(len(hr)),
        str(len(rates)),
        "-" if not len(rates) else f"{rates.min():.0f}-{rates.mean():.0f}-{rates.max():.0f}",
        f"{recording.label_offset_s:g}",
    ]


def show(name: str, folder: Path | None, console: Console, export: Path | None = None) -> None:
    """Read a data set, print its table, and save each recording in `export`.

    Parameters
    ----------
    name : str
    folder : Path or None
        As `iter_dataset` takes them.
    console : rich.console.Console
    export : Path, optional
        Folder for the recordings as .npz; made if it does not exist.

    Raises
    ------
    RecordingError
        As `iter_dataset` does.
    OSError
        `export` cannot be written.
    """
    table = Table(
        *(Column(header, no_wrap=True) for header in COLUMNS),
        title=name,
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption="PPG: channels x Hz; ACC: Hz; known: windows with a reference;\n"
        "BPM: lowest-mean-highest; offset: seconds of PPG time less label time",
    )
    subjects: set[str] = set()
    hours, windows, labelled, licence = 0.0, 0, 0, ""
    for recording in iter_dataset(name, folder):
        cells = row(recording)
        table.add_row(*cells)
        subjects.add(recording.subject)
        hours += recording.seconds / 3600
        windows += int(cells[5])
        labelled += int(cells[6])
        licence = recording.licence
        if export:
            export.mkdir(parents=True, exist_ok=True)
            save_recording(export / f"{recording.name}.npz", recording)
    table.add_section()
    sums = (len(subjects), table.row_count, f"{hours * 60:.1f}", "", "", windows, labelled)
    table.add_row(*map(str, sums))
    console.print(table)
    console.print(f"{hours:.2f} h. Licence: {licence}", highlight=False)


def main(arguments: list[str] | None = None) -> int:
    """Show the data set that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        Exit code: 0, or 1 after an error that is printed.
    """
    parser = argparse.ArgumentParser(prog="python -m wristpulse.recordings", description=__doc__)
    parser.add_argument("name", choices=[*SIMULATED, *DATASETS], help="data set")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("PULSE_DATA", "data")),
        help="the data set's folder or the one around it (default: $PULSE_DATA, else ./data)",
    )
    parser.add_argument(
        "--export", type=Path, help="also save every recording there as .npz, which opens as data set `own`"
    )
    options = parser.parse_args(arguments)
    try:
        show(options.name, options.data, Console(), options.export)
    except (RecordingError, OSError) as error:
        print(f"error: {in_words(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
