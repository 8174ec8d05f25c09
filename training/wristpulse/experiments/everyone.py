# SPDX-License-Identifier: Apache-2.0
"""Train the student that ships, on all people of a protocol; its confidence is that of people never seen.

    python -m wristpulse.evaluation.evaluate --protocol bami-spc-4fold --data DIR    fold by fold
    python -m wristpulse.experiments.everyone --folds FOLDER --data DIR    then this

No figure on the people it learnt from is honest: the folds' are. The confidence map is fitted to those.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from wristpulse.config.load import Config, load
from wristpulse.data import corpus
from wristpulse.data.folds import PROTOCOLS
from wristpulse.evaluation.jobs import variant
from wristpulse.evaluation.results import finished, map_of_traces
from wristpulse.learning.pipeline import Pipeline
from wristpulse.support.errors import UserError


class Everyone(Pipeline):
    """The chain of a configuration with nobody held out."""

    def __init__(self, config: Config, protocol: str, data_folder: Path | None, root: Path):
        self.protocol = protocol
        data = replace(config.data, dataset="+".join(PROTOCOLS[protocol].datasets), test=(), validation=())
        super().__init__(replace(config, data=data), data_folder, root, lambda line: print(line, flush=True))

    @cached_property
    def corpus(self) -> corpus.Corpus:
        """All recordings, all to learn from."""
        data = self.config.data
        names = data.dataset.split("+")
        people = tuple(r for name in names for r in corpus.read(name, self.data_folder, data))
        return corpus.of_roles(data, {"train": people, "validation": (), "test": ()}, self.data_folder)


def make(chain: Everyone, folds: Path) -> Path:
    """Train and quantise; the folder of the student, its confidence map fitted to the folds' traces.

    UserError if `folds` holds no finished evaluation of the configuration's student.
    """
    results = finished(folds, variant(chain.config))
    protocols = {r.metrics["configuration"]["protocol"] for r in results}
    if protocols != {chain.protocol}:
        raise UserError(f"{folds}: protocol: expected {chain.protocol}, found {', '.join(sorted(protocols))}")
    chain.confidence_map = map_of_traces(trace for result in results for trace in result.traces)
    chain.train()
    chain.distill()
    return chain.quantize()


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse.experiments.everyone", description=__doc__.splitlines()[0]
    )
    add = parser.add_argument
    add("--protocol", choices=PROTOCOLS, default="bami-spc-4fold", help="whose data sets")
    add("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    add("--config", default="released", help="config/presets/NAME.toml, or a TOML file")
    add("--folds", type=Path, required=True, help="folder that wristpulse.evaluation.evaluate wrote")
    add("--out", type=Path, default=Path("build/everyone"), help="folder for the results")
    options = parser.parse_args(arguments)
    try:
        chain = Everyone(load(options.config), options.protocol, options.data, options.out)
        student = make(chain, options.folds)
    except (ValueError, OSError, UserError) as error:
        parser.exit(1, f"{error}\n")
    print(f"the student that ships: invoke release --student {student}")


if __name__ == "__main__":
    main()
