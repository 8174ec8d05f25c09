# SPDX-License-Identifier: Apache-2.0
"""Progress on a terminal and in a log: a line that is refreshed, and a bar with the time left."""

from __future__ import annotations

import re
import sys
import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

REFRESH_S = 0.5  # of a line on a terminal
LOG_S = 60.0  # between lines where there is no terminal
LOG_LINES = 4  # of a bar where there is no terminal
COUNTED = re.compile(r"(?P<what>.+): (?P<name>.+), (?P<done>\d+)/(?P<total>\d+)")


class StatusLine:
    """One line that is written over on a terminal; elsewhere one line a minute.

    A terminal that is gone (SIGHUP, a closed pipe) costs the line, never the task.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._terminal = self._out.isatty()
        self._every_s = REFRESH_S if self._terminal else LOG_S
        self._drawn = time.monotonic()
        self._width = 0

    @property
    def due(self) -> bool:
        """Whether the line was drawn long enough ago."""
        return time.monotonic() - self._drawn >= self._every_s

    def show(self, text: str) -> None:
        """Show a text in place of the last one.

        Parameters
        ----------
        text : str
        """
        self._drawn = time.monotonic()
        if self._terminal:
            self._write(f"\r{text:<{self._width}}")
            self._width = len(text)
        else:
            self._write(f"{text}\n")

    def say(self, text: str) -> None:
        """Print a line that stays.

        Parameters
        ----------
        text : str
        """
        self._write(f"\r{' ' * self._width}\r{text}\n" if self._width else f"{text}\n")
        self._width = 0

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):
            pass


class Reporter:
    """Prints lines of progress, each at once; a line `WHAT: NAME, K/N` moves a bar instead.

    On a terminal the bar shows the time left. Elsewhere LOG_LINES of the N lines are printed.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._bar: Progress | None = None

    def __call__(self, line: str) -> None:
        counted = COUNTED.fullmatch(line)
        if counted is None:
            self._end()
            self._print(line)
            return
        done, total = int(counted["done"]), int(counted["total"])
        if self._console.is_terminal:
            self._move(f"{counted['what']}: {counted['name']}", done, total)
        elif done == total or done % max(1, total // LOG_LINES) == 0:
            self._print(line)

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False)
        self._console.file.flush()

    def _move(self, text: str, done: int, total: int) -> None:
        if self._bar is None:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=self._console)
            self._bar.add_task(text, total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, description=text)
        if done >= total:
            self._end()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
