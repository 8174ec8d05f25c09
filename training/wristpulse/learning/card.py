# SPDX-License-Identifier: Apache-2.0
"""Write the card of a student: all that firmware needs beside the weights."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from wristpulse.config.load import Config
from wristpulse.core.estimator import Estimator
from wristpulse.core.track import tracker_tables
from wristpulse.data.corpus import Corpus
from wristpulse.oracle import IntegerModel
from wristpulse.student.card import CARD, MODEL
from wristpulse.student.confidence import calibrated
from wristpulse.support.files import write_text


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
