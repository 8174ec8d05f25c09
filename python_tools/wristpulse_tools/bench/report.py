# SPDX-License-Identifier: Apache-2.0
"""Tables of measurements."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from wristpulse_tools.bench.elsewhere import Elsewhere
from wristpulse_tools.bench.estimate import assumptions, estimates
from wristpulse_tools.bench.hop import HopCost
from wristpulse_tools.bench.measure import Measurement
from wristpulse_tools.bench.peers import PeerResult


@dataclass
class Results:
    """What was measured, model by model, and what could not be."""

    measurements: list[Measurement] = field(default_factory=list)
    hops: list[HopCost] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    peers: list[PeerResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def show(found: Results, layers: bool, console: Console) -> None:
    """Print all tables."""
    console.print(_engines(found.measurements, found.peers))
    if found.elsewhere:
        console.print(_platforms(found))
    for hop in found.hops:
        console.print(_hop(hop))
    if layers:
        for measurement in found.measurements:
            console.print(_layers(measurement))
    for measurement in (m for m in found.measurements if m.engine == "pulse"):
        for e in estimates(measurement.instructions):
            time, energy = ("{:.3g} to {:.3g}".format(*pair) for pair in (e.milliseconds, e.millijoules))
            console.print(
                f"{measurement.model} ({measurement.engine}) on {e.chip}: {time} ms, {energy} mJ (estimate)"
            )
    for line in assumptions():
        console.print(f"[dim]{line}[/dim]")


def _engines(measurements: list[Measurement], peers: list[PeerResult]) -> Table:
    table = Table(title="one inference on QEMU mps2-an386 (instructions, not cycles); bytes")
    for name in ("model", "engine"):
        table.add_column(name)
    columns = ("instr", "MAC", "instr/MAC", "code", "weights", "quant", "tables", "arena", "stack", "wrong")
    for name in columns:
        table.add_column(name, justify="right")
    for m in measurements:
        f = m.flash
        numbers = (m.instructions, m.macs, f"{m.per_mac:.3f}", f.code, f.weights, f.quantisation, f.tables)
        table.add_row(m.model, m.engine, *(_text(n) for n in (*numbers, m.arena, m.stack, 0)))
    for p in peers:
        per_mac = f"{p.instructions / p.macs:.3f}"
        numbers = (p.instructions, p.macs, per_mac, p.code, p.constants, "", "", p.arena, p.stack, p.wrong)
        table.add_row(p.model, p.engine, *(_text(n) for n in numbers))
    return table


def _platforms(found: Results) -> Table:
    bare = {m.model: m.instructions for m in found.measurements if m.engine == "pulse"}
    table = Table(title="the same inference by platform")
    for name in ("model", "QEMU, bare metal: instr", "QEMU, Zephyr: instr", "host: portable kernels"):
        table.add_column(name, justify="left" if name == "model" else "right")
    for e in found.elsewhere:
        zephyr = "not measured" if e.zephyr is None else _text(e.zephyr)
        table.add_row(e.model, _text(bare[e.model]), zephyr, f"{e.host.count:,} {e.host.unit}")
    return table


def _hop(hop: HopCost) -> Table:
    table = Table(title=f"a hop of 2 s with {hop.model}, front end {hop.front_end_kind}, on QEMU mps2-an386")
    for name in ("part", "instr", "share"):
        table.add_column(name, justify="left" if name == "part" else "right")
    for part, count in hop.parts.items():
        table.add_row(part, _text(count), f"{count / hop.parts['whole hop']:.1%}")
    table.add_row("stack, bytes", _text(hop.stack), "")
    return table


def _text(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _layers(measurement: Measurement) -> Table:
    table = Table(title=f"{measurement.model}, {measurement.engine}, by layer")
    table.add_column("layer")
    for name in ("instr", "share", "MAC", "instr/MAC"):
        table.add_column(name, justify="right")
    for layer in measurement.layers:
        per_mac = f"{layer.instructions / layer.macs:.3f}" if layer.macs else ""
        share = f"{layer.instructions / measurement.instructions:.1%}"
        table.add_row(layer.name, f"{layer.instructions:,}", share, f"{layer.macs:,}", per_mac)
    return table
