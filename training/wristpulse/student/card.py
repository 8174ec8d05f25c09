# SPDX-License-Identifier: Apache-2.0
"""A student as it ships: the int8 .tflite and its card, which states all that firmware needs beside the
weights.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from wristpulse.core.estimator import Estimator
from wristpulse.core.track import TrackerTables
from wristpulse.oracle import IntegerModel
from wristpulse.support.steps import require

MODEL = "student.tflite"
CARD = "student.json"
RELEASED = Path(__file__).with_name("released")  # folder of the student that ships


class CardError(ValueError):
    """A card that does not go with its model or misses a field."""


@dataclass(frozen=True)
class Student:
    """An int8 student with its tracker."""

    model: IntegerModel
    tables: TrackerTables
    card: dict
    folder: Path

    @property
    def bytes(self) -> int:
        """Size of the .tflite."""
        return (self.folder / MODEL).stat().st_size

    def estimator(self) -> Estimator:
        """The Python reference of what the firmware computes with this student."""
        return Estimator(self.model.predict, self.tables, self.card["front_end"])


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
