# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML file from the results of `invoke evaluate`."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import jinja2
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from python_tools.experiment_report import figures, pictures
from training import scores
from training.errors import UserError
from training.files import write_text
from training.fit import HISTORY, history

TEMPLATE = Path(__file__).with_name("report.html.j2")
ESTIMATES = ("tracked, aligned", "tracked, raw", "clamped, aligned", "untracked, aligned", "valid, aligned")


class ReportError(UserError):
    """Results that a report cannot be made of."""


def write_report(folder: Path, output: Path) -> Path:
    """Write the report on all finished jobs below `folder`; ReportError if there are none."""
    results = scores.read([folder])
    if not results:
        raise ReportError(f"{folder}: expected results of `invoke evaluate`, found none; run it first")
    values = {
        "title": folder.resolve().name,
        "runs": results,
        "rows": [row for row in scores.rows(results) if row.estimate in ESTIMATES],
        "curves": _picture(pictures.learning_curves, _curves(results)),
        "variants": [_variant(name, seeds) for name, seeds in scores.by_variant(results).items()],
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_text(output, environment.from_string(TEMPLATE.read_text()).render(values))
    return output


def _curves(results: list[scores.Result]) -> dict[str, list[dict[str, float]]]:
    """Learning curves by job, of those that kept one; the spectral student is trained without."""
    found = {}
    for r in results:
        for path in sorted(r.folder.glob(f"*/{HISTORY}")):
            found[str(r.folder.relative_to(r.folder.parents[1]))] = history(path.parent)
    return found


def _variant(name: str, seeds: dict[int, list]) -> dict:
    """What the report shows of one variant: figures of all seeds, traces of the first."""
    traces = [t for members in seeds.values() for t in members]
    traces = [t for t in traces if figures.labelled(t).any()]
    first = [t for t in next(iter(seeds.values())) if figures.labelled(t).any()]
    table, ece = figures.reliability(traces)
    return {
        "name": name,
        "seeds": list(seeds),
        "ece": ece,
        "ratios": figures.ratio_errors(traces),
        "first_fix": figures.first_fix(traces),
        "coverage": figures.coverage_table(traces),
        "pictures": [
            ("Error by subject", _picture(pictures.by_subject, traces)),
            ("Bland-Altman", _picture(pictures.bland_altman, traces)),
            ("Error by motion", _picture(pictures.by_level, figures.by_motion(traces), "motion (g)")),
            (
                "Error by heart rate",
                _picture(pictures.by_level, figures.by_rate(traces), "reference heart rate (BPM)"),
            ),
            ("Reliability of the confidence", _picture(pictures.reliability, table, ece)),
            ("Coverage against error", _picture(pictures.coverage, figures.coverage_curve(traces))),
        ],
        "traces": [(f"{t.person}, {t.name}", _picture(pictures.trace, t)) for t in first],
    }


def _picture(draw: Callable, *values) -> str:
    """A drawing as a data URI; "" if there is nothing to draw."""
    figure = draw(*values)
    if figure is None:
        return ""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=90)
    plt.close(figure)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
