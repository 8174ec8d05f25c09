# SPDX-License-Identifier: Apache-2.0
"""Evaluate a configuration by a protocol: train every fold, test on people that it never saw.

`invoke evaluate --protocol cross-dataset --data DIR` prints the table and writes metrics.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from wristpulse.config.settings import Config
from wristpulse.evaluation.jobs import folds, plan, revision
from wristpulse.evaluation.results import METRICS, by_other_folds, read_results, write_plan
from wristpulse.evaluation.table import PRINTED, markdown, table
from wristpulse.support.files import write_text

TABLE = "table.md"
PROTOCOL = "cross-dataset"  # of a configuration that names none


def repeated(
    config: Config,
    *,
    protocol: str | None = None,
    seeds: Sequence[int] = (),
    folds: Sequence[str] = (),
    relations: Sequence[str] = (),
    sizes: Sequence[str] = (),
) -> Config:
    """The configuration by another protocol, and with other repetitions where some are given."""
    sweep = replace(
        config.sweep,
        seeds=tuple(seeds) or config.sweep.seeds,
        folds=tuple(folds) or config.sweep.folds,
        relations=tuple(relations) or config.sweep.relations,
        sizes=tuple(sizes) or config.sweep.sizes,
    )
    return replace(config, protocol=protocol or config.protocol or PROTOCOL, sweep=sweep)


def evaluate(
    config: Config,
    data: Path | None,
    out: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[str], None] = print,
) -> Path:
    """Run all jobs, print the table, write table.md and metrics.json; the folder that they are in.

    data: the folder that holds the data sets' folders; workers: processes on this machine, default: one a
    core; scheduler: address of a Dask scheduler whose workers run the jobs instead.
    """
    from wristpulse.evaluation.sweep import run_jobs

    folder = (out / f"{config.protocol}-{config.name}").resolve()
    data = data and data.resolve()
    jobs = plan(config, data, folder)
    write_plan(folder, [fold.name for fold in folds(config.protocol, data, config.data)])
    summarise(folder, run_jobs(jobs, workers, scheduler, progress), config)
    return folder


def summarise(folder: Path, jobs: Sequence[Path], config: Config | None = None) -> None:
    """Print and write the table of finished jobs' folders."""
    results = by_other_folds(read_results(jobs))
    rows = table(results)
    print(markdown(rows, PRINTED))
    values = {
        "revision": revision(),
        "protocol": config and config.protocol,
        "configuration": config and asdict(config),
        "jobs": [str(r.folder.relative_to(folder)) for r in results],
        "data_digests": {str(r.folder.relative_to(folder)): r.metrics["data_digest"] for r in results},
        "table": rows.to_dict("records"),
    }
    write_text(folder / METRICS, json.dumps(values, indent=1))
    write_text(folder / TABLE, markdown(rows) + "\n")
    print(f"written: {folder}")
