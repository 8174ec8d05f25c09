# SPDX-License-Identifier: Apache-2.0
import stat
import zipfile

import pytest

from wristpulse.recordings import RecordingError
from wristpulse.recordings.readers import archive as archive_module
from wristpulse.recordings.readers.archive import members, unpack


def write_zip(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def test_unpacks_what_is_asked_for(tmp_path):
    path = write_zip(
        tmp_path / "a.zip", **{"X/S1/S1.pkl": b"one", "X/S1/S1.h5": b"big", "readme.pdf": b"pdf"}
    )
    told = []
    written = unpack(path, tmp_path / "out", ("S*/S*.pkl", "*.pdf"), told.append)
    assert [p.relative_to(tmp_path / "out").as_posix() for p in written] == ["X/S1/S1.pkl", "readme.pdf"]
    assert (tmp_path / "out/X/S1/S1.pkl").read_bytes() == b"one" and sum(told) == 6
    assert sorted(p.name for p in (tmp_path / "out").rglob("*") if p.is_file()) == ["S1.pkl", "readme.pdf"]
    told.clear()
    unpack(path, tmp_path / "out", ("S*/S*.pkl", "*.pdf"), told.append)
    assert told == []  # whole files are kept


OUTSIDE = [
    "../evil.pkl",
    "X/../../evil.pkl",
    "/evil.pkl",
    "C:/evil.pkl",
    "..\\evil.pkl",
    "X\\..\\..\\evil.pkl",
]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("nested", [False, True])
def test_nothing_is_written_outside(tmp_path, name, nested):
    folder = tmp_path / "in" / "out"
    path = write_zip(tmp_path / "a.zip", **{"S1.pkl": b"good", name: b"evil"})
    if nested:
        path = write_zip(tmp_path / "b.zip", **{"data.zip": path.read_bytes()})
    with pytest.raises(RecordingError, match="member: expected files and folders inside the archive, found"):
        unpack(path, folder, ("*.pkl",))
    assert not folder.exists() and not list(tmp_path.rglob("*evil*"))


def test_symbolic_links_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("S1.pkl")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc")
    with pytest.raises(RecordingError, match="'S1.pkl'"):
        unpack(path, tmp_path / "out", ("*.pkl",))


def test_truncated_and_false_archives(tmp_path):
    path = write_zip(tmp_path / "a.zip", **{"S1.pkl": bytes(range(256)) * 99})
    content = path.read_bytes()
    for broken in (content[: len(content) // 2], b"", b"not a zip" * 9):
        path.write_bytes(broken)
        with pytest.raises(RecordingError, match="a.zip: file: expected a whole zip archive"):
            list(members(path))


def test_damaged_member_leaves_nothing(tmp_path):
    path = write_zip(tmp_path / "a.zip", **{"S1.pkl": b"\0\1\2\3" * 9999})
    content = bytearray(path.read_bytes())
    content[len(content) // 2 - 40] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(RecordingError):
        unpack(path, tmp_path / "out", ("*.pkl",))
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file()]


def test_full_disk_is_told_before_writing(tmp_path, monkeypatch):
    path = write_zip(tmp_path / "a.zip", **{"S1.pkl": b"0" * 1000})
    usage = type("Usage", (), {"free": 999})
    monkeypatch.setattr(archive_module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(RecordingError, match="disk"):
        unpack(path, tmp_path / "out", ("*.pkl",))
    assert not list((tmp_path / "out").iterdir())


def test_disk_that_fills_while_writing_leaves_nothing(tmp_path):
    path = write_zip(tmp_path / "a.zip", **{"S1.pkl": b"0" * 1000})

    def full(_):
        raise OSError(28, "No space left on device")

    with pytest.raises(RecordingError, match="No space left on device"):
        unpack(path, tmp_path / "out", ("*.pkl",), full)
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
