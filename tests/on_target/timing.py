# SPDX-License-Identifier: Apache-2.0
"""Figures that on-target tests collect: JUnit properties, a JSON file, and budgets that hold them."""

import json
from collections.abc import Callable
from pathlib import Path

from places import BUILD, ROOT
from wristpulse.support.files import write_text

FILE = BUILD / "timing.json"
BUDGETS = ROOT / "tests" / "timing_budgets.json"
GROWTH = 0.02


class Timing:
    """figures: by machine, by name. Only those with a budget are judged: they must be deterministic."""

    def __init__(self, accept: bool, budgets: Path = BUDGETS) -> None:
        self.accept, self.budgets = accept, budgets
        self.figures: dict[str, dict] = {}

    def add(self, machine: str, figures: dict, record_property: Callable[[str, object], None]) -> None:
        """Keep the figures of a machine, and give them to JUnit."""
        self.figures.setdefault(machine, {}).update(figures)
        for name, value in figures.items():
            record_property(f"{machine}.{name}", value)

    def judge(self, machine: str, names: tuple[str, ...]) -> list[str]:
        """Say which figures grew by more than GROWTH beyond their budget; with --accept they become it."""
        budgets = json.loads(self.budgets.read_text()) if self.budgets.exists() else {}
        found = {name: self.figures[machine][name] for name in names}
        if self.accept:
            budgets[machine] = found
            write_text(self.budgets, json.dumps(budgets, indent=2, sort_keys=True) + "\n")
        limits = budgets.get(machine, {})
        found = {name: value for name, value in found.items() if value > limits.get(name, -1) * (1 + GROWTH)}
        return [
            f"{machine}: {name}: expected at most {limits.get(name, 'a budget')} + 2 %, found {value}"
            for name, value in found.items()
        ]

    def write(self, path: Path = FILE) -> None:
        """What was collected, beside what an earlier run left of other machines."""
        before = json.loads(path.read_text()) if path.exists() else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(before | self.figures, indent=1) + "\n")
