# SPDX-License-Identifier: Apache-2.0
"""A file that cannot be read gets one sentence: which file, which part, what was expected, what was found."""

import io
import zipfile
from functools import cache

import numpy as np
import pytest
from page_modules import ModuleError, as_text
from wrist_files import G, e4_zip

from wristpulse.recordings import Recording, simulate

pytestmark = pytest.mark.browser


@cache
def wrist() -> Recording:
    return simulate(3, 20)


def small_npz(**changed: object) -> bytes:
    content = {
        "format": "pulse-recording-1",
        "ppg": wrist().ppg[:, 0],
        "fs_ppg": 64.0,
        "acc": wrist().acc,
        "fs_acc": 32.0,
    }
    file = io.BytesIO()
    np.savez(file, **{key: value for key, value in (content | changed).items() if value is not None})
    return file.getvalue()


def zipped(**texts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name.replace("_", "."), text)
    return file.getvalue()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


BAD = {
    "empty": ({"a_csv": ""}, "a.csv: file: expected a recording, found an empty file"),
    "binary": ({"a_csv": b"\x89PNG\0\0\0"}, "a.csv: file: expected a text table, found another kind of file"),
    "no samples": (
        {"a_csv": "time,ppg,x,y,z\n"},
        "a.csv: file: expected a line of column names, then samples",
    ),
    "no names": ({"a_csv": "0,1,2,3,4\n" * 9}, "a.csv: first line: expected names of columns, such as"),
    "no light": ({"a_csv": "time,x,y,z\n0,0,0,1\n"}, "a.csv: ppg: expected a column of that kind"),
    "no motion": (
        {"a_csv": "time,ppg\n0,1\n"},
        "a.csv: acceleration: expected columns x, y, z, found time, ppg",
    ),
    "a short line": (
        {"a_csv": "time,ppg,x,y,z\n0,1,0,0,1\n1,2\n2,3,0,0,1\n"},
        "a.csv: line 3: expected 5 cells, found 2",
    ),
    "a word": (
        {"a_csv": "time,ppg,x,y,z\n0,1,0,0,1\n0.02,much,0,0,1\n"},
        'a.csv: ppg, line 3: expected a number, found "much"',
    ),
    "times backwards": (
        {"a_csv": "time,ppg,x,y,z\n" + "".join(f"{i % 50 / 50},{i},0,0,1\n" for i in range(900))},
        "a.csv: times of ppg: expected increasing, found 0.000 s after 0.980 s",
    ),
    "too slow": (
        {"a_csv": "time_s,ppg,x,y,z\n" + "".join(f"{i / 5},{i},0,0,1\n" for i in range(90))},
        "a.csv: rate of ppg: expected 10 Hz or more (samples over 100 ms apart are gaps), found 5 Hz",
    ),
    "too short": (
        {"a_csv": "time,ppg,x,y,z\n" + "".join(f"{i / 50},{i},0,0,1\n" for i in range(90))},
        "a.csv: times: expected 8 s of both sensors without a pause of more than 0.5 s",
    ),
    "no gravity": (
        {"a_csv": "time,ppg,x,y,z\n" + "".join(f"{i / 50},{i % 9},0,0,{i % 2 / 99}\n" for i in range(900))},
        "a.csv: acc: expected gravity of about 1 (g), 9.80665 (m/s2)",
    ),
    "another zip": (
        {"a_zip": zipped(b_txt="x")},
        "a.zip: files: expected one BVP.csv (an Empatica E4's export), found b.txt",
    ),
    "half an E4": ({"a_zip": zipped(BVP_csv="1\n64\n0\n")}, "a.zip: files: expected one ACC.csv"),
    "words in E4": (
        {"a_zip": zipped(BVP_csv="1\n64\nx\n", ACC_csv="1,1,1\n")},
        'a.zip: BVP.csv: line 3: expected a number, found "x"',
    ),
    "BVP alone": ({"BVP_csv": "1\n64\n0\n"}, "BVP.csv: files: expected BVP.csv and ACC.csv together"),
    "no format": (
        {"a_npz": small_npz(format=None)},
        'a.npz: format: expected "pulse-recording-1" (docs/data.md), found none',
    ),
    "no acc": ({"a_npz": small_npz(acc=None)}, "a.npz: acc: expected an array of that name, found"),
    "flat acc": (
        {"a_npz": small_npz(acc=np.ones(640))},
        "a.npz: acc: expected numbers of shape (samples, 3), found shape (640)",
    ),
    "objects": (
        {"a_npz": small_npz(ppg=np.array([{}, {}], dtype=object))},
        "a.npz: ppg.npy: type: expected numbers or text, found |O",
    ),
    "NaN": (
        {"a_npz": small_npz(ppg=np.where(np.arange(1280) == 7, np.nan, 9e4))},
        "a.npz: ppg: expected finite samples, found 1 that are not, the first at sample 7",
    ),
    "not in g": ({"a_npz": small_npz(acc=wrist().acc * G)}, "a.npz: acc: expected g with gravity"),
    "another rate": (
        {"a_npz": small_npz(fs_acc=64.0)},
        "a.npz: acc: expected about 1280 samples (64 Hz over the PPG's 20 s), found 640",
    ),
    "no rate": ({"a_npz": small_npz(fs_ppg=0.0)}, "a.npz: fs_ppg: expected a positive number, found 0"),
    "no scale": ({"a_npz": small_npz(ppg_lsb=1e6)}, "a.npz: ppg_lsb, ppg_zero: expected a scale by which"),
    "damaged": (
        {"a_npz": flipped(small_npz(), 3000)},
        "a.npz: ppg.npy: file: expected the checksum of the archive's directory",
    ),
    "three files": (
        {"a_csv": "1", "b_csv": "1", "c_csv": "1"},
        "a.csv: files: expected one, or PPG and acceleration as two",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_one_sentence(read, kind) -> None:
    files, sentence = BAD[kind]
    with pytest.raises(ModuleError) as error:
        read(**files)
    text = str(error.value)
    assert text.startswith(sentence)
    assert "\n" not in text and len(text) < 260


def test_no_damage_escapes_as_another_error(modules) -> None:
    e4, _ = e4_zip(seconds=10.0)
    rng = np.random.default_rng(3)
    damaged = []
    for content in (e4, small_npz()):
        for _ in range(30):
            data = bytearray(content[: rng.integers(1, len(content))] if rng.random() < 0.4 else content)
            for at in rng.integers(0, len(data), 4):
                data[at] ^= int(rng.integers(1, 256))
            damaged.append(as_text(bytes(data)))
    body = (
        "const names = new Set();"
        "for (const content of given[0]) {"
        "  try { await it.readFiles([{ name: 'f.npz', bytes: bytes(content) }]); }"
        "  catch (error) { names.add(error.name); } }"
        "return [...names];"
    )
    assert modules.run("formats.js", body, damaged) == ["FileError"]
