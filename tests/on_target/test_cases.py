# SPDX-License-Identifier: Apache-2.0
"""tests/cases: hops and counters of recordings and faults equal what was accepted.

`invoke accept` accepts anew what the firmware says now; the change is then seen in review.
"""

import pytest
from cases import FOLDER, all_cases, essence
from places import BUILD, ROOT

from python_tools import zephyr_workspace
from training.card import load_student
from training.files import write_text

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr]
MACHINES = ["mps2_an386", pytest.param("native_sim", marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def released(workspace):
    """Image of a machine with the network that ships."""
    return lambda machine: zephyr_workspace.build(machine, BUILD / "released" / machine)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_case(case, machine, boot, released, tmp_path, pytestconfig) -> None:
    recording, expected = tmp_path / "recording.pulse", FOLDER / case.name / "expected.txt"
    case.write(recording)
    status, lines = boot(machine, recording, image=released(machine)).run()
    assert status == 0, lines[-1:]
    found = essence(lines)
    if not case.faults and not case.drift_ppm:
        reference = load_student(ROOT / "training" / "released").estimator().run(case.stream)
        assert [line for line in lines if line.startswith("HOP ")] == [str(result) for result in reference]
    if pytestconfig.getoption("--accept", False):
        write_text(expected, found)
    assert found.splitlines() == expected.read_text().splitlines()


def test_a_bad_list_of_faults_is_one_clear_error(boot, released, tmp_path) -> None:
    recording = tmp_path / "recording.pulse"
    all_cases()[0].write(recording)
    (tmp_path / "recording.pulse.faults").write_text("1000 bite 3\n")
    status, lines = boot("mps2_an386", recording, image=released("mps2_an386")).run()
    assert status == 1
    assert lines[-1].startswith(f'ERROR {recording}.faults: expected "<us> <kind> <value>"')
