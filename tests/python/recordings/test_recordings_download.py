# SPDX-License-Identifier: Apache-2.0
"""The downloader against a local server that breaks connections."""

import hashlib
import http.server
import io
import re
import threading
import zipfile

import pytest
from rich.console import Console

from wristpulse.recordings import RecordingError, download

CONTENT = {"a.mat": bytes(range(256)) * 4000, "b.mat": b"short"}


class Server(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT with ranges; `breaks` cuts that many answers short, `ranges` off ignores Range."""

    breaks, ranges, asked = 0, True, []

    def do_GET(self):  # noqa: N802
        kind = type(self)
        content = CONTENT.get(self.path.rpartition("/")[2])
        kind.asked.append(self.headers.get("Range"))
        if content is None:
            return self.send_error(404)
        start = 0
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if match and kind.ranges:
            start = int(match[1])
            if start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.end_headers()
                return None
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        rest = content[start:]
        if kind.breaks:
            kind.breaks -= 1
            rest = rest[: len(rest) // 3]
        self.wfile.write(rest)
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    Server.breaks, Server.ranges, Server.asked = 0, True, []
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}/"
    httpd.shutdown()
    httpd.server_close()


def data_set(base, names=("a.mat",), sha256=None, **fields):
    files = tuple(
        download.Source(
            n, base + n, hashlib.sha256(CONTENT.get(n, b"")).hexdigest() if sha256 is None else sha256
        )
        for n in names
    )
    return download.Published("Set", "set", "page", "Some licence", "Somebody 2020", files, **fields)


def quiet():
    return Console(file=io.StringIO(), width=200)


def test_fetches_checks_and_tells_the_licence(server, tmp_path):
    console = quiet()
    folder = download.download(data_set(server, ("a.mat", "b.mat")), tmp_path, console)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == CONTENT
    text = console.file.getvalue()
    assert "Licence: Some licence" in text and "Please cite: Somebody 2020" in text
    Server.asked.clear()
    download.download(data_set(server, ("a.mat", "b.mat")), tmp_path, quiet())
    assert Server.asked == []  # nothing to do


def test_broken_connection_is_resumed(server, tmp_path):
    Server.breaks = 2
    folder = download.download(data_set(server), tmp_path, quiet())
    assert (folder / "a.mat").read_bytes() == CONTENT["a.mat"]
    asked = [int(range_[6:-1]) if range_ else 0 for range_ in Server.asked]
    assert len(asked) == 3 and asked[0] == 0
    third = len(CONTENT["a.mat"]) // 3
    assert third - download.PACKET < asked[1] <= third < asked[2]


def test_later_run_goes_on_where_the_first_stopped(server, tmp_path):
    Server.breaks = download.ATTEMPTS
    with pytest.raises(RecordingError, match="bytes are kept for the next try"):
        download.download(data_set(server), tmp_path, quiet())
    assert [p.name for p in tmp_path.iterdir()] == ["set.part"]
    have = (tmp_path / "set.part" / "a.mat.part").stat().st_size
    Server.asked.clear()
    folder = download.download(data_set(server), tmp_path, quiet())
    assert have > 0 and Server.asked == [f"bytes={have}-"]
    assert (folder / "a.mat").read_bytes() == CONTENT["a.mat"]
    assert [p.name for p in folder.iterdir()] == ["a.mat"]


def test_lost_file_is_fetched_again(server, tmp_path):
    folder = download.download(data_set(server, ("a.mat", "b.mat")), tmp_path, quiet())
    (folder / "b.mat").unlink()
    Server.asked.clear()
    download.download(data_set(server, ("a.mat", "b.mat")), tmp_path, quiet())
    assert len(Server.asked) == 1 and (folder / "b.mat").read_bytes() == b"short"


def test_whole_part_is_taken(server, tmp_path):
    (tmp_path / "set.part").mkdir()
    (tmp_path / "set.part" / "a.mat.part").write_bytes(CONTENT["a.mat"])
    folder = download.download(data_set(server), tmp_path, quiet())
    assert (folder / "a.mat").read_bytes() == CONTENT["a.mat"]


def test_server_without_ranges_starts_again(server, tmp_path):
    Server.ranges = False
    Server.breaks = 1
    folder = download.download(data_set(server), tmp_path, quiet())
    assert (folder / "a.mat").read_bytes() == CONTENT["a.mat"]


def test_wrong_checksum_leaves_no_file(server, tmp_path):
    with pytest.raises(RecordingError, match="SHA-256: expected 0000"):
        download.download(data_set(server, sha256="0" * 64), tmp_path, quiet())
    assert not list((tmp_path / "set.part").iterdir())


def test_unknown_checksum_is_recorded_and_held_to(server, tmp_path, monkeypatch):
    unknown = data_set(server, ("b.mat",), sha256="")
    folder = download.download(unknown, tmp_path, quiet())
    assert (folder / download.LEDGER).read_text() == f"{hashlib.sha256(b'short').hexdigest()}  b.mat\n"
    (folder / "b.mat").unlink()
    monkeypatch.setitem(CONTENT, "b.mat", b"other")
    with pytest.raises(RecordingError, match="SHA-256"):
        download.download(unknown, tmp_path, quiet())
    assert not (folder / "b.mat").exists()


def test_archive_is_unpacked(server, tmp_path, monkeypatch):
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as file:
        file.writestr("WESAD/S2/S2.pkl", b"pickle")
        file.writestr("WESAD/S2/S2_respiban.txt", b"text")
    monkeypatch.setitem(CONTENT, "W.zip", blob.getvalue())
    folder = download.download(data_set(server, ("W.zip",), unpack=("S*/S*.pkl",)), tmp_path, quiet())
    assert (folder / "WESAD" / "S2" / "S2.pkl").read_bytes() == b"pickle"
    assert not (folder / "WESAD" / "S2" / "S2_respiban.txt").exists()


@pytest.mark.parametrize("url", ["absent.mat", None])
def test_unreachable_file(server, tmp_path, url):
    base = server if url else "http://127.0.0.1:9/"
    with pytest.raises(RecordingError, match="download: expected a whole file"):
        download.download(data_set(base, ("absent.mat",)), tmp_path, quiet())
    assert not (tmp_path / "set").exists() and not list((tmp_path / "set.part").glob("*.mat"))


def test_registry_is_whole():
    counts = {"troika": 46, "bami1": 24, "bami2": 23, "dalia": 1, "wesad": 1, "physionet-wrist": 57}
    unknown = ("wesad", "physionet-wrist")  # their publishers' checksums could not be confirmed
    for name, count in counts.items():
        entry = download.published(name)
        assert len(entry.files) == count and entry.licence and entry.citation
        assert all(f.url.startswith("https://") and " " not in f.url for f in entry.files)
        assert all(re.fullmatch("[0-9a-f]{64}", f.sha256) for f in entry.files if name not in unknown)
    with pytest.raises(RecordingError, match="expected one of troika"):
        download.published("physionet")


def test_command_line(capsys):
    with pytest.raises(SystemExit) as error:
        download.main(["unknown-set"])
    assert error.value.code == 2 and "troika" in capsys.readouterr().err
