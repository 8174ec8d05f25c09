# SPDX-License-Identifier: Apache-2.0
"""A student as it ships: the int8 .tflite and its card, which states all that firmware needs beside the
weights.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from training.calibrate import calibrated
from training.config import Config
from training.corpus import Corpus
from training.estimator import Estimator
from training.files import write_text
from training.integer import IntegerModel
from training.steps import require
from training.tracking import TrackerTables, tracker_tables

MODEL = "student.tflite"
CARD = "student.json"


class CardError(ValueError):
    """A card that does not go with its model or misses a field."""


@dataclass(frozen=True)
class Student:
    """An int8 student with its tracker."""

    model: IntegerModel
    tables: TrackerTables
    card: dict
    folder: Path

    def estimator(self) -> Estimator:
        """The Python reference of what the firmware computes with this student."""
        return Estimator(self.model.predict, self.tables, self.card["front_end"])


def write_card(folder: Path, config: Config, corpus: Corpus, known: tuple[int, ...] | None = None) -> None:
    """Write the card beside the model in `folder`; known: confidence map, else fitted to validation."""
    model = IntegerModel.load(folder / MODEL)
    tables = tracker_tables(float(model.output.scale[0]), **asdict(config.tracking))
    raw = Estimator(model.predict, tables, config.front_end)
    known = known or calibrated(raw, corpus.recordings["validation"], config.data.aligned_labels)
    tables = replace(tables, confidence_map=known)
    card = {
        "model_sha256": model.graph.digest,
        "front_end": config.front_end,
        "parameters": sum(t.size for t in model.graph.tensors if t.data is not None and t.scale.size),
        "configuration": asdict(config),
        "subjects": corpus.subjects,
        "data_digest": corpus.digest,
        "tracker": asdict(tables),
    }
    write_text(folder / CARD, json.dumps(card, indent=1))


def load_student(folder: Path) -> Student:
    """Read model and card; StepError if absent, CardError if they do not belong together."""
    path = require(folder / CARD, "invoke quantize")
    card = json.loads(path.read_text())
    model = IntegerModel.load(require(folder / MODEL, "invoke quantize"))
    if card.get("model_sha256") != model.graph.digest:
        raise CardError(
            f"{path}: model_sha256: expected {model.graph.digest}, found {card.get('model_sha256')}"
        )
    try:
        tables = TrackerTables(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in card["tracker"].items()}
        )
    except (KeyError, TypeError) as error:
        raise CardError(f"{path}: tracker: expected the tracker's tables, found {error}") from None
    return Student(model, tables, card, folder)
