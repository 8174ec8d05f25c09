# SPDX-License-Identifier: Apache-2.0
"""Whole published recordings through the firmware that ships: equal to the reference at every hop."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from places import BUILD, ROOT

from python_tools import targets
from python_tools.replay import Replay, replay
from training.card import load_student
from training.metrics import errors
from training.recordings import Recording, open_dataset
from training.sensor import to_counts

pytestmark = [pytest.mark.dataset, pytest.mark.qemu, pytest.mark.slow]
MODEL, STUDENT = ROOT / "zephyr_app" / "model", ROOT / "training" / "released"
AT_LEAST = 20  # times real time, on two busy cores; a quiet machine does several times more

TARGETS = ["bare", pytest.param("zephyr", marks=pytest.mark.zephyr)]


@pytest.fixture(scope="module")
def recordings(shared_data) -> list[Recording]:
    return [recording for name in ("troika", "bami1") for recording in open_dataset(name, shared_data)]


@pytest.mark.parametrize("target", TARGETS)
def test_every_hop_of_every_recording(target, recordings, request, tmp_path, record_property) -> None:
    if target == "zephyr":
        request.getfixturevalue("workspace")
    program = targets.TARGETS[target](MODEL, BUILD / "released")
    estimator = load_student(STUDENT).estimator()

    def run(numbered: tuple[int, Recording]) -> Replay:
        number, recording = numbered
        return replay(program, to_counts(recording), tmp_path / f"{number}.pulse")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        replays = list(pool.map(run, enumerate(recordings)))

    table = []
    for recording, one in zip(recordings, replays, strict=True):
        where = f"{recording.dataset} {recording.name}"
        assert one.results == estimator.run(to_counts(recording)), where
        seconds = len(recording.ppg) / recording.fs_ppg
        table.append({"recording": where, "hops": len(one.results), "factor": seconds / one.seconds})
        if recording.hr is not None:
            error = errors(one.bpm, one.reference(recording), one.valid)
            table[-1] |= {"mae_bpm": error.mae, "p90_bpm": error.p90, "coverage": error.coverage}
    (BUILD / f"recordings-{target}.json").write_text(json.dumps(table, indent=1))
    factor = sum(row["factor"] for row in table) / len(table)
    record_property("times_real_time", factor)
    assert factor > AT_LEAST
