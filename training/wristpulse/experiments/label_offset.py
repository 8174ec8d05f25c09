# SPDX-License-Identifier: Apache-2.0
"""By how much the reference's clock differs from the sensor's: where PPG has most power at the labelled rate.

python -m wristpulse.experiments.label_offset --data DIR [--dataset bami1]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wristpulse.recordings import Recording, iter_dataset
from wristpulse.recordings.recording import WINDOW_S
from wristpulse.support.errors import UserError

STEP_S = 0.25
SHIFTS_S = np.arange(-10.0, 20.0 + STEP_S, STEP_S)
NEAR_BPM = 3.0  # of the label
BAND_BPM = (40.0, 220.0)
AS_GOOD = 0.99  # of the greatest share: shifts that the recording cannot tell from the best


def power_at_label(recording: Recording) -> np.ndarray:
    """Mean share of PPG power within NEAR_BPM of the label, float64 (len(SHIFTS_S),), by shift of the labels.

    Spectra of 8 s under a Hann window, all LEDs' mean; windows that a shift moves out of the recording do not
    count. NaN where none is left.
    """
    fs, length = recording.fs_ppg, round(WINDOW_S * recording.fs_ppg)
    frequency = np.fft.rfftfreq(4 * length, 1 / fs) * 60
    band = (frequency > BAND_BPM[0]) & (frequency < BAND_BPM[1])
    light = recording.ppg.mean(axis=1)
    count = int(((len(light) - length) / fs) // STEP_S) + 1
    first = np.round(np.arange(count) * STEP_S * fs).astype(int)
    x = light[first[:, None] + np.arange(length)]
    x = (x - x.mean(axis=1, keepdims=True)) * np.hanning(length)
    power = np.abs(np.fft.rfft(x, 4 * length)[:, band]) ** 2
    power /= power.sum(axis=1, keepdims=True)
    known = np.isfinite(recording.hr)
    near = np.abs(frequency[band] - recording.hr[known, None]) < NEAR_BPM
    at = np.round(recording.hr_start_s[known] / STEP_S).astype(int)
    found = np.full(len(SHIFTS_S), np.nan)
    for n, shift in enumerate(np.round(SHIFTS_S / STEP_S).astype(int)):
        inside = (at + shift >= 0) & (at + shift < count)
        if inside.any():
            found[n] = (power[at[inside] + shift] * near[inside]).sum(axis=1).mean()
    return found


def as_good(share: np.ndarray) -> tuple[float, float, float]:
    """The best shift, and the least and the greatest around it that are AS_GOOD: seconds."""
    best = int(np.nanargmax(share))
    good = share >= AS_GOOD * share[best]
    low, high = best, best
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(share) - 1 and good[high + 1]:
        high += 1
    return SHIFTS_S[best], SHIFTS_S[low], SHIFTS_S[high]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse.experiments.label_offset", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--dataset", default="bami1", help="data set with labels, as in docs/data.md")
    options = parser.parse_args(arguments)
    print("recording         taken   best   as good, s        share of power: taken, best")
    try:
        for recording in iter_dataset(options.dataset, options.data):
            if recording.hr is not None and np.isfinite(recording.hr).any():
                print(_line(recording), flush=True)
    except (ValueError, OSError, UserError) as error:
        parser.exit(1, f"{error}\n")


def _line(recording: Recording) -> str:
    share = power_at_label(recording)
    best, low, high = as_good(share)
    taken = float(np.interp(recording.label_offset_s, SHIFTS_S, share))
    return (
        f"{recording.name:16}{recording.label_offset_s:7.1f}{best:7.2f}{low:8.2f} to {high:5.2f}"
        f"{taken:14.3f}{np.nanmax(share):9.3f}"
    )


if __name__ == "__main__":
    main()
