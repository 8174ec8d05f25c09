# SPDX-License-Identifier: Apache-2.0
"""Data sets: fetch one from its publisher, look at what one holds."""

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
