# SPDX-License-Identifier: Apache-2.0
"""The harness itself: an emulator that is gone is noticed at once, one that hangs at the time-out."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest

from emulator import EmulatorEnded
from places import ROOT
from wristpulse_tools.firmware import bare as firmware

pytestmark = pytest.mark.qemu
AT_ONCE_S = 60  # on a busy machine
PROGRAM = '#include "platform.h"\nint program(void)\n{\n%s\n}\n'


@pytest.fixture
def image(model_dir, tmp_path):
    """An image that does what a line of C says."""

    def build(body: str):
        source = tmp_path / "program.c"
        source.write_text(PROGRAM % body)
        return firmware.build_bare(model_dir, tmp_path / "build", f"-DPULSE_PROGRAM={source}")

    return build


def test_a_dead_emulator_is_noticed_at_once_with_its_output(boot, image) -> None:
    firmware = boot("bare", image=image('\tplatform_line("last words");\n\treturn 7;'))
    start = time.monotonic()
    with pytest.raises(EmulatorEnded, match="status 7 after:\n(?s:.*)last words"):
        firmware.expect(rb"never said", timeout=10 * AT_ONCE_S)
    assert time.monotonic() - start < AT_ONCE_S


def test_a_processor_that_locks_up_says_where(boot, tmp_path) -> None:
    (tmp_path / "none.elf").write_bytes(b"")
    with pytest.raises(EmulatorEnded, match="(?s)none.elf.*status -6 after:.*Lockup.*R15="):
        boot("bare", image=tmp_path / "none.elf").expect(rb"never said", timeout=60)


def test_a_hanging_image_ends_at_the_time_out(boot, image) -> None:
    firmware = boot("bare", image=image("\tfor (;;) {\n\t}"))
    with pytest.raises(pexpect.TIMEOUT):
        firmware.expect(rb"never said", timeout=1)
    assert firmware.emulator.poll() is None


def processes(word: Path) -> list[int]:
    """Emulators that run an image."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # just ended
        if words[0].startswith(b"qemu") and str(word).encode() in words:
            found.append(int(folder.name))
    return found


def within(seconds: float, condition) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def heeding_interrupts() -> None:
    """What a shell starts in the background ignores SIGINT, and all its children with it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupting_pytest_leaves_no_emulator_behind(image, tmp_path) -> None:
    hanging = image("\tfor (;;) {\n\t}")
    test = tmp_path / "test_hang.py"
    waiting = tmp_path / "waiting"
    test.write_text(
        "from pathlib import Path\n\n"
        "def test(boot):\n"
        f'    emulator = boot("bare", image=Path({str(hanging)!r}))\n'
        f"    Path({str(waiting)!r}).touch()\n"
        '    emulator.expect(rb"never", timeout=300)\n'
    )
    here = Path(__file__).parent
    python_path = os.pathsep.join(map(str, (here, ROOT, ROOT / "training", ROOT / "python_tools")))
    pytest_there = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-c", ROOT / "pyproject.toml", test],
        env={**os.environ, "PYTHONPATH": python_path},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heeding_interrupts,
    )
    try:
        assert within(90, waiting.exists) and processes(hanging), "it never booted"
        pytest_there.send_signal(signal.SIGINT)
        said, _ = pytest_there.communicate(timeout=60)
        assert "KeyboardInterrupt" in said
        assert within(5, lambda: not processes(hanging))
    finally:
        with suppress(ProcessLookupError):  # of all that it started, if it did not clear up
            os.killpg(pytest_there.pid, signal.SIGKILL)
        for process in processes(hanging):
            os.kill(process, signal.SIGKILL)


def test_two_builds_of_one_folder_wait_for_each_other(model_dir, tmp_path) -> None:
    builds = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from wristpulse_tools.firmware import bare; "
                "bare.build_bare(Path(sys.argv[1]), Path(sys.argv[2]))",
                model_dir,
                tmp_path / "build",
            ],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for build in builds:
        _, said = build.communicate(timeout=120)
        assert build.returncode == 0, said
