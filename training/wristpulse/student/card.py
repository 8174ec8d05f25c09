# SPDX-License-Identifier: Apache-2.0
"""A student as it ships: the int8 .tflite, and its card with all else that firmware needs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from wristpulse.config.settings import FrontEnd
from wristpulse.core.estimator import Estimator
from wristpulse.core.track import TrackerTables
from wristpulse.oracle import IntegerModel
from wristpulse.support.errors import UserError
from wristpulse.support.steps import require

MODEL = "student.tflite"
CARD = "student.json"
# Students that come with the package, by name. nobody: taught by simulated people only, free for any use;
# people: by BAMI-1 and SPC, for academic research only.
STUDENTS = {name: Path(__file__).with_name(name) for name in ("nobody", "people")}
SHIPPED = STUDENTS["nobody"]  # the one that firmware, tools and `wp.estimate` take unless told otherwise


class CardError(UserError):
    """A card that does not go with its model or misses a field."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a student's card states.

    model_sha256: of the .tflite; parameters: quantised weights; configuration: as it was trained by;
    subjects: whom it knows, by role; data_digest: of the recordings; tracker: the tables of its tracker.
    """

    model_sha256: str
    front_end: FrontEnd
    parameters: int
    configuration: dict[str, Any]
    subjects: dict[str, list[str]]
    data_digest: str
    tracker: TrackerTables


@dataclass(frozen=True)
class Student:
    """An int8 student with its tracker."""

    model: IntegerModel
    tables: TrackerTables
    card: Card
    folder: Path

    @property
    def bytes(self) -> int:
        """Size of the .tflite."""
        return (self.folder / MODEL).stat().st_size

    def estimator(self) -> Estimator:
        """The Python reference of what the firmware computes with this student.

        Returns
        -------
        Estimator
            With the student's model, tracker tables and front end.
        """
        return Estimator(self.model.predict, self.tables, self.card.front_end)


def card_text(card: Card) -> str:
    """Write a card as JSON.

    Parameters
    ----------
    card : Card

    Returns
    -------
    str
        As `read_card` reads it.
    """
    return json.dumps(asdict(card), indent=1)


def read_card(path: Path) -> Card:
    """Read a student's card.

    Parameters
    ----------
    path : Path
        student.json.

    Returns
    -------
    Card

    Raises
    ------
    CardError
        A field is missing or wrong; names it.
    OSError
        The file cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except msgspec.DecodeError as error:  # "Expected `str`, got `int` - at `$.model_sha256`"
        found, _, field = str(error).partition(" - at `$.")
        raise CardError(path, field.rstrip("`") or "card", "the card of a student", found) from None


def load_student(folder: Path | str) -> Student:
    """Read the model and the card of a student.

    Parameters
    ----------
    folder : Path or str
        Folder with student.tflite and student.json, or a name of `STUDENTS`.

    Returns
    -------
    Student

    Raises
    ------
    StepError
        A file is absent; it says which command makes it.
    CardError
        Model and card do not belong together.

    Examples
    --------
    >>> load_student("nobody").card.front_end
    'spectrum'
    """
    folder = STUDENTS.get(str(folder), Path(folder))
    path = require(folder / CARD, "invoke quantize")
    card = read_card(path)
    model = IntegerModel.load(require(folder / MODEL, "invoke quantize"))
    if card.model_sha256 != model.graph.digest:
        raise CardError(path, "model_sha256", model.graph.digest, card.model_sha256)
    return Student(model, card.tracker, card, folder)
