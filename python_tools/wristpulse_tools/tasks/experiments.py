# SPDX-License-Identifier: Apache-2.0
"""Evaluation by protocols, what is measured on its results, and other experiments on recordings."""

from pathlib import Path

from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import command, say

DATA_HELP = "folder that holds the data sets' folders"
EVALUATE_HELP = {
    "data": DATA_HELP,
    "seeds": "of weights and draws, comma-separated, instead of the configuration's",
    "folds": "of the protocol, comma-separated; default: the configuration's, or all",
    "workers": "processes on this machine; default: one a core",
    "scheduler": "address of a Dask scheduler whose workers run the jobs instead",
    "output": "folder for the results; default: build/evaluate of the repository",
}
FOLDS_HELP = {
    "folds": "folder that `invoke evaluate` wrote, with finished folds",
    "data": DATA_HELP,
    "config": "whose student, of those in the folder; default: released",
    "valid": "confidence from which a value is valid, 0 to 1",
}


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",")) if text else ()


def _numbers(option: str, text: str | None) -> tuple[int, ...]:
    """The numbers of a comma-separated option; UserError if one is not a whole number."""
    from wristpulse.support.errors import UserError

    words = _names(text)
    wrong = [word for word in words if not word.isdecimal()]
    if wrong:
        raise UserError(option, "", "whole numbers, comma-separated", wrong[0])
    return tuple(map(int, words))


def _evaluate(config, data, output, workers, scheduler, protocol=None, **repetitions):
    from wristpulse.config.load import load
    from wristpulse.evaluation.evaluate import evaluate, repeated
    from wristpulse.support.quiet import start_tensorflow

    chosen = repeated(load(config), protocol=protocol, **repetitions)
    processes = _numbers("--workers", workers)
    start_tensorflow()
    evaluate(
        chosen,
        _path(data),
        _path(output) or BUILD / "evaluate",
        workers=processes[0] if processes else None,
        scheduler=scheduler,
        progress=say,
    )


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
    output=None,
):
    """Evaluate a configuration by a protocol: train every fold, test on people it never saw."""
    _evaluate(
        config,
        data,
        output,
        workers,
        scheduler,
        protocol=protocol,
        sizes=_names(sizes),
        seeds=_numbers("--seeds", seeds),
        folds=_names(folds),
        relations=_names(relations),
    )


@command(**EVALUATE_HELP)
def ablation(_context, data, seeds=None, folds=None, workers=None, scheduler=None, output=None):
    """Compare relations of distillation for the paper's student on real people, beside the teacher."""
    repetitions = {"seeds": _numbers("--seeds", seeds), "folds": _names(folds)}
    _evaluate("ablation", data, output, workers, scheduler, **repetitions)


@command(
    folds=FOLDS_HELP["folds"],
    data=DATA_HELP,
    config=FOLDS_HELP["config"],
    protocol="whose data sets, all of them to learn from, as in docs/training.md",
    output="folder for the results; default: build/everyone of the repository",
)
def everyone(_context, folds, data=None, config="released", protocol="bami-spc-4fold", output=None):
    """Train the student that ships on all people of a protocol, its confidence fitted to finished folds."""
    from wristpulse.config.load import load
    from wristpulse.experiments.everyone import train_on_everyone

    student = train_on_everyone(
        load(config),
        protocol,
        folds=Path(folds),
        data=_path(data),
        out=_path(output) or BUILD / "everyone",
        progress=say,
    )
    say(f"the student that ships: invoke release --student {student}")


@command(**FOLDS_HELP)
def no_pulse(_context, folds, data=None, config="released", valid=0.9):
    """Count how often students call a value valid where noise or swinging light replaces the pulse."""
    from wristpulse.config.load import load
    from wristpulse.experiments.no_pulse import report

    report(Path(folds), _path(data), load(config), valid, say)


@command(**FOLDS_HELP)
def first_fix(_context, folds, data=None, config="released", valid=0.9):
    """Measure how soon after a start a valid value comes, with a pulse and without one."""
    from wristpulse.config.load import load
    from wristpulse.experiments.first_fix import report

    report(Path(folds), _path(data), load(config), valid, say)


@command(**FOLDS_HELP, spoiled="also with the light of the default LED spoiled")
def fusion(_context, folds, data=None, config="released", valid=0.9, spoiled=False):
    """Compare rules that add the evidence of several LEDs."""
    from wristpulse.config.load import load
    from wristpulse.experiments.fusion import report

    report(Path(folds), _path(data), load(config), valid, spoiled, say)


@command(data=DATA_HELP, dataset="data set with labels, as in docs/data.md")
def label_offset(_context, data, dataset="bami1"):
    """Estimate by how much the reference's clock differs from the sensor's, by recording."""
    from wristpulse.experiments.label_offset import report

    report(dataset, Path(data), say)


@command(data=DATA_HELP, dataset="one data set only, as in docs/data.md; default: all with labels")
def scale_check(_context, data, dataset=None):
    """Compare results by each set's own scale with those by the scale found, and upside down."""
    from wristpulse.experiments.scale_check import report

    report(Path(data), dataset, say)


@command(
    data=DATA_HELP,
    epochs="passes over the labels of the training people",
    fold="test group of the protocol bami-spc-4fold, 1 to 4",
    seed="of weights and draws, a whole number",
)
def streaming(_context, data, epochs=30, fold=1, seed=1):
    """Train the streaming student beside the windowed one, and print the int8 errors of both."""
    from wristpulse.support.quiet import start_tensorflow

    start_tensorflow()
    from wristpulse.experiments.streaming import report

    report(Path(data), epochs, fold, seed, say)


@command(
    data=DATA_HELP,
    datasets="data sets with labels, comma-separated, as in docs/data.md",
    student="folder of student.tflite and student.json; default: the released student",
)
def power_policy(_context, data, datasets="troika,bami1", student=None):
    """Measure what the power policy costs and saves on recordings."""
    from wristpulse.experiments.power_policy import report
    from wristpulse.student.card import RELEASED

    report(_names(datasets), Path(data), _path(student) or RELEASED, say)


@command(
    results="folder of an evaluation; default: build/evaluate, if it holds one",
    output="the HTML file; default: report.html in the folder of results",
)
def report(_context, results=None, output=None):
    """Gather an evaluation's results, as far as its jobs are done, in one self-contained HTML file."""
    from wristpulse.evaluation.table import PRINTED, markdown, paired, table_rows
    from wristpulse_tools.experiment_report import confidence_table, read, write_report

    folder = Path(results) if results else BUILD / "evaluate"
    found = read(folder)
    written = write_report(found, folder, Path(output) if output else folder / "report.html")
    say(markdown(table_rows(found), PRINTED))
    say(confidence_table(found))
    variants = list(dict.fromkeys(r.variant for r in found))
    untaught = [v for v in variants if v.endswith("none")]  # from labels only
    if untaught and len(variants) > 1:
        say("\n".join(paired(found, untaught[0])))
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
