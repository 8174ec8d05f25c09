# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML file: tables, charts and the script that draws them; nothing is fetched."""

from __future__ import annotations

import datetime
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from wristpulse.evaluation.results import JobResult, by_variant
from wristpulse.evaluation.trace import Trace
from wristpulse.learning.artefacts import INT8
from wristpulse.student.card import CARD
from wristpulse.support.files import write_text
from wristpulse_tools.experiment_report import charts, figures, notices, people, tables, trace_chart

HERE = Path(__file__).parent
TEMPLATE = "report.html.j2"


@dataclass
class Charts:
    """The figures of a page as JSON by the id of their place; drawn when they come into view."""

    drawn: dict[str, str] = field(default_factory=dict)

    def add(self, figure: go.Figure | None) -> str:
        """The id of a figure's place; "" if there is nothing to draw."""
        if figure is None:
            return ""
        name = f"chart-{len(self.drawn) + 1}"
        self.drawn[name] = figure.to_json()
        return name

    def json(self) -> str:
        """One JSON object, without what would end its script element."""
        return (
            "{" + ",".join(f"{json.dumps(k)}:{v}" for k, v in self.drawn.items()).replace("</", "<\\/") + "}"
        )


def write_report(results: list[JobResult], folder: Path, output: Path) -> Path:
    """Write the report on results of `folder`."""
    drawn = Charts()
    configured = [r.metrics["configuration"] for r in results]
    protocols, names = (_distinct(c[key] for c in configured) for key in ("protocol", "name"))
    variants = [
        _variant(name, seeds, [r for r in results if r.variant == name], drawn)
        for name, seeds in by_variant(results).items()
    ]
    values = {
        "title": f"Protocol {', '.join(protocols)}, configuration {', '.join(names)}",
        "folder": folder.resolve().name,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "notices": notices.notices(results),
        "table": tables.errors_table(results),
        "several_seeds": any(len(seeds) > 1 for seeds in by_variant(results).values()),
        "protocols": protocols,
        "folds": _distinct(r.metrics["fold"] for r in results),
        "names": names,
        "revisions": _distinct(r.metrics["revision"] for r in results),
        "datasets": figures.tested([t for r in results for t in r.traces]),
        "curves": drawn.add(charts.learning_curves(tables.curves(results))),
        "variants": variants,
        "runs": results,
        "configurations": tables.configurations(results),
        "charts": drawn.json(),
        "plotly": get_plotlyjs(),
    }
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, loader=jinja2.FileSystemLoader(HERE)
    )
    environment.filters["known"] = lambda value, form: "–" if math.isnan(value) else form % value
    environment.filters["share"] = lambda value: "–" if math.isnan(value) else f"{value:.1%}"
    output.parent.mkdir(parents=True, exist_ok=True)
    write_text(output, environment.get_template(TEMPLATE).render(values))
    return output


def _distinct(values) -> list:
    return list(dict.fromkeys(values))


def _variant(name: str, seeds: dict[int, list[Trace]], results: list[JobResult], drawn: Charts) -> dict:
    """What the report shows of one variant: figures of all seeds, traces of the first."""
    traces = [t for members in seeds.values() for t in members]
    traces = [t for t in traces if figures.labelled(t).any()]
    first = [t for t in next(iter(seeds.values())) if figures.labelled(t).any()]
    bins, ece = figures.reliability(traces)
    kept = figures.coverage_table(traces)
    rows = people.worst_first(traces)
    return {
        "id": name,
        "name": figures.network_name(name),
        "parameters": _parameters(results[0].folder),
        "seeds": list(seeds),
        "ece": ece,
        "ratios": figures.ratio_errors(traces),
        "first_fix": figures.first_fix(traces),
        "coverage": kept,
        "people": rows,
        "headlines": _headlines(traces),
        "few": sum(b.count > 0 and not b.enough for b in bins),
        "charts": [
            (
                "Bland-Altman: difference of estimate and reference against their mean (BPM), a point for "
                f"each window (at most {charts.MOST_POINTS:,}, evenly chosen); bias and limits of agreement.",
                drawn.add(charts.bland_altman(traces)),
            ),
            (
                "Absolute error (BPM) by motion, the standard deviation of acceleration over the window (g). "
                "In the bars: windows.",
                drawn.add(charts.by_level(figures.by_motion(traces), "motion (g)")),
            ),
            (
                "Absolute error (BPM) by reference heart rate (BPM). In the bars: windows.",
                drawn.add(charts.by_level(figures.by_rate(traces), "reference heart rate (BPM)")),
            ),
            (
                f"Reliability of the confidence: share of estimates within {figures.WITHIN_BPM:g} BPM by "
                "tenth of the confidence, with its 95 % interval. Hollow: too few windows "
                f"(under {figures.LEAST_WINDOWS}, or an interval over {figures.LEAST_SHARP:.0%}); no line "
                "leads there.",
                drawn.add(charts.reliability(bins, ece)),
            ),
            (
                "Coverage against error: MAE (BPM) of the most confident share of windows; points are "
                "thresholds of the confidence.",
                drawn.add(charts.coverage(figures.coverage_curve(traces), kept)),
            ),
        ],
        "traces": _traces(rows, first, drawn),
    }


def _headlines(traces: list[Trace]) -> list[tuple[str, people.Headline]]:
    """Headline figures by data set."""
    by_set: dict[str, list[Trace]] = {}
    for t in traces:
        by_set.setdefault(t.person.split("/")[0], []).append(t)
    return [
        (figures.set_name(name), people.headline(people.worst_first(members)))
        for name, members in by_set.items()
    ]


def _traces(rows: list[people.PersonRow], first: list[Trace], drawn: Charts) -> list[dict]:
    """Recordings of one seed, those of the worst people first."""
    place = {row.person: number for number, row in enumerate(rows)}
    found = []
    for t in sorted(first, key=lambda t: (place[t.person], t.name)):
        scale = trace_chart.person_range([other for other in first if other.person == t.person])
        found.append(
            {
                "person": t.person,
                "caption": figures.caption(t),
                "chart": drawn.add(trace_chart.trace_chart(t, scale)),
                "gaps": [str(gap) for gap in trace_chart.gaps(t)],
            }
        )
    return found


def _parameters(job: Path) -> int | None:
    """Of a student, as its card has it; None for a teacher."""
    card = job / INT8 / CARD
    return json.loads(card.read_text())["parameters"] if card.exists() else None
