# SPDX-License-Identifier: Apache-2.0
"""The harness itself: an emulator that is gone is noticed at once, one that hangs at the time-out."""

import time

import pexpect
import pytest
from emulator import EmulatorEnded

from python_tools import firmware

pytestmark = pytest.mark.qemu
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
        firmware.expect(rb"never said", timeout=60)
    assert time.monotonic() - start < 15


def test_a_processor_that_locks_up_says_where(boot, tmp_path) -> None:
    (tmp_path / "none.elf").write_bytes(b"")
    with pytest.raises(EmulatorEnded, match="(?s)none.elf.*status -6 after:.*Lockup.*R15="):
        boot("bare", image=tmp_path / "none.elf").expect(rb"never said", timeout=60)


def test_a_hanging_image_ends_at_the_time_out(boot, image) -> None:
    firmware = boot("bare", image=image("\tfor (;;) {\n\t}"))
    with pytest.raises(pexpect.TIMEOUT):
        firmware.expect(rb"never said", timeout=1)
    assert firmware.emulator.poll() is None
