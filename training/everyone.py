# SPDX-License-Identifier: Apache-2.0
"""Train the student that ships, on all people of a protocol; its confidence is that of people never seen.

    python -m training.evaluate --protocol bami-spc-4fold --data DIR      the same recipe, fold by fold
    python -m training.everyone --traces FOLDER --data DIR --out STUDENT  then this, and `invoke release`

No figure on the people it learnt from is honest: the folds' are. The confidence map is fitted to those.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from training.calibrate import ONE, WITHIN_BPM, confidence_map
from training.card import MODEL, write_card
from training.config import Config, load
from training.corpus import Corpus
from training.errors import UserError
from training.evaluate import calibration_inputs
from training.folds import PROTOCOLS, person
from training.recordings import Recording, open_dataset
from training.spectral import examples, gather, quantize, train

TRACES = "traces.npz"


class TracesError(UserError):
    """A file that does not hold an evaluation's traces."""


def map_of(traces: Path) -> tuple[int, ...]:
    """Confidence map from raw confidences and errors in the traces.npz of `training.evaluate`."""
    try:
        arrays = np.load(traces)
        names = sorted(key.removesuffix(" tracked") for key in arrays.files if key.endswith(" tracked"))
        confidence, error = (
            np.concatenate([of(name) for name in names])
            for of in (
                lambda name: arrays[f"{name} confidence"],
                lambda name: np.abs(arrays[f"{name} tracked"] - arrays[f"{name} aligned"]),
            )
        )
    except (OSError, ValueError, KeyError) as problem:
        raise TracesError(f"{traces}: expected traces of training.evaluate, found: {problem}") from None
    known = np.isfinite(error)
    return confidence_map(np.rint(confidence[known] * ONE).astype(int), error[known] <= WITHIN_BPM)


def make(config: Config, recordings: Sequence[Recording], known: tuple[int, ...], out: Path) -> None:
    """Train on all recordings; write student.tflite and its card, with the confidence map, into `out`."""
    parts = []
    for recording in recordings:
        parts.append(examples(recording, config.augmentation, config.data.aligned_labels))
        print(f"spectra {len(parts)}/{len(recordings)}: {recording.dataset} {recording.name}", flush=True)
    settings = (config.spectral, config.augmentation, config.spectral_training, config.seed)
    student = train(gather(recordings, parts), *settings, print)
    out.mkdir(parents=True, exist_ok=True)
    (out / MODEL).write_bytes(quantize(student, calibration_inputs(recordings, config.calibration_windows)))
    people = replace(config, data=replace(config.data, test=(), validation=()))
    digest = hashlib.sha256(b"".join(r.ppg.tobytes() + r.acc.tobytes() for r in recordings)).hexdigest()
    renamed = [replace(r, subject="/".join(person(r))) for r in recordings]
    corpus = Corpus(people.data, {"train": tuple(renamed), "validation": (), "test": ()}, digest)
    write_card(out, people, corpus, known)


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.everyone", description=__doc__.splitlines()[0])
    parser.add_argument("--protocol", choices=PROTOCOLS, default="bami-spc-4fold", help="whose data sets")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--config", default="released", help="training/configs/NAME.toml, or a TOML file")
    parser.add_argument("--traces", type=Path, required=True, help="folder that training.evaluate wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for student.tflite and student.json")
    options = parser.parse_args(arguments)
    try:
        config = load(options.config)
        known = map_of(options.traces / TRACES)
        datasets = PROTOCOLS[options.protocol].datasets
        recordings = [r for name in datasets for r in open_dataset(name, options.data)]
    except (ValueError, UserError) as error:
        parser.exit(1, f"{error}\n")
    make(config, recordings, known, options.out)
    valid = asdict(config.tracking)["valid"]
    print(f"written: {options.out}; valid from a confidence of {valid}; confidence map {known}")


if __name__ == "__main__":
    main()
