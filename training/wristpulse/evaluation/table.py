# SPDX-License-Identifier: Apache-2.0
"""The table of an evaluation: each estimate against each reference, over people and over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.optimize import brentq
from scipy.stats import bootstrap, nct, t

from wristpulse.evaluation.frame import hop_frame, score_frame
from wristpulse.evaluation.metrics import deviation
from wristpulse.evaluation.results import JobResult
from wristpulse.evaluation.summary import quiet_empty_means
from wristpulse.support.markdown import table as markdown_table

# The rows that commands print and the report shows, in this order.
PRINTED = ("tracked, aligned", "tracked, raw", "clamped, aligned", "untracked, aligned", "valid, aligned")
DRAWS = 10_000  # of the bootstrap
ROW = ["variant", "group", "estimate"]  # what identifies a row of the table


def table(results: Sequence[JobResult]) -> pd.DataFrame:
    """The table of an evaluation; of one that still runs, by the folds that all seeds of a variant have.

    Parameters
    ----------
    results : sequence of JobResult

    Returns
    -------
    DataFrame
        A row a variant, group of recordings and estimate. mae: mean absolute error, the mean over people and
        seeds; spread_people: standard deviation (n - 1) over people of each one's mean over seeds;
        spread_seeds: of the seeds' means, NaN for one seed; median, worst: over people; within5, coverage:
        shares; half, double: windows read near half or twice the reference. BPM where not stated otherwise;
        means over seeds, but for `worst`.
    """
    scores = score_frame(_comparable(hop_frame(results)))
    if scores.empty:
        return pd.DataFrame(columns=ROW)
    with quiet_empty_means():
        rows = [_row(dict(zip(ROW, names, strict=True)), of) for names, of in scores.groupby(ROW, sort=False)]
    return pd.DataFrame(rows)


def _comparable(hops: pd.DataFrame) -> pd.DataFrame:
    """The hops without the folds that some seed of their variant lacks, unless that leaves none."""
    kept = []
    for _, of_variant in hops.groupby("variant", sort=False):
        folds = of_variant.groupby("seed", sort=False)["fold"].agg(set)
        common = set.intersection(*folds)
        in_all = of_variant["fold"].isin(common) if common else of_variant["seed"] == folds.index[0]
        kept.append(of_variant[in_all])
    return pd.concat(kept) if kept else hops


def _row(names: dict[str, object], scores: pd.DataFrame) -> dict[str, object]:
    """One row of the table from the people's scores."""
    of_seeds = scores.groupby("seed", sort=False)
    mae = of_seeds["mae"].agg(np.nanmean).to_numpy()
    people = scores.groupby("person", sort=False)["mae"].agg(np.nanmean).to_numpy()
    return {
        **names,
        "seeds_run": len(mae),
        "people_tested": len(people),
        "mae": float(mae.mean()),
        "spread_people": deviation(people),
        "spread_seeds": deviation(mae),
        "median": float(of_seeds["mae"].agg(np.nanmedian).mean()),
        "worst": float(of_seeds["mae"].agg(np.nanmax).max()),
        "within5": float(of_seeds["within5"].agg(np.nanmean).mean()),
        "coverage": float(of_seeds["coverage"].agg(np.nanmean).mean()),
        "half": float(of_seeds["half"].sum().mean()),
        "double": float(of_seeds["double"].sum().mean()),
    }


def paired(results: Sequence[JobResult], against: str, estimate: str = "tracked, aligned") -> pd.DataFrame:
    """Each variant's MAE less that of another, person by person.

    Parameters
    ----------
    results : sequence of JobResult
    against : str
        The variant that is subtracted.
    estimate : str
        A name of `wristpulse.evaluation.frame.AGAINST`.

    Returns
    -------
    DataFrame
        A row a variant and group with two people or more that both tested. less: mean difference, BPM, each
        person's MAE being the mean over seeds; low, high: its 95 % interval over people (`interval`);
        detectable: the mean difference that so many people would show in four of five trials (`detectable`).

    Raises
    ------
    KeyError
        No result is of `against`.
    """
    scores = score_frame(_comparable(hop_frame(results)))
    return differences(scores[scores["estimate"] == estimate], against)


def differences(scores: pd.DataFrame, against: str) -> pd.DataFrame:
    """The rows of `paired`, of scores from anywhere.

    Parameters
    ----------
    scores : DataFrame
        A row a person and repetition: variant, group, person, mae.
    against : str
        The variant that is subtracted.

    Returns
    -------
    DataFrame
        As of `paired`.

    Raises
    ------
    KeyError
        No row is of `against`.
    """
    mae = scores.groupby(["group", "person", "variant"], sort=False)["mae"].agg(np.nanmean).unstack()
    rows = []
    for variant in scores["variant"].unique():
        for group, of_people in mae.groupby("group", sort=False):
            less = (of_people[variant] - of_people[against]).dropna().to_numpy()
            if variant != against and len(less) > 1:
                low, high = interval(less)
                row = {"variant": variant, "group": group, "people": len(less), "less": less.mean()}
                rows.append({**row, "low": low, "high": high, "detectable": detectable(less)})
    columns = ["variant", "group", "people", "less", "low", "high", "detectable"]
    return pd.DataFrame(rows, columns=columns)


def interval(values: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """95 % interval of a mean: bootstrap, bias-corrected and accelerated (BCa).

    Efron, "Better bootstrap confidence intervals", JASA 82 (1987).

    Parameters
    ----------
    values : ndarray (n,)
        Two or more.

    Returns
    -------
    low, high : float
        From DRAWS resamples, always the same ones.

    Examples
    --------
    >>> low, high = interval(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> 1.0 < low < 2.5 < high < 4.0
    True
    """
    if np.ptp(values) < 1e-9:  # the same for everybody: no resample differs, and BCa is not defined
        return float(values.mean()), float(values.mean())
    found = bootstrap((values,), np.mean, n_resamples=DRAWS, method="BCa", rng=np.random.default_rng(0))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def detectable(differences: Float[np.ndarray, " n"], power: float = 0.8) -> float:
    """Mean difference that a paired t-test at 5 %, two-sided, finds with a given power.

    By the noncentral t distribution, for the people's own spread: what an interval that includes zero can
    say.

    Parameters
    ----------
    differences : ndarray (n,)
        One a person; two or more.
    power : float
        Share of trials that find it.

    Returns
    -------
    float
        In the differences' unit; 0 if they do not differ.

    Examples
    --------
    >>> round(detectable(np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0])), 2)
    1.24
    """
    n = len(differences)
    spread = differences.std(ddof=1) / np.sqrt(n)
    if spread < 1e-9:
        return 0.0
    limit = t.ppf(0.975, n - 1)
    found = brentq(lambda shift: nct.sf(limit, n - 1, shift) - power, 0.0, 50.0)
    return float(found * spread)


def _known(form: str) -> Callable[[float], str]:
    return lambda value: "-" if np.isnan(value) else format(value, form)


# Heads of the printed columns, by the table's, and how their numbers are written.
COLUMNS = {
    "variant": "variant",
    "group": "tested on",
    "estimate": "estimate, label",
    "people_tested": "people",
    "seeds_run": "seeds",
    "mae": "MAE",
    "spread_people": "over people",
    "spread_seeds": "over seeds",
    "median": "median",
    "worst": "worst",
    "within5": "< 5 BPM",
    "coverage": "share",
}
FORMS = {
    **dict.fromkeys(("mae", "spread_people", "spread_seeds", "median"), _known(".2f")),
    "worst": _known(".1f"),
    **dict.fromkeys(("within5", "coverage"), _known(".1%")),
}


def markdown(rows: pd.DataFrame, estimates: Sequence[str] | None = None) -> str:
    """Format the table as Markdown.

    Parameters
    ----------
    rows : DataFrame
        As of `table`.
    estimates : sequence of str, optional
        Keep only the rows of these.

    Returns
    -------
    str
    """
    chosen = rows if estimates is None else rows[rows["estimate"].isin(estimates)]
    texts = {name: chosen[name].map(FORMS.get(name, str)) for name in COLUMNS if name in chosen}
    return _to_markdown(pd.DataFrame(texts).rename(columns=COLUMNS))


def paired_markdown(rows: pd.DataFrame, against: str) -> str:
    """Format the rows of `paired` as Markdown.

    Parameters
    ----------
    rows : DataFrame
    against : str
        The variant that the others are compared with.

    Returns
    -------
    str
    """
    texts = {
        "variant": rows["variant"],
        "tested on": rows["group"],
        "people": rows["people"].map(str),
        f"MAE less that of {against}, BPM": rows["less"].map("{:+.2f}".format),
        "95 % interval over people": [f"{r.low:+.2f} to {r.high:+.2f}" for r in rows.itertuples()],
        "detectable at 80 % power": rows["detectable"].map("{:.2f}".format),
    }
    return _to_markdown(pd.DataFrame(texts))


def _to_markdown(texts: pd.DataFrame) -> str:
    return markdown_table(list(texts), texts.itertuples(index=False))
