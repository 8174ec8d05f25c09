# SPDX-License-Identifier: Apache-2.0
"""What the core is compiled with where a test needs no trained network, and the same in numpy."""

import subprocess
from pathlib import Path

import numpy as np

from wristpulse.config.settings import Tracking
from wristpulse.core.track import TrackerTables, tracker_tables
from wristpulse_tools.firmware.embed import config_header

ROOT = Path(__file__).resolve().parents[3]
TRACKING = Tracking(
    half_width=8,
    spread_bpm=3.0,
    leak=0.01,
    temper=0.5,
    floor=1e-3,
    first=(3, 1, 2, 1),
    valid=0.5,
    stays_valid=0.4,
)
TABLES = tracker_tables(0.1, TRACKING, tuple(i * i * 128 for i in range(17)))


def write_config(path: Path, front_end: str, tables: TrackerTables = TABLES) -> None:
    path.write_text(config_header(tables, "stand-in", front_end))


def predict_spectrum(inputs: np.ndarray) -> np.ndarray:
    """tests/c/standin/pulse_model.c for spectra: int8 (n, 104, 20) to int8 (n, 104)."""
    weights = np.outer([1, 2, 3, 4], [8, 3, -2, -1, -1]).ravel()
    return np.clip((inputs.astype(np.int64) @ weights) >> 6, -128, 127).astype(np.int8)


def predict(inputs: np.ndarray) -> np.ndarray:
    """tests/c/standin/pulse_model.c: int8 (n, 1024) to int8 (n, 104)."""
    x = inputs.astype(np.int64)
    acc = x[:, 256:].reshape(-1, 256, 3)
    mixed = 8 * x[:, :256] - acc @ [1, 2, -1]
    phase = np.arange(16, 120)[:, None] * np.arange(256)
    re, im = (mixed @ np.where((phase + quarter) % 1024 < 512, 1, -1).T for quarter in (0, 256))
    return np.minimum(((np.abs(re) + np.abs(im)) >> 9) - 128, 127).astype(np.int8)


def lines(program: Path, argument: object) -> list[str]:
    """Output of a host program that must succeed."""
    run = subprocess.run([program, str(argument)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-500:] + run.stderr
    return run.stdout.splitlines()
