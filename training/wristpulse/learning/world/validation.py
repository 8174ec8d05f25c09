# SPDX-License-Identifier: Apache-2.0
"""Int8 ranges and confidence of a student that simulated people taught, by others that it never saw."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Int8

from wristpulse.config.settings import Config
from wristpulse.core.track import calibrate, track, tracker_tables
from wristpulse.core.validity import validity
from wristpulse.learning.world.seeds import calibration_seeds, validation_seeds
from wristpulse.oracle import IntegerModel
from wristpulse.recordings.world import Session, session
from wristpulse.student.card import MODEL
from wristpulse.student.confidence import confidence_map
from wristpulse.student.tolerance import WITHIN_BPM, WRONG_BPM
from wristpulse.support.files import write_text

VALIDATION = "validation.json"  # beside the card: figures by threshold
SECONDS = 300.0  # of a session
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)  # to become valid and to stay so


# Of a line: a session's inputs int8 (n, ...) and the BPM (n,) of its windows, NaN without a heart.
SessionInputs = Callable[[Session], tuple[np.ndarray, np.ndarray]]


def calibration_inputs(config: Config, inputs_of: SessionInputs) -> Int8[np.ndarray, "n ..."]:
    """Windows of simulated sessions that neither teach nor validate.

    Parameters
    ----------
    config : Config
    inputs_of : callable
        Of a line: a session's inputs and labels.

    Returns
    -------
    int8 (calibration_windows, ...)
        Evenly chosen.
    """
    count, world = config.calibration_windows, config.world
    made = (session(s, world.seconds, without=world.without) for s in calibration_seeds(world, count))
    inputs = np.concatenate([inputs_of(each)[0] for each in made])
    return inputs[np.linspace(0, len(inputs) - 1, count).round().astype(int)]


def validate(
    config: Config, folder: Path, inputs_of: SessionInputs, progress: Callable[[str], None]
) -> tuple[int, ...]:
    """The confidence map of an int8 student, by simulated people that it never saw.

    Parameters
    ----------
    config : Config
        Its world and tracking.
    folder : Path
        Holds student.tflite; gets validation.json, a row of figures for each of THRESHOLDS and for the
        configuration's own.
    inputs_of : callable
        Of a line: a session's inputs and labels.
    progress : callable
        Takes a line a row.

    Returns
    -------
    tuple of 17 int
        Q15.
    """
    model = IntegerModel.load(folder / MODEL)
    logits, labels = [], []
    for seed in validation_seeds(config.world):
        inputs, bpm = inputs_of(session(seed, SECONDS, without=config.world.without))
        logits.append(model.predict(inputs))
        labels.append(bpm)
    scale = float(model.output.scale[0])
    bpm_q8, raw = track(np.stack(logits, axis=1), tracker_tables(scale, config.tracking))
    error = np.abs(bpm_q8 / 256 - np.stack(labels, axis=1))
    worn = np.isfinite(error)
    fitted = confidence_map(raw[worn], error[worn] <= WITHIN_BPM)
    sure = calibrate(np.array(fitted), raw)
    own = config.tracking
    pairs = [(threshold, threshold) for threshold in THRESHOLDS]
    figures = []
    for valid, stays in (*pairs, (own.valid, min(own.stays_valid, own.valid))):
        tables = tracker_tables(scale, replace(own, valid=valid, stays_valid=stays), fitted)
        shown = validity(tables, bpm_q8, sure)
        figures.append({"valid": valid, "stays_valid": stays, **_figures(error, shown)})
    for f in figures:
        progress(
            f"valid from {f['valid']}, still from {f['stays_valid']}: {f['coverage']:.1%} of hops, "
            f"MAE {f['mae']:.2f} BPM, more than {WRONG_BPM:g} off {f['wrong_valid']:.2%} of them, "
            f"{f['wrong_shown']:.2%} of all; of light without a wrist {f['lamps']:.1%}"
        )
    rows = [{name: None if np.isnan(value) else value for name, value in f.items()} for f in figures]
    write_text(folder / VALIDATION, json.dumps(rows, indent=1, allow_nan=False))
    return fitted


def _figures(error: np.ndarray, valid: np.ndarray) -> dict[str, float]:
    """Shares over hops with a heart, whether or not the light shows it; `lamps`: of hops without a wrist.

    NaN for what there are no hops of; null in the file.
    """
    worn = np.isfinite(error)
    shown, wrong = valid & worn, valid & worn & (error > WRONG_BPM)
    return {
        "coverage": float(shown.sum() / worn.sum()),
        "mae": float(error[shown].mean()) if shown.any() else float("nan"),
        "wrong_valid": float(wrong.sum() / max(shown.sum(), 1)),
        "wrong_shown": float(wrong.sum() / worn.sum()),
        "lamps": float(valid[~worn].mean()) if not worn.all() else float("nan"),
    }
