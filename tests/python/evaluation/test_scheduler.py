# SPDX-License-Identifier: Apache-2.0
"""`--scheduler ADDRESS` as a lab has it: scheduler and workers are processes of their own, started by command
line (docs/training.md), and one of the workers is killed in the middle of its job.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")

from distributed import Client  # noqa: E402

from wristpulse.evaluation.results import EVALUATION, METRICS, TRACES  # noqa: E402

ROOT = Path(__file__).parents[3]
PACKAGES = (ROOT / "training", ROOT / "python_tools")
EPOCHS = 10
CONFIG = f"""
protocol = "simulator-3fold"
calibration_windows = 32
[data]
simulated_subjects = 6
simulated_minutes = 0.75
[sweep]
folds = ["group-1", "group-2"]
relations = ["none"]
[student]
widths = [4, 4, 8]
depth = 1
[student_training]
epochs = {EPOCHS}
batch = 32
"""


def start(*words: str, **where) -> subprocess.Popen:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, PACKAGES)),
        "TF_NUM_INTRAOP_THREADS": "1",
    }
    return subprocess.Popen([sys.executable, "-m", *words], env=environment, text=True, **where)


@pytest.fixture
def lab(tmp_path):
    """A client of a scheduler with two workers, in processes of their own."""
    log = (tmp_path / "scheduler.log").open("w")
    file = str(tmp_path / "scheduler.json")
    loopback = ("--host", "127.0.0.1", "--scheduler-file", file, "--no-dashboard")
    worker = (*loopback[2:], "--nthreads", "1", "--memory-limit", "0", "--no-nanny", "--local-directory")
    running = [start("dask", "scheduler", *loopback, "--port", "0", stdout=log, stderr=log)]
    running += [
        start("dask", "worker", *worker, str(tmp_path / name), stdout=log, stderr=log) for name in ("a", "b")
    ]
    try:
        with Client(scheduler_file=file, timeout="120s") as client:
            client.wait_for_workers(2, timeout=120)
            yield client
    finally:
        for process in running:
            process.kill()
            process.wait()
        log.close()


@pytest.fixture
def swept(lab, tmp_path):
    """An evaluation of two jobs, group-2's worker killed after epoch 4: lines, the killed, those gone."""
    (tmp_path / "lab.toml").write_text(CONFIG)
    pid_of, killed, lines = lab.run(os.getpid), [], []
    words = (
        "--config",
        str(tmp_path / "lab.toml"),
        "--scheduler",
        lab.scheduler.address,
        "--output",
        str(tmp_path),
    )
    evaluation = start(
        "wristpulse_tools.tasks", "evaluate", *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        for line in evaluation.stdout:
            lines.append(line)
            if line.startswith("group-2") and f"epoch 4/{EPOCHS}" in line and not killed:
                killed += [at for at, tasks in lab.processing().items() if any("group-2" in t for t in tasks)]
                os.kill(pid_of[killed[0]], signal.SIGKILL)
        assert evaluation.wait() == 0, "".join(lines)
    finally:
        evaluation.kill()
        evaluation.wait()
    return lines, killed, set(pid_of) - set(lab.scheduler_info()["workers"])


def test_a_worker_that_is_killed_leaves_its_job_to_another(swept, tmp_path):
    lines, killed, gone = swept
    assert gone == set(killed) and len(killed) == 1
    for fold in ("group-1", "group-2"):
        found = [re.match(rf"{fold}.*: epoch (\d+)/{EPOCHS} ", line) for line in lines]
        epochs = [int(m[1]) for m in found if m]
        repeated = len(epochs) - EPOCHS
        assert sorted(set(epochs)) == list(range(1, EPOCHS + 1))
        assert repeated <= (1 if fold == "group-2" else 0)  # the one during which the worker died, at most
        job = tmp_path / "simulator-3fold-lab" / fold / "none-1"
        assert (job / EVALUATION / METRICS).exists() and (job / EVALUATION / TRACES).exists()
    printed = [" ".join(line.split()) for line in lines]
    assert any("| none | simulator | tracked, raw | 4 |" in line for line in printed)
