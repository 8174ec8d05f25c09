# SPDX-License-Identifier: Apache-2.0
"""The budget file: figures that must not grow by more than 2 %."""

from __future__ import annotations

import json
from pathlib import Path

from python_tools.bench.measure import ROOT, Measurement
from training.files import write_text

BUDGETS = ROOT / "tests" / "budgets.json"
GROWTH = 0.02


def figures(measurement: Measurement) -> dict[str, int]:
    """Pick the figures that have a budget."""
    flash = measurement.flash
    return {
        "instructions": measurement.instructions,
        "code": flash.code,
        "constants": flash.weights + flash.quantisation + flash.tables,
        "arena": measurement.arena,
        "stack": measurement.stack,
    }


def overruns(measurement: Measurement, path: Path = BUDGETS) -> list[str]:
    """Say which figures exceed their budget; a model without one has no overruns."""
    budget = json.loads(path.read_text()).get(measurement.model, {})
    found = figures(measurement)
    return [
        f"{measurement.model}: {name}: expected at most {limit} + {GROWTH:.0%}, found {found[name]}"
        for name, limit in budget.items()
        if found[name] > limit * (1 + GROWTH)
    ]


def update(measurements: list[Measurement], path: Path = BUDGETS) -> None:
    """Make the present figures the budget."""
    budgets = json.loads(path.read_text()) if path.exists() else {}
    budgets.update({m.model: figures(m) for m in measurements})
    write_text(path, json.dumps(budgets, indent=2, sort_keys=True) + "\n")
