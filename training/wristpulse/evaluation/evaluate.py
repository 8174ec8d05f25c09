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
    """The configuration by another protocol, and with other repetitions where some are given.

    Parameters
    ----------
    config : Config
    protocol : str, optional
        Key of `wristpulse.data.folds.PROTOCOLS`; else the configuration's own, else `PROTOCOL`.
    seeds, folds, relations, sizes : sequence, optional
        In place of those of `config.sweep`; an empty one leaves these.

    Returns
    -------
    Config
    """
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
    """Run all jobs of a configuration, print the table, write table.md and metrics.json.

    Parameters
    ----------
    config : Config
        With a protocol.
    data : Path or None
        Folder that holds the data sets' folders; None: of simulated people.
    out : Path
        The results go into `out`/<protocol>-<configuration>. Jobs that are up to date there are not run
        again.
    workers : int, optional
        Processes on this machine; default: one a core.
    scheduler : str, optional
        Address of a Dask scheduler whose workers run the jobs instead.
    progress : callable
        Takes a line of text.

    Returns
    -------
    Path
        The folder of the results.

    Raises
    ------
    ConfigError
        The protocol or a fold of the sweep does not exist.
    UserError
        Recordings cannot be read.
    SweepError
        Jobs failed; all others have ended by then.
    """
    from wristpulse.evaluation.sweep import run_jobs

    folder = (out / f"{config.protocol}-{config.name}").resolve()
    data = data and data.resolve()
    jobs = plan(config, data, folder)
    write_plan(folder, [fold.name for fold in folds(config.protocol, data, config.data)])
    summarise(folder, run_jobs(jobs, workers, scheduler, progress), config)
    return folder


def summarise(folder: Path, jobs: Sequence[Path], config: Config | None = None) -> None:
    """Print the table of finished jobs and write it to `folder`: table.md, and metrics.json with its origin.

    Parameters
    ----------
    folder : Path
        Of the evaluation.
    jobs : sequence of Path
        The jobs' folders, inside `folder`.
    config : Config, optional
        Noted in metrics.json.
    """
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
