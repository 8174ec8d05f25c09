# SPDX-License-Identifier: Apache-2.0
"""What a hop of two seconds costs on the device, part by part, with a student that has its card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wristpulse.student.card import CARD, load_student
from wristpulse_tools.bench.measure import APP, PROGRAMS, build, run
from wristpulse_tools.firmware.embed import embed

RATES = (25, 50, 100)  # Hz, of both sensors; hop.c
LEDS = (1, 2, 3)


@dataclass(frozen=True, kw_only=True)
class HopCost:
    """Instructions of one hop, and its memory in bytes.

    Attributes
    ----------
    alignment
        The samples of 2 s to 64 frames, by the rate of both sensors in Hz.
    window
        Adding the hop, its mean and its power.
    front_end
        The network's input.
    estimator
        A hop with a full window, which is window, front_end, network, tracker and what holds them
        together.
    stack
        Bytes of stack of the whole hop.
    memory
        Bytes of aligner and estimator.
    by_leds
        Instructions and memory of a whole hop with so many LEDs, the network on each.
    """

    model: str
    front_end_kind: str
    alignment: dict[int, int]
    window: int
    front_end: int
    network: int
    tracker: int
    estimator: int
    stack: int
    memory: int
    by_leds: dict[int, tuple[int, int]]

    def parts(self, rate: int = RATES[-1]) -> dict[str, int]:
        """Instructions by part, in the order of the signal, with sensors of one of RATES."""
        names = ("window", "front_end", "network", "tracker")
        parts = {name.replace("_", " "): getattr(self, name) for name in names}
        return {
            "alignment": self.alignment[rate],
            **parts,
            "whole hop": self.alignment[rate] + self.estimator,
        }


def measure_hop(model: Path, folder: Path) -> HopCost | None:
    """Run hop.c on QEMU; None for a model without the card that says what is around it.

    Raises BenchError, qemu.QemuError or the card's error.
    """
    if not (model.parent / CARD).is_file():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    student = load_student(model.parent)
    embed(student, folder)
    # text.c: the platform has it
    core = [path for path in sorted((APP / "core/src").glob("*.c")) if path.name != "text.c"]
    counted = {
        leds: run(build(folder, f"hop{leds}", [f"-DPULSE_LEDS={leds}"], [PROGRAMS / "hop.c", *core]))
        for leds in LEDS
    }
    alignment = dict(zip(RATES, counted[1]["ALIGNMENT"], strict=True))
    names = ("WINDOW", "FRONT_END", "NETWORK", "TRACKER", "ESTIMATOR", "STACK", "MEMORY")
    return HopCost(
        model=model.stem,
        front_end_kind=student.card.front_end,
        alignment=alignment,
        **{name.lower(): counted[1][name][0] for name in names},
        by_leds={n: (c["ALIGNMENT"][-1] + c["ESTIMATOR"][0], c["MEMORY"][0]) for n, c in counted.items()},
    )
