# SPDX-License-Identifier: Apache-2.0
"""End a long task well: Ctrl-C, SIGTERM and a closed terminal (SIGHUP) ask, they do not kill."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Whether the user asked a task to end.

    With `defer` False a signal raises KeyboardInterrupt at once: there is nothing to lose yet. With `defer`
    True it only sets `asked`, which the task looks at. A further Ctrl-C raises KeyboardInterrupt again, so a
    task that hangs can be ended; further SIGTERM and SIGHUP are ignored.
    """

    def __init__(self) -> None:
        self.asked = False
        self.defer = False

    def _take(self, number: int, _frame: object) -> None:
        repeated, self.asked = self.asked, True
        if not self.defer or (repeated and number == signal.SIGINT):
            raise KeyboardInterrupt


@contextmanager
def asking_to_stop() -> Iterator[Stop]:
    """Take signals as a request to stop while the block runs.

    Yields
    ------
    Stop
        Set by SIGNALS; outside the main thread no signal reaches it.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop._take) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
