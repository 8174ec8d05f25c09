# SPDX-License-Identifier: Apache-2.0
"""Run BeliefPPG over recordings, in its own environment: RECORDINGS.npz to FOLDER.

Stands alone: needs numpy and beliefppg, nothing of this repository. Reads key/ppg (samples, leds),
key/fs_ppg, key/acc (samples, 3), key/fs_acc; writes each key.npy as soon as it has it: BPM every 2 s, the
first after 20 s.
"""

import contextlib
import os
import sys
from pathlib import Path

import numpy as np


def main(recordings: str, folder: str) -> None:
    """Estimate by belief propagation as the package's own `infer_hr` does: causal, all LEDs given."""
    from beliefppg import infer_hr

    with np.load(recordings) as stored:
        keys = list(dict.fromkeys(key.rsplit("/", 1)[0] for key in stored))
        for place, key in enumerate(keys, 1):
            ppg, acc = (stored[f"{key}/{name}"] for name in ("ppg", "acc"))
            rates = [int(round(float(stored[f"{key}/{name}"]))) for name in ("fs_ppg", "fs_acc")]
            with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
                bpm, _ = infer_hr(ppg, rates[0], acc, rates[1])
            part = Path(folder) / f"{key}.part"
            with part.open("wb") as file:
                np.save(file, np.asarray(bpm, np.float64))
            part.rename(Path(folder) / f"{key}.npy")
            print(f"beliefppg: {place} of {len(keys)} done, {len(ppg) / rates[0]:.0f} s of PPG", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
