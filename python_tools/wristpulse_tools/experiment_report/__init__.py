# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML file from the results of `invoke evaluate`."""

from __future__ import annotations

import base64
import datetime
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from wristpulse.evaluation.results import (
    JobResult,
    by_other_folds,
    by_variant,
    of_one_evaluation,
    read_results,
)
from wristpulse.evaluation.table import PRINTED, table
from wristpulse.learning.artefacts import INT8
from wristpulse.learning.curve import HISTORY, history
from wristpulse.student.card import CARD
from wristpulse.support.errors import UserError
from wristpulse.support.files import write_text
from wristpulse_tools.experiment_report import figures, pictures
from wristpulse_tools.support.tables import markdown

TEMPLATE = Path(__file__).with_name("report.html.j2")
DPI = 120


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


def write_report(results: list[JobResult], folder: Path, output: Path) -> Path:
    """Write the report on results of `folder`."""
    configurations = [r.metrics["configuration"] for r in results]
    protocols, names = (_distinct(c[key] for c in configurations) for key in ("protocol", "name"))
    values = {
        "title": f"Protocol {', '.join(protocols)}, configuration {', '.join(names)}",
        "folder": folder.resolve().name,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "table": _table(results),
        "several_seeds": any(len(seeds) > 1 for seeds in by_variant(results).values()),
        "protocols": protocols,
        "folds": _distinct(r.metrics["fold"] for r in results),
        "names": names,
        "revisions": _distinct(r.metrics["revision"] for r in results),
        "datasets": figures.tested([t for r in results for t in r.traces]),
        "curves": _picture(pictures.learning_curves, _curves(results)),
        "variants": [
            _variant(name, seeds, [r for r in results if r.variant == name])
            for name, seeds in by_variant(results).items()
        ],
        "runs": results,
        "configurations": _configurations(results),
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["known"] = lambda value, form: "–" if math.isnan(value) else form % value
    output.parent.mkdir(parents=True, exist_ok=True)
    write_text(output, environment.from_string(TEMPLATE.read_text()).render(values))
    return output


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
    return markdown(head, rows)


def _distinct(values) -> list:
    return list(dict.fromkeys(values))


def _configurations(results: list[JobResult]) -> dict[str, str]:
    """Configurations as text by the names of the jobs that share each."""
    jobs: dict[str, list[str]] = {}
    for r in results:
        text = json.dumps(r.metrics["configuration"], indent=1)
        jobs.setdefault(text, []).append(f"{r.metrics['fold']}/{r.variant}-{r.seed}")
    return {", ".join(names): text for text, names in jobs.items()}


def _table(results: list[JobResult]) -> list[tuple[tuple[str, str], list[Any]]]:
    """The table's rows, as tuples with its columns' names, by network and what it was tested on."""
    rows = table(results)
    rows = rows[rows["estimate"].isin(PRINTED)]
    by_set = []
    for (variant, group), members in rows.groupby(["variant", "group"], sort=False):
        ordered = sorted(members.itertuples(), key=lambda row: PRINTED.index(row.estimate))
        by_set.append(((figures.network_name(str(variant)), figures.set_name(str(group))), ordered))
    return by_set


def _curves(results: list[JobResult]) -> dict[str, list[dict[str, float]]]:
    """Learning curves by job, of those that kept one; the spectral student is trained without."""
    found = {}
    for r in results:
        for path in sorted(r.folder.glob(f"*/{HISTORY}")):
            found[str(r.folder.relative_to(r.folder.parents[1]))] = history(path.parent)
    return found


def _variant(name: str, seeds: dict[int, list], results: list[JobResult]) -> dict:
    """What the report shows of one variant: figures of all seeds, traces of the first."""
    traces = [t for members in seeds.values() for t in members]
    traces = [t for t in traces if figures.labelled(t).any()]
    first = [t for t in next(iter(seeds.values())) if figures.labelled(t).any()]
    table, ece = figures.reliability(traces)
    kept = figures.coverage_table(traces)
    return {
        "name": figures.network_name(name),
        "parameters": _parameters(results[0].folder),
        "seeds": list(seeds),
        "ece": ece,
        "ratios": figures.ratio_errors(traces),
        "first_fix": figures.first_fix(traces),
        "coverage": kept,
        "subjects": _picture(pictures.by_subject, traces),
        "pictures": [
            (
                "Bland-Altman: difference of estimate and reference against their mean (BPM), a point for "
                "each window; bias and limits of agreement.",
                _picture(pictures.bland_altman, traces),
            ),
            (
                "Absolute error (BPM) by motion, the standard deviation of acceleration over the window (g). "
                "n: windows.",
                _picture(pictures.by_level, figures.by_motion(traces), "motion (g)"),
            ),
            (
                "Absolute error (BPM) by reference heart rate (BPM). n: windows.",
                _picture(pictures.by_level, figures.by_rate(traces), "reference heart rate (BPM)"),
            ),
            (
                f"Reliability of the confidence: share of estimates within {figures.WITHIN_BPM:g} BPM by "
                "tenth of the confidence; areas go with the number of windows.",
                _picture(pictures.reliability, table, ece),
            ),
            (
                "Coverage against error: MAE (BPM) of the most confident share of windows; points are "
                "thresholds of the confidence.",
                _picture(pictures.coverage, figures.coverage_curve(traces), kept),
            ),
        ],
        "traces": [(figures.caption(t), _picture(pictures.trace, t)) for t in first],
    }


def _parameters(job: Path) -> int | None:
    """Of a student, as its card has it; None for a teacher."""
    card = job / INT8 / CARD
    return json.loads(card.read_text())["parameters"] if card.exists() else None


def _picture(draw: Callable, *values) -> str:
    """A drawing as a data URI; "" if there is nothing to draw."""
    figure = draw(*values)
    if figure is None:
        return ""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    plt.close(figure)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
