# SPDX-License-Identifier: Apache-2.0
"""Run jobs on Dask distributed: processes of this machine, or the workers of a scheduler.

A worker that dies costs the job that it ran; another worker takes the job on from its checkpoint. The workers
of a scheduler need this repository to import, and the folders of data and results at the same paths.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
from distributed import Client, Future, LocalCluster, as_completed, get_worker

from wristpulse.evaluation import jobs
from wristpulse.evaluation.jobs import Job
from wristpulse.support.errors import UserError

TOPIC = "pulse-progress"
CONNECT = "20s"
DEATHS = 5  # of workers under one job, before the job counts as what kills them


class SweepError(UserError):
    """Jobs that failed, each with its reason."""


def run_jobs(
    plan: dict[Job, Job | None],
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[str], None] = print,
) -> list[Path]:
    """Run the jobs of a plan, teachers before their students.

    Parameters
    ----------
    plan : dict of Job to Job or None
        Of `wristpulse.evaluation.jobs.plan`.
    workers : int, optional
        Processes on this machine, one or more; default: one a core. They share its cores.
    scheduler : str, optional
        Address of a Dask scheduler to use instead.
    progress : callable
        Takes a line of text.

    Returns
    -------
    list of Path
        Folders of results, in the plan's order.

    Raises
    ------
    SweepError
        Jobs failed: names each with its reason, after all others have ended. Or the scheduler does not
        answer.
    """
    with _client(workers, scheduler) as client:
        client.subscribe_topic(TOPIC, lambda event: progress(event[1]))
        futures: dict[Job, Future] = {}
        run_id = uuid.uuid4()  # others may use the same scheduler, for jobs of the same names
        for place, (job, teacher) in enumerate(plan.items()):
            waits_for = futures[teacher] if teacher else None
            futures[job] = client.submit(
                _work, job, teacher, waits_for, pure=False, priority=-place, key=f"{job}-{place}-{run_id}"
            )
        names = {future.key: job for job, future in futures.items()}
        failed = {}
        for done, future in enumerate(as_completed(futures.values()), 1):
            job = names[future.key]
            if future.status == "finished":
                progress(f"job {done}/{len(futures)} done: {job}")
            else:
                failed[job] = future.exception()
                progress(f"job {done}/{len(futures)} FAILED: {job}: {failed[job]}")
        if failed:
            reasons = "\n".join(f"{job}: {type(error).__name__}: {error}" for job, error in failed.items())
            raise SweepError(
                f"{len(failed)} of {len(futures)} jobs failed, the others are in place:\n{reasons}"
            )
        return [future.result() for future in futures.values()]


def _work(job: Job, teacher: Job | None, _teacher_is_done: object) -> Path:
    worker = get_worker()
    return jobs.run_job(job, teacher, lambda line: worker.log_event(TOPIC, line))


@contextmanager
def _client(workers: int | None, scheduler: str | None) -> Iterator[Client]:
    """A client of the scheduler, or of a cluster of this machine's cores, shared among the workers."""
    if scheduler:
        try:
            client = Client(scheduler, timeout=CONNECT)
        except (OSError, ValueError) as error:
            expected = "the address of a Dask scheduler"
            raise SweepError("--scheduler", "", expected, f"{scheduler}: {error}") from None
        with client:
            yield client
        return
    cores = os.cpu_count() or 1
    workers = cores if workers is None else workers
    if workers < 1:
        raise SweepError("--workers", "", "1 or more", workers)
    threads = max(1, cores // workers)
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.nanny.pre-spawn-environ": {
            "TF_NUM_INTRAOP_THREADS": threads,
            "OMP_NUM_THREADS": threads,
        },
        "distributed.worker.profile.enabled": False,  # it costs an interpreter lock every 10 ms
        # Dask drops workers that send nothing for this long; during a long TensorFlow call none does.
        "distributed.scheduler.worker-ttl": "30 minutes",
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",
            memory_limit=0,
            silence_logs=50,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
