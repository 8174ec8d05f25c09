# SPDX-License-Identifier: Apache-2.0
"""The recording behind the page's button "Example": a simulated wrist, small, the same in every build."""

import io

import numpy as np

from wristpulse.recordings import simulate

SEED = 12  # every state occurs: valid, motion-uncertain, no-contact, no-pulse
SECONDS = 240.0
RATE_HZ = 32.0
PPG_LSB = 0.25  # the file keeps quarters of a count's range, in 16 bits: 1 is 4 counts
ACC_STEPS = 64  # to the g, as an Empatica E4 gives it: 16-bit floats hold them exactly up to 8 g


def example() -> bytes:
    """A recording in the format `own` (docs/data.md), with its reference heart rate, about 50 kB."""
    wrist = simulate(SEED, SECONDS, fs_ppg=RATE_HZ, fs_acc=RATE_HZ)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        format="pulse-recording-1",
        name="A simulated wrist",
        dataset="simulator",
        subject=wrist.subject,
        licence=wrist.licence,
        ppg=np.rint(wrist.ppg[:, 0] * PPG_LSB).astype(np.uint16),
        fs_ppg=RATE_HZ,
        ppg_lsb=PPG_LSB,
        acc=(np.rint(wrist.acc * ACC_STEPS) / ACC_STEPS).astype(np.float16),
        fs_acc=RATE_HZ,
        hr=np.round(np.asarray(wrist.hr), 1).astype(np.float32),
        hr_start_s=wrist.hr_start_s,
    )
    return file.getvalue()
