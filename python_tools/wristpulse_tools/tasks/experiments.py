# SPDX-License-Identifier: Apache-2.0
"""Evaluation by protocols, the ablation, the report on both, and the comparison with a peer."""

from pathlib import Path

from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import command, say

EVALUATE_HELP = {
    "data": "folder that holds the data sets' folders",
    "seeds": "of weights and draws, comma-separated, instead of the configuration's",
    "folds": "of the protocol, comma-separated; default: the configuration's, or all",
    "workers": "processes on this machine; default: one a core",
    "scheduler": "address of a Dask scheduler whose workers run the jobs instead",
}


def _evaluate(**values) -> None:
    from wristpulse.evaluation.evaluate import main
    from wristpulse.support.quiet import start_tensorflow

    start_tensorflow()
    main([str(word) for key, value in values.items() if value for word in (f"--{key}", value)])


@command(
    **EVALUATE_HELP,
    config="configuration: a name in config/presets or the path of a .toml file",
    protocol="who trains and who is tested, as in docs/training.md; default: the configuration's",
    sizes="of the spectral student, 2k, 8k, 30k parameters, comma-separated, instead of the configuration's",
    relations="of distillation, comma-separated, instead of the configuration's",
)
def evaluate(
    _context,
    data=None,
    config="released",
    protocol=None,
    sizes=None,
    seeds=None,
    folds=None,
    relations=None,
    workers=None,
    scheduler=None,
):
    """Evaluate a configuration by a protocol: train every fold, test on people it never saw."""
    _evaluate(data=data, config=config, protocol=protocol, sizes=sizes, seeds=seeds, folds=folds,
              relations=relations, workers=workers, scheduler=scheduler)  # fmt: skip


@command(**EVALUATE_HELP)
def ablation(_context, data, seeds=None, folds=None, workers=None, scheduler=None):
    """Compare relations of distillation for the paper's student on real people, beside the teacher."""
    _evaluate(data=data, config="ablation", seeds=seeds, folds=folds, workers=workers, scheduler=scheduler)


@command(
    results="folder of an evaluation; default: build/evaluate, if it holds one",
    output="the HTML file; default: report.html in the folder of results",
)
def report(_context, results=None, output=None):
    """Gather an evaluation's results, as far as its jobs are done, in one self-contained HTML file."""
    from wristpulse.support.quiet import start_tensorflow

    start_tensorflow()
    from wristpulse.evaluation import table
    from wristpulse_tools.experiment_report import ESTIMATES, confidence_table, read, write_report

    folder = Path(results) if results else BUILD / "evaluate"
    found = read(folder)
    written = write_report(found, folder, Path(output) if output else folder / "report.html")
    say(table.markdown(table.rows(found), ESTIMATES))
    say(confidence_table(found))
    variants = list(dict.fromkeys(r.variant for r in found))
    untaught = [v for v in variants if v.endswith("none")]  # from labels only
    if untaught and len(variants) > 1:
        say("\n".join(table.paired(found, untaught[0])))
    say(f"written: {written}")


@command(
    data="folder that holds the data sets' folders",
    dataset="data set, as in docs/data.md",
    python="Python of an environment that has beliefppg; default: one made in build/peers",
    results="folder of `invoke evaluate`, whose students are shown; default: the released student",
    one_led="also give BeliefPPG one LED alone, as ours has; twice the time",
    output="folder for the figures",
)
def peers(_context, data, dataset="troika", python=None, results=None, one_led=False, output=None):
    """Run BeliefPPG's released package on the same recordings and print both side by side."""
    from wristpulse.student.card import RELEASED
    from wristpulse_tools.peers import compare

    compare(
        dataset,
        Path(data),
        Path(python) if python else None,
        Path(results) if results else None,
        RELEASED,
        Path(output) if output else BUILD / "peers",
        one_led,
        say,
    )
