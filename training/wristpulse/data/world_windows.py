# SPDX-License-Identifier: Apache-2.0
"""Windows of time of simulated sessions, for the paper's line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int8

from wristpulse.config.networks import World
from wristpulse.core.window import window_inputs
from wristpulse.data.world_examples import clear, session_windows
from wristpulse.recordings.world import Session, session


@dataclass(frozen=True, kw_only=True)
class WorldWindows:
    """Windows of sessions.

    Attributes
    ----------
    inputs
        32 steps a standard deviation.
    bpm
        The heart's, NaN without one.
    seen
        0 where nobody could know the heart rate, 1 where the light shows it.
    """

    inputs: Int8[np.ndarray, "n 4 256"]
    bpm: Float32[np.ndarray, " n"]
    seen: Float32[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.bpm)


def session_window_inputs(made: Session, lead_s: float = 0.0) -> WorldWindows:
    """Make the network inputs of a simulated session's first LED.

    Parameters
    ----------
    made : Session
    lead_s : float
        Seconds by which the labels are later than the windows.

    Returns
    -------
    WorldWindows

    Examples
    --------
    >>> made = session_window_inputs(session(3, 60.0))
    >>> made.inputs.shape[1:], len(made.bpm) == len(made.seen) == len(made)
    ((4, 256), True)
    """
    windows = session_windows(made, lead_s=lead_s)
    return WorldWindows(
        inputs=window_inputs(windows.x.astype(np.int64)),
        bpm=windows.bpm.astype(np.float32),
        seen=clear(windows.seen, windows.bpm).astype(np.float32),
    )


def world_windows(seeds: Iterable[int], world: World, lead_s: float = 0.0) -> WorldWindows:
    """Make the network inputs of simulated sessions.

    Parameters
    ----------
    seeds : iterable of int
        Of the sessions.
    world : World
        Their length, and the effects left out.
    lead_s : float
        Seconds by which the labels are later than the windows.

    Returns
    -------
    WorldWindows
    """
    sessions = (session(seed, world.seconds, without=world.without) for seed in seeds)
    parts = [session_window_inputs(made, lead_s) for made in sessions]
    return WorldWindows(
        inputs=np.concatenate([part.inputs for part in parts]),
        bpm=np.concatenate([part.bpm for part in parts]),
        seen=np.concatenate([part.seen for part in parts]),
    )
