# SPDX-License-Identifier: Apache-2.0
"""Snippets for low power and tracing: the same results, fewer inferences, and a trace that can be read."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from places import BUILD
from wristpulse.core.policy import Policy
from wristpulse.core.replay import write_replay
from wristpulse.core.result import parse
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse.student.card import SHIPPED, load_student
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.thread_trace import METADATA, awake, events, layouts, read_runs
from wristpulse_tools.replay.replay import closing_figures

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr, pytest.mark.slow]


def build(board: str, snippet: str) -> Path:
    return zephyr_workspace.build(board, BUILD / f"{board}-{snippet}", f"-DSNIPPET={snippet}")


@pytest.fixture(scope="module")
def estimator():
    return load_student(SHIPPED).estimator()


@pytest.fixture(scope="module")
def stream() -> SensorStream:
    """A wrist that lies still, until the hop before the LED would be dimmed."""
    stream = to_counts(simulate(2, 42))
    still = np.tile(np.array([0, 0, 4096], np.int16), (len(stream.acc), 1))
    return SensorStream(stream.ppg, stream.t_ppg_us, still, stream.t_acc_us)


@pytest.fixture
def played(boot, stream, tmp_path):
    """Replay the stream on an image; its results and closing figures."""

    def play(board: str, image: Path, **machine) -> tuple[list, dict[str, int]]:
        write_replay(tmp_path / "wrist.pulse", stream)
        status, lines = boot(board, tmp_path / "wrist.pulse", image=image, **machine).run()
        assert status == 0, lines[-1:]
        results = [result for line in lines if (result := parse(line))]
        return results, closing_figures(lines)

    return play


@pytest.fixture
def trace(workspace, played, stream, estimator, tmp_path) -> tuple[Path, dict[str, int]]:
    """What the image on QEMU traced while it replayed the stream, and its own closing figures."""
    file = tmp_path / "trace" / "channel0_0"
    file.parent.mkdir()
    image = build("mps2_an386", "pulse-tracing")
    results, end = played("mps2_an386", image, second_serial=f"file:{file}")
    assert results == estimator.run(stream)
    return file, end


@pytest.mark.parametrize("board", ["mps2_an386", "native_sim"])
def test_low_power_has_the_policy_on_and_gives_the_same(board, workspace, played, stream, estimator) -> None:
    results, end = played(board, build(board, "pulse-low-power"))
    policy = Policy()
    assert results == estimator.run(stream, policy)
    assert end["inferences"] == policy.inferences < len(policy.rows)


def test_a_trace_shows_the_inference_as_the_image_timed_it(trace) -> None:
    file, end = trace
    times = awake(read_runs(file))
    inference = [sum(r.end_ns - r.start_ns for r in group if r.thread == "inference") for group in times]
    assert sum(ns > 10_000_000 for ns in inference) == end["inferences"] > 10
    # From the sampling thread's last run, which releases the hop, to the result, and to sleep.
    busiest = times[int(np.argmax(inference))]
    assert {"sysworkq", "sampling", "inference"} == {run.thread for run in busiest}
    released = max(run.end_ns for run in busiest if run.thread == "sampling")
    assert abs(busiest[-1].end_ns - released - end["worst_us"] * 1000) < 500_000


def test_other_readers_find_the_same_events(trace, workspace) -> None:
    file, _ = trace
    if shutil.which("babeltrace2") is None:
        pytest.skip("babeltrace2: not in PATH (Debian: apt-get install babeltrace2)")
    metadata = workspace / METADATA
    shutil.copyfile(metadata, file.with_name("metadata"))
    # It ends with an error where the file ends within an event.
    said = subprocess.run(["babeltrace2", file.parent], capture_output=True, text=True).stdout
    theirs = Counter(re.findall(r"^\[[^\]]*\] \([^)]*\) (\w+): ", said, re.M))
    ours = Counter(name for _, name, _ in events(file, layouts(metadata.read_text())))
    assert theirs == ours and ours["thread_switched_in"] > 1000


def test_native_sim_traces_into_a_file(workspace, played, tmp_path) -> None:
    file = tmp_path / "channel0_0"
    image = build("native_sim", "pulse-tracing")
    _, end = played("native_sim", image, options=(f"--trace-file={file}",))
    runs = Counter(run.thread for run in read_runs(file))
    assert runs["inference"] >= end["hops"] > 15 and {"idle", "sampling", "sysworkq"} < runs.keys()
