# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes are in a file: a recording or one `RecordingError` of one line, never anything else."""

import numpy as np
import pytest
from tests.python.recordings.written.avro_files import write_avro
from tests.python.recordings.written.published_files import (
    dalia,
    wesad,
    write_bami1,
    write_bami2,
    write_pickle,
    write_troika,
    zip_tree,
)
from tests.python.recordings.written.user_files import write_csv, write_e4, write_polar, zip_flat
from tests.python.recordings.written.wfdb_files import write as write_wfdb

from wristpulse.recordings import RecordingError, open_dataset, save_recording, simulate


def own(folder):
    save_recording(folder / "x.npz", simulate(1, 30))
    return folder / "x.npz"


def zipped(folder):
    write_pickle(folder / "tree" / "WESAD" / "S2" / "S2.pkl", wesad(10))
    return zip_tree(folder / "WESAD.zip", folder / "tree")


def physionet(folder, suffix):
    return write_wfdb(folder, seconds=10).with_suffix(suffix)


CASES = {
    "troika": ("troika", write_troika),
    "bami1": ("bami1", write_bami1),
    "bami2": ("bami2", write_bami2),
    "dalia": ("dalia", lambda folder: write_pickle(folder / "S1" / "S1.pkl", dalia())),
    "dalia as text": ("dalia", lambda folder: write_pickle(folder / "S1" / "S1.pkl", dalia(), 0)),
    "wesad in a zip": ("wesad", zipped),
    "own": ("own", own),
    "E4 in a zip": ("e4", lambda folder: zip_flat(folder / "a.zip", write_e4(folder / "anna", 10))),
    "E4": ("e4", lambda folder: write_e4(folder, 10) / "ACC.csv"),
    "EmbracePlus": ("embraceplus", lambda folder: write_avro(folder, 10)),
    "Polar": ("polar", lambda folder: write_polar(folder, 10)),
    "CSV": ("csv", lambda folder: write_csv(folder / "a.csv", 10)),
    "WFDB header": ("physionet-wrist", lambda folder: physionet(folder, ".hea")),
    "WFDB beats": ("physionet-wrist", lambda folder: physionet(folder, ".atr")),
}


@pytest.mark.parametrize("case", CASES)
def test_damaged_bytes(tmp_path, case):
    name, write = CASES[case]
    path = write(tmp_path)
    whole = path.read_bytes()
    rng = np.random.default_rng(2)
    refused = 0
    for trial in range(60):
        damaged = bytearray(whole)
        reach = len(whole) if trial % 2 else min(len(whole), 400)  # headers are read most closely
        for place in rng.integers(0, reach, 4):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:
            open_dataset(name, tmp_path)
        except RecordingError as error:
            refused += 1
            assert "\n" not in str(error) and error.where
    assert refused > 0
