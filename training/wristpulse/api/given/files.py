# SPDX-License-Identifier: Apache-2.0
"""Recordings from files, published data sets and the simulator."""

from __future__ import annotations

from pathlib import Path

from wristpulse.recordings.recording import Recording


def read_file(path: Path | str) -> list[Recording]:
    """Read a user's recording of any kind that the package knows, told by what the file holds.

    Parameters
    ----------
    path : path
        An .npz (docs/data.md), an E4's or EmbracePlus' zip or folder, Polar Sensor Logger's *_PPG.txt, a
        table .csv of time, ppg, x, y, z, or a folder of them.

    Returns
    -------
    list of Recording
        More than one where a sensor paused, or where a folder holds several.

    Raises
    ------
    RecordingError
        Names the file, the field, what was expected and what was found.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import wristpulse as wp
    >>> from wristpulse.recordings import save_recording
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "anna.npz")
    ...     save_recording(path, wp.simulate(seed=1, seconds=60))
    ...     [len(wp.estimate(recording)) for recording in wp.read_file(path)]
    [29]
    """
    from wristpulse.recordings.opening import open_recordings

    return open_recordings(path)


def read_e4(path: Path | str) -> Recording:
    """Read an Empatica E4's export: the zip or folder of BVP.csv and ACC.csv.

    Parameters
    ----------
    path : path
        The session's zip as downloaded, or the folder that it unpacks to.

    Returns
    -------
    Recording
        PPG at 64 Hz, acceleration at 32 Hz, from when both run; no reference.

    Raises
    ------
    RecordingError
        Names the file, the field, what was expected and what was found.

    Examples
    --------
    >>> import numpy as np, pathlib, tempfile
    >>> import wristpulse as wp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     light = 100 * np.sin(np.arange(64 * 20) / 8)
    ...     lines = ["1700000000", "64", *(f"{x:.2f}" for x in light)]
    ...     _ = pathlib.Path(folder, "BVP.csv").write_text("\\n".join(lines))
    ...     lines = ["1700000000,1700000000,1700000000", "32,32,32", *["0,0,64"] * (32 * 20)]
    ...     _ = pathlib.Path(folder, "ACC.csv").write_text("\\n".join(lines))
    ...     wp.read_e4(folder).seconds
    20.0
    """
    from wristpulse.recordings.exports import e4

    return e4.read_e4(path)


def read_polar(path: Path | str) -> list[Recording]:
    """Read Polar Sensor Logger's files of a Verity Sense or OH1.

    Parameters
    ----------
    path : path
        The *_PPG.txt; the *_ACC.txt of the same name lies beside it.

    Returns
    -------
    list of Recording
        One for each stretch without a pause of more than 0.5 s; no reference.

    Raises
    ------
    RecordingError
        Names the file, the field, what was expected and what was found.

    Examples
    --------
    >>> import wristpulse as wp
    >>> wp.read_polar("monday_PPG.txt")
    Traceback (most recent call last):
    wristpulse.recordings.recording.RecordingError: monday_PPG.txt: file: expected ..., found no such file
    """
    from wristpulse.recordings.exports import polar

    return polar.read_polar(path)


def read_csv(path: Path | str, acc: Path | str | None = None, **options) -> list[Recording]:
    """Read a table of any sensor: a column of times, PPG, acceleration X, Y, Z.

    Parameters
    ----------
    path : path
        Columns ``time``, ``ppg`` (or ppg1, ppg2, green, red, ir) and ``x``, ``y``, ``z``; units may stand in
        the names, as in ``time [ms]``.
    acc : path, optional
        A table of its own for the acceleration; also found beside `path` (anna.csv, anna-acc.csv).
    **options
        ``time_unit`` ("s", "ms", "us", "ns"), ``acc_unit`` ("g", "m/s2", "mg" ...), ``fs_ppg`` and
        ``fs_acc`` (Hz, for tables without times), ``scale`` (a PpgScale), ``subject``, ``name``.

    Returns
    -------
    list of Recording
        One for each stretch without a pause of more than 0.5 s; no reference.

    Raises
    ------
    RecordingError
        Names the file, the column or line, what was expected and what was found.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import wristpulse as wp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "anna.csv")
    ...     rows = (f"{n / 50:.2f},{1000 + n % 40},0,{n % 2},9.81" for n in range(50 * 20))
    ...     _ = path.write_text("\\n".join(["time,ppg,x,y,z", *rows]))
    ...     [recording.fs_ppg for recording in wp.read_csv(path)]
    [50.0]
    """
    from wristpulse.recordings.exports import generic_csv

    return generic_csv.read_csv(path, acc, **options)


def read_recording(path: Path | str) -> Recording:
    """Read a recording in the package's own format, an .npz of plain arrays.

    Parameters
    ----------
    path : path
        docs/data.md, "The repository's own format", states the arrays.

    Returns
    -------
    Recording

    Raises
    ------
    RecordingError
        Names the file, the array, what was expected and what was found.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import wristpulse as wp
    >>> from wristpulse.recordings import save_recording
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "anna.npz")
    ...     save_recording(path, wp.simulate(seed=1, seconds=60))
    ...     wp.read_recording(path).fs_ppg
    64.0
    """
    from wristpulse.recordings.readers.arrays import load_recording

    return load_recording(Path(path))


def load_recordings(name: str, folder: Path | str | None = None, **options) -> list[Recording]:
    """All recordings of a published data set, with reference heart rates where it has them.

    Parameters
    ----------
    name : str
        "bami1", "bami2", "troika", "dalia", "wesad" ...: docs/data.md lists them with their licences and how
        to download each.
    folder : path
        The data set's own folder or the one around it; none for "simulator".
    **options
        For "simulator": ``subjects``, ``minutes``, ``first_seed``.

    Returns
    -------
    list of Recording

    Raises
    ------
    RecordingError
        For an unknown name, a folder without the set's files, or a file that cannot be read.

    Examples
    --------
    >>> import wristpulse as wp
    >>> [recording.subject for recording in wp.load_recordings("simulator", subjects=2, minutes=1)]
    ['sim1', 'sim2']
    """
    from wristpulse.recordings.registry import open_dataset

    return open_dataset(name, folder, **options)


def simulate(seed: int, seconds: float = 600.0, **options) -> Recording:
    """A simulated wrist with a known heart rate; the same seed gives the same samples on every machine.

    It is made for trying things, and is no evidence about people.

    Parameters
    ----------
    seed : int
        Which person and which course of activities.
    seconds : float
        Length, 8 s or more.
    **options
        ``fs_ppg`` = 64 and ``fs_acc`` = 32 (Hz), ``leds`` = 1, ``difficulty`` = 1 (of motion), ``losses`` =
        True (of contact).

    Returns
    -------
    Recording
        ``ppg`` float32 (n, leds) in counts, ``acc`` float32 (m, 3) in g, ``hr`` in BPM of each 8 s window.

    Raises
    ------
    RecordingError
        When shorter than 8 s.

    Examples
    --------
    >>> import wristpulse as wp
    >>> wp.simulate(seed=1, seconds=60).ppg.shape
    (3840, 1)
    """
    from wristpulse.recordings.simulated.simulator import simulate as simulate_wrist

    return simulate_wrist(seed, seconds, **options)
