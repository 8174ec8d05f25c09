# SPDX-License-Identifier: Apache-2.0
"""Run BeliefPPG over recordings, in its own environment: RECORDINGS.npz to ESTIMATES.npz.

Stands alone: needs numpy and beliefppg, nothing of this repository. Reads n/ppg (samples, leds), n/fs_ppg,
n/acc (samples, 3), n/fs_acc; writes n/bpm, one estimate every 2 s, the first after 20 s.
"""

import importlib.metadata
import sys

import numpy as np


def main(recordings: str, estimates: str) -> None:
    """Estimate by belief propagation as the package's own `infer_hr` does: causal, all LEDs given."""
    from beliefppg import infer_hr

    found = {"version": np.array(importlib.metadata.version("beliefppg"))}
    with np.load(recordings) as stored:
        keys = sorted({key.rsplit("/", 1)[0] for key in stored})
        for place, key in enumerate(keys, 1):
            ppg, acc = (stored[f"{key}/{name}"] for name in ("ppg", "acc"))
            rates = [int(round(float(stored[f"{key}/{name}"]))) for name in ("fs_ppg", "fs_acc")]
            bpm, _ = infer_hr(ppg, rates[0], acc, rates[1])
            found[f"{key}/bpm"] = np.asarray(bpm, np.float64)
            print(f"beliefppg {place}/{len(keys)}: {key}", flush=True)
    np.savez_compressed(estimates, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
