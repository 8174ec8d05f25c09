# SPDX-License-Identifier: Apache-2.0
"""./dev in a copy of the repository whose requirements are empty, with stand-ins for Debian's commands."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(
    "PULSE_NIX_SHELL" in os.environ, reason="in the Nix shell ./dev makes nothing"
)

INSTALLED = '#!/bin/sh\nsed -n "s/^/ii /p" "$0.list"\n'


# A package with nothing in it, and a build backend that needs nothing.
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "nothing-0-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        info = "nothing-0.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: nothing\\nVersion: 0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


@pytest.fixture
def house():
    """A folder that any user may enter, with ./dev and a dpkg-query that finds every Debian package."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield furnished(Path(place) / "house with a space")


def furnished(folder: Path) -> Path:
    (folder / "fake").mkdir(parents=True)
    shutil.copy(ROOT / "dev", folder / "dev")
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND)
    query = folder / "fake" / "dpkg-query"
    query.write_text(INSTALLED)
    query.chmod(0o755)
    (folder / "fake" / "dpkg-query.list").write_text("\n".join(debian_packages()) + "\n")
    return folder


def debian_packages() -> list[str]:
    listed = (ROOT / "dev").read_text().split("debian_packages=(")[1].split(")")[0]
    return [word for line in listed.splitlines() for word in line.split("#")[0].split()]


def dev(house: Path, *words: str, before: tuple[str, ...] = (), **options) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PATH": f"{house / 'fake'}:{os.environ['PATH']}"}
    environment.pop("PULSE_NIX_SHELL", None)
    options = {"capture_output": True, "text": True, "env": environment, **options}
    return subprocess.run([*before, house / "dev", *words], **options)


def test_it_makes_the_environment_once_and_works_from_any_folder(house, tmp_path):
    run = dev(house, "python", "-c", "import sys; print(sys.prefix)", cwd=tmp_path)
    assert run.stdout.strip() == str(house / ".venv"), run.stderr
    stamp = (house / ".venv" / ".complete").stat().st_mtime_ns
    start = time.monotonic()
    again = dev(house, "python", "-c", "print('hello')", cwd="/")
    assert again.stdout == "hello\n" and "making" not in again.stderr
    assert time.monotonic() - start < 5  # under a second where nothing else runs
    assert (house / ".venv" / ".complete").stat().st_mtime_ns == stamp


def test_the_commands_exit_status_is_its_own(house):
    (house / "fake" / "python3").symlink_to(shutil.which("python3"))
    assert dev(house, "sh", "-c", "exit 7").returncode == 7


def test_an_interruption_leaves_nothing_that_looks_whole(house):
    slow = house / "fake" / "python3"
    slow.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exec echo "Python 3.11.2"\nmkdir -p "$3/bin"; exec sleep 60\n'
    )
    slow.chmod(0o755)
    environment = {**os.environ, "PATH": f"{house / 'fake'}:{os.environ['PATH']}"}
    # What a shell starts in the background ignores SIGINT, and all its children with it.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        [house / "dev", "true"], env=environment, start_new_session=True, preexec_fn=heed
    )
    deadline = time.monotonic() + 30
    while not (house / ".venv").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(10) != 0
    assert (house / ".venv").exists() and not (house / ".venv" / ".complete").exists()
    slow.unlink()
    assert dev(house, "python", "-c", "print('whole')").stdout == "whole\n"


def test_changed_requirements_are_installed_into_it(house):
    """It is not made anew: a training may be running in it."""
    dev(house, "true")
    (house / ".venv" / "relic").touch()
    (house / "requirements.txt").write_text("# something else\n")
    said = dev(house, "true").stderr
    assert "updating" in said and "making" not in said
    assert (house / ".venv" / "relic").exists()


def test_another_python_on_path_changes_nothing(house):
    dev(house, "true")
    other = house / "fake" / "python3"
    other.write_text('#!/bin/sh\n[ "$1" = --version ] && exec echo "Python 3.12.1"\nexit 9\n')
    other.chmod(0o755)
    run = dev(house, "python", "-c", "print('the same')")
    assert run.stdout == "the same\n" and "making" not in run.stderr and "updating" not in run.stderr


def test_an_environment_whose_python_does_not_run_is_made_anew(house):
    dev(house, "true")
    (house / ".venv" / "bin" / "python").unlink()
    assert "making" in dev(house, "true").stderr
    assert dev(house, "python", "-c", "print('whole')").stdout == "whole\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become a user without rights")
def test_without_rights_it_prints_the_line_to_run(house):
    (house / "fake" / "dpkg-query.list").write_text("git\n")
    sudo = house / "fake" / "sudo"
    sudo.write_text("#!/bin/sh\nexit 1\n")
    sudo.chmod(0o755)
    run = dev(house, "true", before=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
    assert run.returncode == 1
    line = run.stderr.splitlines()[-1]
    assert line.startswith("  sudo apt-get update && sudo apt-get install")
    assert "qemu-system-arm" in line and " git" not in line
    assert not (house / ".venv").exists()


def test_without_a_command_it_explains_itself(house):
    run = dev(house)
    assert run.returncode == 0 and "invoke demo" in run.stdout
