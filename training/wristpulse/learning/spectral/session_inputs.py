# SPDX-License-Identifier: Apache-2.0
"""What the front end makes of a simulated session's spectra, by the arithmetic of the training."""

from __future__ import annotations

import numpy as np

from wristpulse.core.numbers import BINS
from wristpulse.core.spectrum import CHANNELS
from wristpulse.core.spectrum_float import float_spectrum_inputs
from wristpulse.data.world_examples import session_examples
from wristpulse.recordings.world import Session


def session_inputs(made: Session) -> tuple[np.ndarray, np.ndarray]:
    """Compute a session's network inputs and labels.

    Parameters
    ----------
    made : Session

    Returns
    -------
    inputs : ndarray, int8 (n, 104, 20)
        One of each window.
    bpm : ndarray, float32 (n,)
        Heart rate in BPM, NaN without a heart.
    """
    windows = session_examples(made)
    values = float_spectrum_inputs(windows.spectra[windows.hops], windows.motion[windows.hops]).numpy()
    inputs = np.rint(values.reshape(-1, BINS, CHANNELS) * 255) - 128
    return inputs.astype(np.int8), windows.bpm
