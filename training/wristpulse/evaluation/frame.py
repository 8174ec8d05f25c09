# SPDX-License-Identifier: Apache-2.0
"""Results as tidy pandas frames: a row a hop, or a row a person; for tables here and for notebooks.

hops = hop_frame(read_results([Path("build/evaluate/bami-spc-4fold-people")]))
(hops.tracked - hops.aligned).abs().groupby(hops.person).mean()     # each person's MAE, BPM
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

import numpy as np
import pandas as pd

from wristpulse.evaluation.metrics import errors
from wristpulse.evaluation.results import JobResult
from wristpulse.evaluation.summary import ESTIMATES, group_names
from wristpulse.evaluation.trace import Trace
from wristpulse.recordings.recording import HR_RANGE

# Name of an estimate against a reference: the hops' columns of estimate and reference, and of what selects.
AGAINST: dict[str, tuple[str, str, str | None]] = {
    **{f"{e}, {reference}": (e, reference, None) for reference in ("aligned", "raw") for e in ESTIMATES},
    "valid, aligned": ("tracked", "aligned", "valid"),
}
PERSON = ["variant", "seed", "group", "person"]  # what identifies a row of `score_frame`, with `estimate`


def hop_frame(results: Sequence[JobResult]) -> pd.DataFrame:
    """Make a frame with a row for each hop of every test recording.

    Parameters
    ----------
    results : sequence of JobResult

    Returns
    -------
    DataFrame
        Columns: variant, seed, dataset, subject, and all fields of `Trace`.
    """
    parts = []
    for result in results:
        for trace in result.traces:
            dataset, subject = trace.person.split("/")
            columns = {field.name: getattr(trace, field.name) for field in fields(Trace)}
            given = {"variant": result.variant, "seed": result.seed, "dataset": dataset, "subject": subject}
            parts.append(pd.DataFrame({**given, **columns}))
    names = ["variant", "seed", "dataset", "subject", *(field.name for field in fields(Trace))]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def score_frame(hops: pd.DataFrame) -> pd.DataFrame:
    """Score each person and estimate of each variant and seed; only labelled recordings count.

    Parameters
    ----------
    hops : DataFrame
        Of `hop_frame`.

    Returns
    -------
    DataFrame
        Columns: PERSON, estimate (a name of AGAINST), and all fields of
        `wristpulse.evaluation.metrics.Errors`.
    """
    recordings = hops.groupby(["variant", "seed", "person", "name"], sort=False)
    labelled = hops[recordings["raw"].transform(lambda raw: np.isfinite(raw).any()).astype(bool)]
    rows: list[dict[str, object]] = []
    for (variant, seed, person), members in labelled.groupby(["variant", "seed", "person"], sort=False):
        for name, (estimate, reference, selected) in AGAINST.items():
            if not members[reference].between(*HR_RANGE).any():
                continue
            valid = members[selected].to_numpy() if selected else None
            scored = errors(members[estimate].to_numpy(), members[reference].to_numpy(), valid)
            of_person = {"variant": variant, "seed": seed, "person": person, "estimate": name}
            rows += [{**of_person, "group": group, **asdict(scored)} for group in group_names(str(person))]
    return pd.DataFrame(rows)
