# SPDX-License-Identifier: Apache-2.0
"""Write the card of a student: all that firmware needs beside the weights."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from wristpulse.config.settings import Config
from wristpulse.core.track import tracker_tables
from wristpulse.oracle import IntegerModel
from wristpulse.student.card import CARD, MODEL, Card, card_text
from wristpulse.support.files import write_text


def write_card(
    folder: Path,
    config: Config,
    *,
    subjects: dict[str, list[str]],
    data_digest: str,
    confidence_map: tuple[int, ...],
) -> None:
    """Write the card beside the model: student.json.

    Parameters
    ----------
    folder : Path
        Holds student.tflite.
    config : Config
        The student was trained by it; its tracking gives the tables.
    subjects : dict of str to list of str
        People by role.
    data_digest : str
        Of the recordings.
    confidence_map : tuple of 17 int
        Q15.

    Raises
    ------
    ModelError
        The model is outside the supported operators.
    """
    model = IntegerModel.load(folder / MODEL)
    tables = tracker_tables(float(model.output.scale[0]), config.tracking)
    card = Card(
        model_sha256=model.graph.digest,
        front_end=config.front_end,
        parameters=sum(t.size for t in model.graph.tensors if t.data is not None and t.scale.size),
        configuration=asdict(config),
        subjects=subjects,
        data_digest=data_digest,
        tracker=replace(tables, confidence_map=confidence_map),
    )
    write_text(folder / CARD, card_text(card))
