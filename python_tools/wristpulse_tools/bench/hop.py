# SPDX-License-Identifier: Apache-2.0
"""What a hop of two seconds costs on the device, part by part, with a student that has its card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wristpulse.student.card import CARD, load_student
from wristpulse_tools.bench.measure import APP, HERE, build, run
from wristpulse_tools.firmware.embed import embed


@dataclass(frozen=True)
class HopCost:
    """Instructions of one hop, and the stack of all of it in bytes.

    alignment: 200 samples of each sensor (100 Hz) to 64 frames; window: taking the hop in, mean and power;
    front_end: the network's input; estimator: a hop with a full window, which is window, front_end, network,
    tracker and what holds them together.
    """

    model: str
    front_end_kind: str
    alignment: int
    window: int
    front_end: int
    network: int
    tracker: int
    estimator: int
    stack: int

    @property
    def parts(self) -> dict[str, int]:
        """Instructions by part, in the order of the signal."""
        names = ("alignment", "window", "front_end", "network", "tracker")
        parts = {name.replace("_", " "): getattr(self, name) for name in names}
        return {**parts, "whole hop": self.alignment + self.estimator}


def measure_hop(model: Path, folder: Path) -> HopCost | None:
    """Run hop.c on QEMU; None for a model without the card that says what is around it.

    Raises BenchError, qemu.QemuError or the card's error.
    """
    if not (model.parent / CARD).is_file():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    student = load_student(model.parent)
    embed(student, folder)
    core = [
        path for path in sorted((APP / "core/src").glob("*.c")) if path.name != "text.c"
    ]  # the platform has it
    counted = run(build(folder, "hop", [], [HERE / "hop.c", *core]))
    names = ("ALIGNMENT", "WINDOW", "FRONT_END", "NETWORK", "TRACKER", "ESTIMATOR", "STACK")
    return HopCost(model.stem, student.card.front_end, *(counted[name][0] for name in names))
