# SPDX-License-Identifier: Apache-2.0
"""The budget file: figures that must not grow by more than 2 %."""

from __future__ import annotations

import json
from pathlib import Path

from wristpulse.support.files import write_text
from wristpulse_tools.bench.hop import HopCost
from wristpulse_tools.bench.measure import ROOT, Measurement

BUDGETS = ROOT / "tests" / "budgets.json"
GROWTH = 0.02


def figures(measured: Measurement | HopCost) -> tuple[str, dict[str, int]]:
    """Pick the figures that have a budget, and the name that it goes by."""
    if isinstance(measured, HopCost):
        memory = {"stack": measured.stack, "memory": measured.memory}
        return f"{measured.model}, hop", {**measured.parts(), **memory}
    flash = measured.flash
    return measured.model, {
        "instructions": measured.instructions,
        "code": flash.code,
        "constants": flash.weights + flash.quantisation + flash.tables,
        "arena": measured.arena,
        "stack": measured.stack,
    }


def overruns(measured: Measurement | HopCost, path: Path = BUDGETS) -> list[str]:
    """Say which figures exceed their budget; a model without one has no overruns."""
    name, found = figures(measured)
    budget = json.loads(path.read_text()).get(name, {})
    return [
        f"{name}: {figure}: expected at most {limit} + {GROWTH:.0%}, found {found[figure]}"
        for figure, limit in budget.items()
        if found[figure] > limit * (1 + GROWTH)
    ]


def update(measured: list[Measurement | HopCost], path: Path = BUDGETS) -> None:
    """Make the present figures the budget."""
    budgets = json.loads(path.read_text()) if path.exists() else {}
    budgets.update(figures(m) for m in measured)
    write_text(path, json.dumps(budgets, indent=2, sort_keys=True) + "\n")
