# SPDX-License-Identifier: Apache-2.0
"""How fast simulated people are made, by processor time of one process: `invoke world-speed`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from wristpulse.core.align import align
from wristpulse.core.sensor import to_counts
from wristpulse.core.spectrum import magnitudes
from wristpulse.core.window import window_ends, windows
from wristpulse.data.world_examples import session_examples
from wristpulse.recordings import Recording
from wristpulse.recordings.world import session
from wristpulse.recordings.world.delivery import recording
from wristpulse.support.markdown import table

SESSIONS, SECONDS = 40, 180.0


def seconds_each(work: Callable, of: Iterable) -> tuple[float, list]:
    """Processor time of one call.

    Parameters
    ----------
    work : callable
        Called once on the first item without the clock, for whatever is set up once.
    of : iterable
        One item or more.

    Returns
    -------
    seconds : float
        The mean.
    results : list
        Of every item.

    Examples
    --------
    >>> seconds, doubled = seconds_each(lambda x: 2 * x, [1, 2])
    >>> seconds < 1, doubled
    (True, [2, 4])
    """
    of = list(of)
    work(of[0])  # whatever is set up once
    start = time.process_time()
    results = [work(item) for item in of]
    return (time.process_time() - start) / len(of), results


def _device(made: Recording) -> None:
    hops = align(to_counts(made))
    magnitudes(windows(hops, window_ends(hops)))


def report(say: Callable[[str], None] = print) -> None:
    """Print the table of docs/simulator.md.

    Parameters
    ----------
    say : callable
        Gets the table.
    """
    draw, sessions = seconds_each(lambda seed: session(seed, SECONDS), range(SESSIONS))
    spectra, _ = seconds_each(session_examples, sessions)
    deliver, recordings = seconds_each(lambda seed: recording(seed, SECONDS), range(SESSIONS // 4))
    device, _ = seconds_each(_device, recordings)
    steps = (
        ("draw a session", draw),
        ("its windows, straight from the grid", spectra),
        ("**both: what training takes**", draw + spectra),
        ("draw it and deliver it at a sensor's rates", deliver),
        ("its windows by alignment and integer spectra", device),
    )
    rows = [(name, f"{1000 * each:.1f}", f"{SECONDS / each:,.0f}") for name, each in steps]
    say(table(("step", "ms", "hours of signal per processor hour"), rows))
