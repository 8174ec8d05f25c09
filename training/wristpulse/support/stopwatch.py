# SPDX-License-Identifier: Apache-2.0
"""How fast a training runs, for its metrics.json."""

import time


class Stopwatch:
    """Runs from its making on."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def speed(self, windows: int) -> dict[str, float]:
        """Speed since the start.

        Parameters
        ----------
        windows : int
            Done so far.

        Returns
        -------
        dict of str to float
            Seconds, and windows a second by the clock and of the processor.
        """
        seconds, cpu_seconds = time.monotonic() - self._wall, time.process_time() - self._cpu
        return {
            "seconds_this_run": round(seconds, 1),
            "windows_per_second": round(windows / seconds, 1),
            "windows_per_cpu_second": round(windows / cpu_seconds, 1),
        }
