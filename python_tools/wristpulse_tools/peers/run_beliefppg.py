# SPDX-License-Identifier: Apache-2.0
"""Run BeliefPPG over recordings, in its own environment: RECORDINGS.npz to FOLDER.

Stands alone: needs numpy and beliefppg, nothing of this repository. Reads key/ppg (samples, leds),
key/fs_ppg, key/acc (samples, 3), key/fs_acc; writes each key.npy as soon as it has it, float64 (3, n):
window's end (s), BPM, certainty; a value every 2 s, the first after 20 s.
"""

import contextlib
import math
import os
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

LEAST_HZ = {"ppg": 64, "acc": 1}  # the package filters PPG up to 18 Hz


def at_whole_rate(signal: np.ndarray, fs: float, least: int) -> tuple[np.ndarray, int]:
    """A signal (n, columns) at the next whole rate from `least` Hz on, which the package takes; the rate."""
    rate = max(math.ceil(fs - 1e-6), least)
    ratio = Fraction(rate / fs).limit_denominator(1000)
    if ratio == 1:
        return signal, rate
    return resample_poly(signal, ratio.numerator, ratio.denominator, axis=0, padtype="line"), rate


def main(recordings: str, folder: str) -> None:
    """Estimate as the package's own `infer_hr` does: belief propagation, causal, entropy as uncertainty."""
    from beliefppg.inference.inference import infer_hr_uncertainty

    with np.load(recordings) as stored:
        keys = list(dict.fromkeys(key.rsplit("/", 1)[0] for key in stored))
        for place, key in enumerate(keys, 1):
            (ppg, fs_ppg), (acc, fs_acc) = (
                at_whole_rate(stored[f"{key}/{name}"], float(stored[f"{key}/fs_{name}"]), LEAST_HZ[name])
                for name in ("ppg", "acc")
            )
            with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
                bpm, uncertainty, _ = infer_hr_uncertainty(ppg, fs_ppg, acc, fs_acc)
            bpm = np.asarray(bpm, np.float64)
            rows = np.stack([20.0 + 2.0 * np.arange(len(bpm)), bpm, -np.asarray(uncertainty, np.float64)])
            part = Path(folder) / f"{key}.part"
            with part.open("wb") as file:
                np.save(file, rows)
            part.rename(Path(folder) / f"{key}.npy")
            print(f"beliefppg: {place} of {len(keys)} done, {len(ppg) / fs_ppg:.0f} s of PPG", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
