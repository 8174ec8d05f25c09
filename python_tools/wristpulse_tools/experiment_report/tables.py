# SPDX-License-Identifier: Apache-2.0
"""Results of an evaluation, read and put into tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wristpulse.evaluation.results import (
    JobResult,
    by_other_folds,
    by_variant,
    of_one_evaluation,
    read_results,
)
from wristpulse.evaluation.table import PRINTED, table
from wristpulse.learning.curve import HISTORY, history
from wristpulse.support import markdown
from wristpulse.support.errors import UserError
from wristpulse_tools.experiment_report import figures


class ReportError(UserError):
    """Results that a report cannot be made of."""


def read(folder: Path) -> list[JobResult]:
    """All finished jobs of the one evaluation below `folder`, confidence judged by other folds.

    UserError if there are none, or of several evaluations.
    """
    results = read_results([folder])
    if not results:
        raise ReportError(folder, "", "results of `invoke evaluate`", "none; run it first")
    of_one_evaluation(results, folder)
    return by_other_folds(results)


def errors_table(results: list[JobResult]) -> list[dict[str, Any]]:
    """The rows of the evaluation's table that are printed, with names for people."""
    rows = table(results)
    rows = rows[rows["estimate"].isin(PRINTED)]
    named = [
        {
            **row,
            "network": figures.network_name(str(row["variant"])),
            "tested_on": figures.set_name(str(row["group"])),
        }
        for _, members in rows.groupby(["variant", "group"], sort=False)
        for row in members.to_dict("records")
    ]
    place = {key: n for n, key in enumerate(dict.fromkeys((r["variant"], r["group"]) for r in named))}
    return sorted(named, key=lambda r: (place[r["variant"], r["group"]], PRINTED.index(r["estimate"])))


def curves(results: list[JobResult]) -> dict[str, list[dict[str, float]]]:
    """Learning curves by job, of those that kept one; the spectral student is trained without."""
    found = {}
    for r in results:
        for path in sorted(r.folder.glob(f"*/{HISTORY}")):
            found[str(r.folder.relative_to(r.folder.parents[1]))] = history(path.parent)
    return found


def configurations(results: list[JobResult]) -> dict[str, str]:
    """Configurations as text by the names of the jobs that share each."""
    jobs: dict[str, list[str]] = {}
    for r in results:
        text = json.dumps(r.metrics["configuration"], indent=1)
        jobs.setdefault(text, []).append(f"{r.metrics['fold']}/{r.variant}-{r.seed}")
    return {", ".join(names): text for text, names in jobs.items()}


def confidence_table(results: list[JobResult]) -> str:
    """Markdown: how far each variant's confidence can be trusted, and how soon there is a valid value."""
    head = ("variant", "calibration error", "from", "share", "MAE", "off by > 10 BPM",
            "first valid: median, 90 %, latest")  # fmt: skip
    rows = []
    for name, seeds in by_variant(results).items():
        traces = [t for members in seeds.values() for t in members if figures.labelled(t).any()]
        _, ece = figures.reliability(traces)
        times = figures.first_fix(traces)
        first = ", ".join(f"{times[key]:.0f} s" for key in ("median", "90 %", "latest") if key in times)
        for threshold, share, mae, far in figures.coverage_table(traces):
            cells = (
                name,
                f"{ece:.3f}",
                threshold,
                f"{share:.1%}",
                f"{mae:.2f}",
                f"{far:.2%}",
                first or "never",
            )
            rows.append(cells)
    return markdown.table(head, rows)
