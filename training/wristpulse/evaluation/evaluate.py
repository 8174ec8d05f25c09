# SPDX-License-Identifier: Apache-2.0
"""Evaluate a configuration by a protocol: train every fold, test on people that it never saw.

`python -m wristpulse.evaluation.evaluate --protocol cross-dataset --data DIR` prints the table and writes
metrics.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from wristpulse.config.load import CHOICES, Config, load
from wristpulse.config.networks import SIZES
from wristpulse.data.folds import PROTOCOLS
from wristpulse.evaluation.jobs import plan, revision
from wristpulse.evaluation.results import by_other_folds, read_results
from wristpulse.evaluation.table import markdown, table_rows
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text

TABLE, METRICS = "table.md", "metrics.json"
PRINTED = ("tracked, aligned", "tracked, raw", "clamped, aligned", "untracked, aligned", "valid, aligned")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse.evaluation.evaluate", description=__doc__.splitlines()[0]
    )
    add = parser.add_argument
    add("--config", default="released", help="config/presets/NAME.toml, or a TOML file")
    add("--protocol", choices=PROTOCOLS, help="who trains, who is tested; default: the configuration's")
    add("--data", type=Path, help="folder that holds the data sets' folders")
    add("--sizes", type=_names, help=f"of the spectral student, comma-separated: {', '.join(SIZES)}")
    add("--seeds", type=_numbers, help="of weights and draws, comma-separated")
    add("--folds", type=_names, help="of the protocol, comma-separated; default: all")
    add("--relations", type=_names, help=f"comma-separated: {', '.join(CHOICES['distillation.relation'])}")
    add("--workers", type=int, help="processes on this machine; default: one a core")
    add("--scheduler", help="address of a Dask scheduler whose workers run the jobs instead")
    add("--out", type=Path, default=Path("build/evaluate"), help="folder for the results")
    options = parser.parse_args(arguments)
    try:
        run(chosen(options), options.data, options.out, options.workers, options.scheduler)
    except (ValueError, OSError, UserError) as error:
        parser.exit(1, f"{error}\n")


def chosen(options: argparse.Namespace) -> Config:
    """The configuration with what the command line changes. ConfigError if it cannot be used."""
    config = load(options.config)
    repeated = ("seeds", "folds", "relations", "sizes")
    sweep = {key: getattr(options, key) for key in repeated if getattr(options, key)}
    return replace(
        config,
        protocol=options.protocol or config.protocol or "cross-dataset",
        sweep=replace(config.sweep, **sweep),
    )


def run(
    config: Config, data: Path | None, out: Path, workers: int | None = None, scheduler: str | None = None
) -> Path:
    """Run all jobs, print the table, write table.md and metrics.json; the folder that they are in."""
    from wristpulse.evaluation import sweep

    folder = (out / f"{config.protocol}-{config.name}").resolve()
    folders = sweep.run(
        plan(config, data and data.resolve(), folder),
        workers,
        scheduler,
        lambda line: print(line, flush=True),
    )
    summarise(folder, folders, config)
    return folder


def summarise(folder: Path, jobs: Sequence[Path], config: Config | None = None) -> None:
    """Print and write the table of finished jobs' folders."""
    results = by_other_folds(read_results(jobs))
    table = table_rows(results)
    print(markdown(table, PRINTED))
    values = {
        "revision": revision(),
        "protocol": config and config.protocol,
        "configuration": config and asdict(config),
        "jobs": [str(r.folder.relative_to(folder)) for r in results],
        "data_digests": {str(r.folder.relative_to(folder)): r.metrics["data_digest"] for r in results},
        "table": [asdict(row) for row in table],
    }
    write_text(folder / METRICS, json.dumps(values, indent=1))
    write_text(folder / TABLE, markdown(table) + "\n")
    print(f"written: {folder}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


if __name__ == "__main__":
    main()
