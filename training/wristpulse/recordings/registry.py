# SPDX-License-Identifier: Apache-2.0
"""Which data sets there are, where their files lie, and how to open them."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wristpulse.recordings.exports import e4, embraceplus, generic_csv, polar
from wristpulse.recordings.readers import arrays, bami, empatica, physionet, troika
from wristpulse.recordings.recording import Recording, RecordingError
from wristpulse.recordings.simulated.simulator import simulate


@dataclass(frozen=True)
class DataSet:
    """A data set on disk: `read` gets the folder that holds files matching one of `patterns`, or a zip."""

    read: Callable[[Path], Iterator[Recording]]
    patterns: tuple[str, ...]  # relative to the data set's own folder
    folders: tuple[str, ...]  # paths that this folder may have inside a folder of data sets
    archives: tuple[str, ...] = ()  # names of zips that `read` takes as they are


_PICKLES = ("S*/S*.pkl",)
DATASETS: dict[str, DataSet] = {
    "troika": DataSet(troika.read, ("DATA_??_TYPE??.mat", "TEST_S??_T??.mat"), ("troika",)),
    "bami1": DataSet(bami.read_bami1, ("Subject_*.mat",), ("bami1", "BAMI-1")),
    "bami2": DataSet(bami.read_bami2, ("BAMI2_*.mat",), ("bami2", "BAMI-2", "bami2-format-sample")),
    "dalia": DataSet(
        empatica.read_dalia,
        _PICKLES,
        ("PPG_FieldStudy", "dalia", "dalia/PPG_FieldStudy"),
        ("ppg+dalia.zip", "PPG_FieldStudy.zip", "data.zip"),
    ),
    "wesad": DataSet(empatica.read_wesad, _PICKLES, ("WESAD", "wesad", "wesad/WESAD"), ("WESAD.zip",)),
    "wrist-npz": DataSet(arrays.read_wrist, ("S*.npz",), ("wesad-wrist-unlabelled",)),
    # Tested on, never learnt from: what a student shows on it is of a person it never saw.
    "dalia-s6": DataSet(arrays.read_dalia_s6, ("S6.npz",), ("dalia-s6", "dalia-s6-stairs")),
    "physionet-wrist": DataSet(
        physionet.read, ("s*_*.hea", "s*_*.npz"), ("physionet-wrist", "wrist", "wrist/1.0.0")
    ),
    "bangle2": DataSet(
        functools.partial(arrays.read_named, pattern="*-bangle2*.npz"), ("*-bangle2*.npz",), ("bangle2",)
    ),
    "e4": DataSet(e4.read_all, ("BVP.csv", "*/BVP.csv", "*/*/BVP.csv", "*.zip", "*/*.zip"), ("e4",)),
    "embraceplus": DataSet(
        embraceplus.read_all,
        tuple(f"{deep}{kind}" for deep in ("", "*/", "*/*/") for kind in ("*bvp*.csv", "*.avro", "*.zip")),
        ("embraceplus",),
    ),
    "polar": DataSet(polar.read_all, ("*_PPG.txt", "*/*_PPG.txt"), ("polar",)),
    "csv": DataSet(generic_csv.read_all, ("*.csv", "*.tsv", "*/*.csv", "*/*.tsv"), ("csv",)),
    "own": DataSet(arrays.read_own, ("*.npz",), ("own",)),
}
SIMULATOR = "simulator"
WORLD = "world"  # the simulated world, of which `nobody` learnt
SIMULATED = (SIMULATOR, WORLD)  # data sets that need no folder


def open_dataset(name: str, folder: Path | str | None = None, **options) -> list[Recording]:
    """Read all recordings of a data set.

    Parameters
    ----------
    name : str
    folder : Path or str, optional
    **options
        All as `iter_dataset` takes them.

    Returns
    -------
    list of Recording

    Raises
    ------
    RecordingError
        As `iter_dataset` does.

    Examples
    --------
    >>> [r.name for r in open_dataset("simulator", subjects=2, minutes=0.5)]
    ['sim1', 'sim2']
    """
    return list(iter_dataset(name, folder, **options))


def iter_dataset(name: str, folder: Path | str | None = None, **options) -> Iterator[Recording]:
    """Read the recordings of a data set one by one, as they are asked for.

    Parameters
    ----------
    name : str
        Key of `DATASETS`, or one of `SIMULATED`.
    folder : Path or str, optional
        The data set's own folder, or the one that contains it. The simulated ones need none.
    **options
        For the simulated ones: ``subjects``, ``minutes``, ``first_seed`` and the options of `simulate`, or of
        `wristpulse.recordings.world.delivery.recording`.

    Yields
    ------
    Recording

    Raises
    ------
    RecordingError
        No data set of this name, none of its files in the folder, or a damaged file.
    """
    if name in SIMULATED:
        return _simulated(simulate if name == SIMULATOR else _world_recording, **options)
    if name not in DATASETS:
        raise RecordingError(name, "data set", "one of " + ", ".join([*SIMULATED, *DATASETS]), name)
    if folder is None:
        raise RecordingError(name, "folder", "the folder that holds the data set", "none given")
    return _found(DATASETS[name], find_folder(name, Path(folder)))


def find_folder(name: str, folder: Path) -> Path:
    """Find a data set's files: in `folder`, in a subfolder of a known name, or in a zip archive in either.

    Parameters
    ----------
    name : str
        Key of `DATASETS`.
    folder : Path

    Returns
    -------
    Path
        A folder or an archive.

    Raises
    ------
    RecordingError
        None of the data set's files there.
    """
    kind = DATASETS[name]
    if folder.is_file() and kind.archives:
        return folder
    if not folder.is_dir():
        found = "a file" if folder.is_file() else "no such folder"
        raise RecordingError(folder, "folder", f"the folder of {name} or the one around it", found)
    candidates = [*(folder / sub for sub in kind.folders), folder]
    for candidate in candidates:
        if any(next(candidate.glob(pattern), None) for pattern in kind.patterns):
            return candidate
    for archive in (candidate / zipped for candidate in candidates for zipped in kind.archives):
        if archive.is_file():
            return archive
    inside = ", ".join(sorted(path.name for path in folder.iterdir())[:5]) or "nothing"
    raise RecordingError(folder, f"files of {name}", " or ".join(kind.patterns + kind.archives), inside)


def _found(kind: DataSet, folder: Path) -> Iterator[Recording]:
    yield from kind.read(folder)


def _world_recording(*arguments, **options) -> Recording:
    from wristpulse.recordings.world.delivery import recording  # scipy.signal takes a second to import

    return recording(*arguments, **options)


def _simulated(
    make: Callable[..., Recording], subjects: int = 12, minutes: float = 10.0, first_seed: int = 1, **options
) -> Iterator[Recording]:
    for seed in range(first_seed, first_seed + subjects):
        yield make(seed, 60.0 * minutes, **options)
