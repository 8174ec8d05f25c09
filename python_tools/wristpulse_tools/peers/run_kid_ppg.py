# SPDX-License-Identifier: Apache-2.0
"""Run KID-PPG over recordings, in its own environment: RECORDINGS.npz to FOLDER.

Stands alone: needs numpy, scipy, tf-keras and kid-ppg, nothing of this repository. Reads key/ppg
(samples, 1), key/fs_ppg, key/acc (samples, 3), key/fs_acc; writes each key.npy as soon as it has it,
float64 (3, n): window's end (s), BPM, certainty; a value every 2 s, the first after 10 s.

As in the package's demonstration: windows of 8 s at 32 Hz, an adaptive filter of motion fitted to the whole
recording (1000 steps), pairs of windows, the probability that the error is below 10 BPM as certainty. Two
things are ours: the package's input keeps its amplitude, so each recording's PPG is brought to that of the
demonstration's windows; PPG is band-passed from 0.4 to 8 Hz first, as an Empatica E4 delivers it.
"""

import contextlib
import os
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

FS, WINDOW, HOP = 32, 256, 64  # Hz, samples, samples
EPOCHS = 1000
BAND_HZ = (0.4, 8.0)


def at_32_hz(signal: np.ndarray, fs: float) -> np.ndarray:
    """Columns resampled to 32 Hz."""
    ratio = Fraction(FS / fs).limit_denominator(1000)
    return resample_poly(
        signal.astype(np.float64), ratio.numerator, ratio.denominator, axis=0, padtype="line"
    )


def windows(ppg: np.ndarray, acc: np.ndarray, level: float) -> np.ndarray:
    """PPG and acceleration at 32 Hz as (n, 4, 256); the median window's PPG has the deviation `level`."""
    ppg = sosfiltfilt(butter(2, BAND_HZ, "bandpass", fs=FS, output="sos"), ppg, axis=0)
    size = min(len(ppg), len(acc))
    both = np.concatenate([ppg[:size], acc[:size]], axis=1)
    starts = np.arange((len(both) - WINDOW) // HOP + 1) * HOP
    x = both[starts[:, None] + np.arange(WINDOW)].transpose(0, 2, 1)
    x[:, 0] *= level / np.median(x[:, 0].std(axis=1))
    return x


def main(recordings: str, folder: str) -> None:
    """Estimate each recording as the package's demonstration does."""
    import tf_keras

    sys.modules["keras"] = tf_keras  # the package was written for Keras 2
    import tensorflow as tf
    from kid_ppg.adaptive_linear_model import AdaptiveFilteringModel
    from kid_ppg.demo.demo_utils import load_demo_data
    from kid_ppg.kid_ppg import KID_PPG
    from kid_ppg.preprocessing import (
        create_temporal_pairs,
        sample_wise_z_score_denormalization,
        sample_wise_z_score_normalization,
    )

    tf.keras.utils.set_random_seed(1)
    demonstration, _ = load_demo_data()
    level = float(np.median(demonstration[:, 0].std(axis=1)))
    network = KID_PPG()
    with np.load(recordings) as stored:
        keys = list(dict.fromkeys(key.rsplit("/", 1)[0] for key in stored))
        for place, key in enumerate(keys, 1):
            ppg, acc = (
                at_32_hz(stored[f"{key}/{name}"], float(stored[f"{key}/fs_{name}"]))
                for name in ("ppg", "acc")
            )
            x = windows(ppg[:, :1], acc, level)
            normal, means, deviations = sample_wise_z_score_normalization(x.copy())
            descent = tf.keras.optimizers.legacy.SGD(learning_rate=1e-7, momentum=1e-2)
            adapt = AdaptiveFilteringModel(local_optimizer=descent, num_epochs_self_train=EPOCHS)
            filtered = np.array(adapt(normal[..., None]))[:, None, :]
            filtered = sample_wise_z_score_denormalization(filtered, means, deviations)[:, 0, :]
            pairs, _ = create_temporal_pairs(filtered, np.zeros(len(filtered)))
            with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
                bpm, _, within = network.predict_threshold(pairs, threshold=10)
            end_s = (WINDOW + HOP * np.arange(1, len(x))) / FS
            part = Path(folder) / f"{key}.part"
            with part.open("wb") as file:
                np.save(file, np.stack([end_s, np.ravel(bpm), np.ravel(within)]).astype(np.float64))
            part.rename(Path(folder) / f"{key}.npy")
            print(f"kid-ppg: {place} of {len(keys)} done, {len(ppg) / FS:.0f} s of PPG", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
