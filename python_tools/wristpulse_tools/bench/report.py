# SPDX-License-Identifier: Apache-2.0
"""Tables of measurements."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from wristpulse_tools.bench.elsewhere import Elsewhere
from wristpulse_tools.bench.estimate import assumptions, estimates
from wristpulse_tools.bench.hop import LEDS, RATES, HopCost
from wristpulse_tools.bench.measure import Measurement
from wristpulse_tools.bench.peers import PeerResult
from wristpulse_tools.support.tables import table


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
        console.print(_leds(hop))
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
    head = ("model", "engine", "instr", "MAC", "instr/MAC", "code", "weights", "quant", "tables", "arena",
            "stack", "wrong")  # fmt: skip
    rows = [
        (m.model, m.engine, m.instructions, m.macs, f"{m.per_mac:.3f}", m.flash.code, m.flash.weights,
         m.flash.quantisation, m.flash.tables, m.arena, m.stack, 0)
        for m in measurements
    ] + [
        (p.model, p.engine, p.instructions, p.macs, f"{p.instructions / p.macs:.3f}", p.code, p.constants,
         "", "", p.arena, p.stack, p.wrong)
        for p in peers
    ]  # fmt: skip
    return table(head, rows, "one inference on QEMU mps2-an386 (instructions, not cycles); bytes", texts=2)


def _platforms(found: Results) -> Table:
    bare = {m.model: m.instructions for m in found.measurements if m.engine == "pulse"}
    head = ("model", "QEMU, bare metal: instr", "QEMU, Zephyr: instr", "host: portable kernels")
    rows = [(e.model, bare[e.model], e.zephyr, f"{e.host.count:,} {e.host.unit}") for e in found.elsewhere]
    return table(head, rows, "the same inference by platform")


def _hop(hop: HopCost) -> Table:
    title = (
        f"a hop of 2 s with {hop.model}, front end {hop.front_end_kind}, on QEMU mps2-an386, by sensors' rate"
    )
    by_rate = [hop.parts(rate) for rate in RATES]
    usual = by_rate[-1]
    rows = [
        (part, *(parts[part] for parts in by_rate), f"{count / usual['whole hop']:.1%}")
        for part, count in usual.items()
    ]
    memory = [("stack, bytes", hop.stack), ("aligner and estimator, bytes", hop.memory)]
    rows += [(name, *[""] * (len(RATES) - 1), size, "") for name, size in memory]
    head = ("part", *(f"{rate} Hz: instr" for rate in RATES), f"share at {RATES[-1]} Hz")
    return table(head, rows, title)


def _leds(hop: HopCost) -> Table:
    one = hop.by_leds[LEDS[0]][0]
    rows = [(n, instr, f"{instr / one:.2f}", memory) for n, (instr, memory) in hop.by_leds.items()]
    head = ("LEDs", "whole hop: instr", "of one LED's", "aligner and estimator, bytes")
    return table(head, rows, f"a hop of 2 s with {hop.model} by LEDs, sensors at {RATES[-1]} Hz")


def _layers(measurement: Measurement) -> Table:
    rows = [
        (
            layer.name,
            layer.instructions,
            f"{layer.instructions / measurement.instructions:.1%}",
            layer.macs,
            f"{layer.instructions / layer.macs:.3f}" if layer.macs else "",
        )
        for layer in measurement.layers
    ]
    head = ("layer", "instr", "share", "MAC", "instr/MAC")
    return table(head, rows, f"{measurement.model}, {measurement.engine}, by layer")
