# SPDX-License-Identifier: Apache-2.0
"""tests/cases: hops and counters of recordings and faults equal what was accepted.

`invoke accept` accepts anew what the firmware says now; the change is then seen in review.
"""

import pytest

from cases import FOLDER, Case, Fault, all_cases, essence
from places import BUILD
from storage import damaged, torn
from wristpulse.core.result import parse
from wristpulse.student.card import SHIPPED, load_student
from wristpulse.support.files import write_text
from wristpulse_tools.firmware import zephyr_workspace

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]
MACHINES = ["mps2_an386", pytest.param("native_sim", marks=pytest.mark.slow)]


STORAGE = f"-DEXTRA_CONF_FILE={FOLDER / 'storage.conf'}"
OLD_UA, NEW_UA = 5000, 6000
LEARNING_HOPS = 4  # in which the driver learns the period of a sensor that drifts


@pytest.fixture(scope="module")
def shipped(workspace):
    """Image of a machine with the network that ships."""
    return lambda machine: zephyr_workspace.build(machine, BUILD / "shipped" / machine)


@pytest.fixture
def compare(boot, tmp_path, pytestconfig):
    """Play a case and set what its image says against what was accepted."""

    def compare(case, machine, image, **options) -> list[str]:
        recording, expected = tmp_path / "recording.pulse", FOLDER / case.name / "expected.txt"
        case.write(recording)
        status, lines = boot(machine, recording, image=image, **options).run()
        assert status == 0, lines[-1:]
        found = essence(lines)
        if pytestconfig.getoption("--accept", False):
            write_text(expected, found)
        assert found.splitlines() == expected.read_text().splitlines()
        return lines

    return compare


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("case", [c for c in all_cases() if not c.settings], ids=lambda case: case.name)
def test_case(case, machine, compare, shipped) -> None:
    lines = compare(case, machine, shipped(machine))
    if case.faults:
        return
    reference = load_student(SHIPPED).estimator().run(case.stream)
    found = [result for line in lines if (result := parse(line))]
    if case.drift_ppm:
        # The driver learns the period within some batches, until when times are off by a few ms.
        pairs = list(zip(found, reference, strict=True))
        assert sum(a.state != b.state for a, b in pairs) <= 1  # a confidence beside the threshold
        assert max(abs(a.bpm_q8 - b.bpm_q8) / 256 for a, b in pairs[LEARNING_HOPS:]) < 1
    else:
        assert found == reference


@pytest.fixture
def stored(boot, tmp_path):
    """Flash in which a user's LED current was stored while a recording ran, after what was there before."""

    def stored(image, led_ua: int, before: bytes | None = None) -> bytes:
        flash = tmp_path / "flash.bin"
        if before is not None:
            flash.write_bytes(before)
        case = Case("save", 1, 20, 0, "", (Fault(10.0, "save", led_ua),))
        case.write(tmp_path / "save.pulse")
        status, _ = boot("native_sim", tmp_path / "save.pulse", image, options=(f"--flash={flash}",)).run()
        assert status == 0
        return flash.read_bytes()

    return stored


@pytest.mark.parametrize("case", [c for c in all_cases() if c.settings], ids=lambda case: case.name)
def test_case_of_storage(case, compare, stored, workspace, tmp_path) -> None:
    """Each boot is a process of its own; between them there is only the flash."""
    image = zephyr_workspace.build("native_sim", BUILD / "shipped" / "native_sim-storage", STORAGE)
    flash = old = stored(image, OLD_UA)
    if case.settings == "damaged":
        flash = damaged(old, OLD_UA)
    elif case.settings == "torn":
        flash = torn(old, stored(image, NEW_UA, old), NEW_UA)
    (tmp_path / "flash.bin").write_bytes(flash)
    compare(case, "native_sim", image, options=(f"--flash={tmp_path / 'flash.bin'}",))


def test_a_bad_list_of_faults_is_one_clear_error(boot, shipped, tmp_path) -> None:
    recording = tmp_path / "recording.pulse"
    all_cases()[0].write(recording)
    (tmp_path / "recording.pulse.faults").write_text("1000 unknown 3\n")
    status, lines = boot("mps2_an386", recording, image=shipped("mps2_an386")).run()
    assert status == 1
    assert lines[-1].startswith(f'ERROR {recording}.faults: expected "<us> <kind> <value>"')
