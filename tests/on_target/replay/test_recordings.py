# SPDX-License-Identifier: Apache-2.0
"""Whole published recordings through the firmware that ships: equal to the reference at every hop."""

import json
from dataclasses import asdict

import pytest

from places import BUILD
from wristpulse.recordings import Recording, open_dataset
from wristpulse.student.card import SHIPPED, load_student
from wristpulse_tools.firmware.places import EMBEDDED
from wristpulse_tools.replay.data_sets import replay_all, summary
from wristpulse_tools.replay.targets import program_for

pytestmark = [pytest.mark.dataset, pytest.mark.qemu, pytest.mark.slow]
AT_LEAST = 20  # times real time, on two busy cores; a quiet machine does several times more

TARGETS = ["bare", pytest.param("zephyr", marks=pytest.mark.zephyr)]


@pytest.fixture(scope="module")
def recordings(shared_data) -> list[Recording]:
    return [recording for name in ("troika", "bami1") for recording in open_dataset(name, shared_data)]


@pytest.mark.parametrize("target", TARGETS)
def test_every_hop_of_every_recording(target, recordings, tmp_path, record_property) -> None:
    program = program_for(target, EMBEDDED, BUILD / "shipped")
    rows = replay_all(program, load_student(SHIPPED).estimator(), recordings, tmp_path)
    assert [f"{row.dataset} {row.recording}" for row in rows if not row.equal] == []
    (BUILD / f"recordings-{target}.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))
    factor = summary(rows)[-1]["factor"]
    record_property("times_real_time", factor)
    assert factor > AT_LEAST
