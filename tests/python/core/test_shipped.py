# SPDX-License-Identifier: Apache-2.0
"""The shipped student in C says, hop by hop, what it says in training: on whole recordings."""

from itertools import islice
from pathlib import Path

import pytest
from standin import lines

from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import Recording, iter_dataset, simulate
from wristpulse.student.card import SHIPPED, Student, load_student
from wristpulse_tools.firmware import qemu
from wristpulse_tools.firmware.bare import build_bare
from wristpulse_tools.firmware.embed import embed


@pytest.fixture(scope="module")
def student() -> Student:
    return load_student(SHIPPED)


@pytest.fixture(scope="module")
def model(student, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shipped")
    embed(student, folder)
    return folder


@pytest.fixture(scope="module")
def host_program(model, tmp_path_factory) -> Path:
    return build_bare(model, tmp_path_factory.mktemp("host"), "-DPULSE_HOST=ON")


def check(recording: Recording, program: Path, student: Student, path: Path) -> int:
    stream = to_counts(recording)
    write_replay(path, stream)
    *results, _ = lines(program, path)
    assert results == [str(result) for result in student.estimator().run(stream)]
    return len(results)


@pytest.mark.parametrize("seed", [5, 6])
def test_on_simulated_wrists(seed, host_program, student, tmp_path) -> None:
    assert check(simulate(seed, 120), host_program, student, tmp_path / "s.pulse") > 50


@pytest.mark.dataset
@pytest.mark.parametrize("dataset", ["troika", "bami1"])
def test_on_real_wrists(dataset, host_program, student, shared_data, tmp_path) -> None:
    for recording in islice(iter_dataset(dataset, shared_data), 3):
        assert check(recording, host_program, student, tmp_path / "s.pulse") > 50


@pytest.mark.qemu
def test_on_the_emulated_processor(model, student, tmp_path) -> None:
    stream = to_counts(simulate(7, 60))
    write_replay(tmp_path / "s.pulse", stream)
    image = build_bare(model, tmp_path / "build")
    run = qemu.run(image, tmp_path / "s.pulse", timeout_s=120)
    assert run.status == 0, run.output
    assert run.output.splitlines()[:-1] == [str(result) for result in student.estimator().run(stream)]
