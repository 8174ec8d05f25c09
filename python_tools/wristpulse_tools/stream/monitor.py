# SPDX-License-Identifier: Apache-2.0
"""A live view of a device's raw data stream in the terminal: `invoke monitor`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from wristpulse.core.numbers import ACC_LSB_PER_G
from wristpulse.core.result import Result
from wristpulse_tools.stream.decoder import Acc, Counters, Decoder, FurtherPpg, Ppg, Record, Restart, Stale
from wristpulse_tools.support.blocks import bars
from wristpulse_tools.support.signals import asking_to_stop

TRACE_S = 8.0  # of samples on the screen: the estimator's window
HISTORY = 60  # results kept
REFRESH_S = 0.1
ROWS, FEW_ROWS = 5, 3  # of the PPG's trace, on a screen of TALL lines or more, and on less
TALL = 26
COLOURS = {
    "valid": "bold green", "acquiring": "yellow", "motion-uncertain": "yellow",
    "rate-uncertain": "yellow",
    "no-contact": "red", "no-pulse": "red", "stale": "bold red",
}  # fmt: skip


def _empty(*shape: int) -> np.ndarray:
    return np.empty((0, *shape), np.int64)


@dataclass(frozen=True)
class Screen:
    """What is on the screen: the last TRACE_S of samples, the last results, the last counters."""

    t_ppg_us: np.ndarray = field(default_factory=_empty)
    ppg: np.ndarray = field(default_factory=_empty)
    t_acc_us: np.ndarray = field(default_factory=_empty)
    acc: np.ndarray = field(default_factory=lambda: _empty(3))
    results: tuple[Result, ...] = ()
    stale: bool = False
    counters: Counters | None = None


def _latest(t_us: np.ndarray, values: np.ndarray, new_t: np.ndarray, new: np.ndarray) -> tuple:
    if len(new_t) == 0:
        return t_us, values
    t_us, values = np.concatenate([t_us, new_t]), np.concatenate([values, new])
    kept = (t_us > new_t[-1] - TRACE_S * 1e6) & (t_us <= new_t[-1])  # nor what a restart left behind
    return t_us[kept], values[kept]


def update(view: Screen, record: Record) -> Screen:
    """The view after one more record."""
    if isinstance(record, Restart):
        return Screen()
    if isinstance(record, Ppg):
        t_us, ppg = _latest(view.t_ppg_us, view.ppg, record.t_us, record.counts)
        return replace(view, t_ppg_us=t_us, ppg=ppg)
    if isinstance(record, Acc):
        t_us, acc = _latest(view.t_acc_us, view.acc, record.t_us, record.xyz)
        return replace(view, t_acc_us=t_us, acc=acc)
    if isinstance(record, FurtherPpg):
        return view  # the trace is the first channel's
    if isinstance(record, Counters):
        return replace(view, counters=record)
    if isinstance(record, Stale):
        return replace(view, stale=True)
    return replace(view, results=(*view.results, record)[-HISTORY:], stale=False)


def trace(t_us: np.ndarray, values: np.ndarray, width: int, end_us: int) -> np.ndarray:
    """Means over `width` equal parts of the TRACE_S before end_us, float64 (width,); NaN where none is."""
    part = ((t_us - end_us) / (TRACE_S * 1e6) * width + width - 1e-9).astype(int)
    inside = (part >= 0) & (part < width)
    count = np.bincount(part[inside], minlength=width)
    total = np.bincount(part[inside], values[inside].astype(np.float64), minlength=width)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def steady(values: np.ndarray, span: int) -> np.ndarray:
    """Values less their running mean over about `span`; NaN stays."""
    known, ones = np.isfinite(values), np.ones(2 * (span // 2) + 1)
    total = np.convolve(np.where(known, values, 0.0), ones, mode="same")
    return values - total / np.maximum(np.convolve(known, ones, mode="same"), 1)


def motion_g(acc: np.ndarray) -> float:
    """RMS of the magnitude of acceleration less its mean, g; 0 without samples."""
    return float(np.linalg.norm(acc / ACC_LSB_PER_G, axis=1).std()) if len(acc) else 0.0


def _headline(view: Screen) -> Text:
    last = view.results[-1] if view.results else None
    state = "stale" if view.stale else last.state.value if last else "waiting"
    shown, confidence = "  ---", 0.0
    if last is not None and last.bpm_q8 > 0 and not view.stale:
        shown, confidence = f"{last.bpm_q8 / 256:5.1f}", last.confidence_q15 / 32768
    style = COLOURS.get(state, "dim")
    [meter] = bars(np.where(np.arange(20) < round(confidence * 20), 1.0, np.nan), 0, 1)
    return Text.assemble(
        (f" {shown} BPM  ", style if state == "valid" else "dim"),
        (f"{state:<17}", style), "confidence ", (meter, style), f" {confidence:.2f}",
    )  # fmt: skip


def _counters(counters: Counters | None, decoder: Decoder) -> Table:
    table = Table.grid(padding=(0, 3))
    if counters is not None:
        c = counters
        table.add_row(
            f"processor {c.busy_permille / 10:.1f} %", f"inference {c.execution_us / 1000:.1f} ms",
            f"response {c.response_us / 1000:.1f} ms", f"worst {c.worst_us / 1000:.1f} ms",
        )  # fmt: skip
        table.add_row(f"hops {c.hops}", f"shed {c.shed}", f"misses {c.misses}", f"bus errors {c.bus_errors}")
        table.add_row(f"PPG {c.ppg}", f"lost {c.ppg_lost}", f"ACC {c.acc}", f"lost {c.acc_lost}")
    dropped = counters.dropped if counters else 0
    lost = decoder.lost.total()
    table.add_row("stream:", f"dropped {dropped}", f"records missing {lost}", f"rejected {decoder.rejected}")
    return table


def render(view: Screen, decoder: Decoder, width: int = 80, height: int = 24) -> Group:
    """The screen: `width` columns, at most 23 lines where it has 24."""
    columns, rows = max(width - 4, 10), ROWS if height >= TALL else FEW_ROWS
    end = max((int(t[-1]) for t in (view.t_ppg_us, view.t_acc_us) if len(t)), default=0)
    ppg = trace(view.t_ppg_us, view.ppg, columns, end)
    # More light comes back between beats: upside down, a beat is a peak. The baseline's drift is left out.
    beats = -steady(ppg, round(columns / TRACE_S))
    known = np.isfinite(ppg)
    low, high = (beats[known].min(), beats[known].max()) if known.any() else (0.0, 1.0)
    magnitude = np.linalg.norm(view.acc, axis=1) / ACC_LSB_PER_G
    acc = trace(view.t_acc_us, magnitude, columns, end)
    bpm = np.array([r.bpm_q8 / 256 or np.nan for r in view.results])[-columns:]
    about = f"about {ppg[known].mean():.0f} counts, {high - low:.0f} high" if known.any() else "no samples"
    motion = motion_g(view.acc)
    parts = [
        Panel(_headline(view), title=f"{end / 1e6:.1f} s"),
        Panel("\n".join(bars(beats, low, high, rows)), title=f"PPG (inverted), {TRACE_S:g} s: {about}"),
        Panel("\n".join(bars(acc, 0, 2, 2)), title=f"|acceleration|, 0 to 2 g: motion {motion:.2f} g RMS"),
        Panel("\n".join(bars(bpm, 40, 200, 3)) if len(bpm) else "", title="BPM, 40 to 200, a hop a column"),
        Panel(_counters(view.counters, decoder), title="counters"),
    ]
    return Group(*parts)


def monitor(source: Iterable[bytes], console: Console | None = None) -> Screen:
    """Show a source until it ends or Ctrl-C; what was shown last. What the source raises."""
    console = console or Console()
    view, decoder, drawn = Screen(), Decoder(), 0.0
    parts = iter(source)
    with asking_to_stop() as stop:
        data = next(parts, None)  # a source that builds first says so here, on a screen still free
        with Live(console=console, auto_refresh=False) as live:
            try:
                while data is not None and not stop.asked:
                    for record in decoder.feed(data):
                        view = update(view, record)
                    if time.monotonic() - drawn >= REFRESH_S:
                        drawn = time.monotonic()
                        live.update(render(view, decoder, console.width, console.height), refresh=True)
                    data = next(parts, None)
            except KeyboardInterrupt:
                pass
            live.update(render(view, decoder, console.width, console.height), refresh=True)
    return view
