# SPDX-License-Identifier: Apache-2.0
"""Evaluation by protocols, what is measured on its results, and other experiments on recordings."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import command, say, which_leds

if TYPE_CHECKING:
    from wristpulse.experiments.finished_folds import Trial

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
    "config": "whose student, of those in the folder; default: people",
    "valid": "confidence from which a value is valid, 0 to 1",
}
FOLD_SETS = ("bami1", "troika")  # of the protocol bami-spc-4fold
TRIALS_HELP = {
    **FOLDS_HELP,
    "folds": f"{FOLDS_HELP['folds']}; default: one student on all of {' and '.join(FOLD_SETS)}",
    "student": "folder or name of that student, which must not have learnt from them; default: nobody",
    "valid": "confidence from which a value is valid, 0 to 1; default: the student's",
}


def _evaluate(
    config: str,
    data: Path | None,
    output: Path | None,
    workers: int | None,
    scheduler: str | None,
    **repetitions,
) -> None:
    from wristpulse.config.load import load
    from wristpulse.evaluation.evaluate import evaluate, repeated
    from wristpulse.support.quiet import start_tensorflow

    given = {name: values for name, values in repetitions.items() if values}
    chosen = repeated(load(config), **given)
    start_tensorflow()
    evaluate(
        chosen,
        data,
        output or BUILD / "evaluate",
        workers=workers,
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
    data: Path | None = None,
    config="people",
    protocol=None,
    sizes: list[str] | None = None,
    seeds: list[int] | None = None,
    folds: list[str] | None = None,
    relations: list[str] | None = None,
    workers: int | None = None,
    scheduler=None,
    output: Path | None = None,
):
    """Evaluate a configuration by a protocol: train every fold, test on people it never saw."""
    repetitions = {"sizes": sizes, "seeds": seeds, "folds": folds, "relations": relations}
    _evaluate(config, data, output, workers, scheduler, protocol=protocol, **repetitions)


@command(**EVALUATE_HELP)
def ablation(
    _context,
    data: Path,
    seeds: list[int] | None = None,
    folds: list[str] | None = None,
    workers: int | None = None,
    scheduler=None,
    output: Path | None = None,
):
    """Compare relations of distillation for the paper's student on real people, beside the teacher."""
    _evaluate("ablation", data, output, workers, scheduler, seeds=seeds, folds=folds)


@command(
    data=DATA_HELP,
    config="configuration of simulated people alone, by name or file",
    relations="of distillation, comma-separated; none: labels only",
    seeds="of the students, comma-separated",
    output="folder for the networks; default: build/CONFIG of the repository",
)
def distillation(
    _context,
    data: Path,
    config="paper-distillation",
    relations: list[str] | None = None,
    seeds: list[int] | None = None,
    output: Path | None = None,
):
    """Compare what students take from a teacher where simulated people teach, on all real sets."""
    from wristpulse.config.load import load
    from wristpulse.experiments.distillation import scores, tables, train

    loaded = load(config)
    folder = output or BUILD / loaded.name
    students = train(loaded, relations or ["none", "response", "rkd"], seeds or [1, 2, 3], folder, say)
    found = scores(loaded, students, data)
    found.to_csv(folder / "scores.csv", index=False)
    for text in tables(found):
        say(text)


@command(
    folds=FOLDS_HELP["folds"],
    data=DATA_HELP,
    config=FOLDS_HELP["config"],
    protocol="whose data sets, all of them to learn from, as in docs/training.md",
    output="folder for the results; default: build/everyone of the repository",
)
def everyone(
    _context,
    folds: Path,
    data: Path | None = None,
    config="people",
    protocol="bami-spc-4fold",
    output: Path | None = None,
):
    """Train the student that ships on all people of a protocol, its confidence fitted to finished folds."""
    from wristpulse.config.load import load
    from wristpulse.experiments.everyone import train_on_everyone

    student = train_on_everyone(
        load(config),
        protocol,
        folds=folds,
        data=data,
        out=output or BUILD / "everyone",
        progress=say,
    )
    say(f"the student that ships: invoke release --student {student}")


def _trials(
    folds: Path | None, student: Path | None, data: Path | None, config: str, valid: float | None
) -> "Iterable[Trial]":
    """Students on people that did not teach them; valid: in place of their own thresholds."""
    from wristpulse.config.load import load
    from wristpulse.experiments import finished_folds
    from wristpulse.student.card import SHIPPED, load_student

    if folds:
        if student:
            raise UserError("--student", "", "one of --folds and --student", "both")
        results = finished_folds.read_folds(folds, load(config), say)
        trials = finished_folds.of_folds(results, data)
    elif data:
        trials = finished_folds.of_student(load_student(student or SHIPPED), data, FOLD_SETS)
    else:
        raise UserError("--data", "", "the folder of the data sets", "none")
    return trials if valid is None else finished_folds.with_threshold(trials, valid)


@command(**TRIALS_HELP)
def no_pulse(
    _context,
    folds: Path | None = None,
    student: Path | None = None,
    data: Path | None = None,
    config="people",
    valid: float | None = None,
):
    """Count how often students call a value valid where noise or swinging light replaces the pulse."""
    from wristpulse.experiments.no_pulse import report

    report(_trials(folds, student, data, config, valid), say)


@command(**TRIALS_HELP)
def first_fix(
    _context,
    folds: Path | None = None,
    student: Path | None = None,
    data: Path | None = None,
    config="people",
    valid: float | None = None,
):
    """Measure how soon after a start a valid value comes, with a pulse and without one."""
    from wristpulse.experiments.first_fix import report

    report(_trials(folds, student, data, config, valid), say)


@command(student="folder or name of a student; default: nobody")
def complaints(_context, student: Path | None = None):
    """Show what a student makes of scenes that users of other firmware complained of."""
    from wristpulse.experiments.complaints import report
    from wristpulse.student.card import SHIPPED, load_student

    say(report(load_student(student or SHIPPED)))


@command(**FOLDS_HELP, spoiled="also with the light of the default LED spoiled")
def fusion(
    _context, folds: Path, data: Path | None = None, config="people", valid: float = 0.9, spoiled=False
):
    """Compare rules that add the evidence of several LEDs."""
    from wristpulse.experiments.leds.fusion import report

    report(_trials(folds, None, data, config, None), valid, say, spoiled=spoiled)


@command(data=DATA_HELP, dataset="data set with labels, as in docs/data.md")
def label_offset(_context, data: Path, dataset="bami1"):
    """Estimate by how much the reference's clock differs from the sensor's, by recording."""
    from wristpulse.experiments.label_offset import report

    report(dataset, data, say)


@command(data=DATA_HELP, dataset="one data set only, as in docs/data.md; default: all with labels")
def scale_check(_context, data: Path, dataset=None):
    """Compare results by each set's own scale with those by the scale found, and upside down."""
    from wristpulse.experiments.scale_check import report

    report(data, dataset, say)


@command(
    data=DATA_HELP,
    epochs="passes over the labels of the training people",
    fold="test group of the protocol bami-spc-4fold, 1 to 4",
    seed="of weights and draws, a whole number",
)
def streaming(_context, data: Path, epochs: int = 30, fold: int = 1, seed: int = 1):
    """Train the streaming student beside the windowed one, and print the int8 errors of both."""
    from wristpulse.support.quiet import start_tensorflow

    start_tensorflow()
    from wristpulse.experiments.streaming import report

    report(data, epochs, fold, seed, say)


@command(
    data=DATA_HELP,
    students="NAME=FOLDER of what `invoke quantize` made, comma-separated; default: the one that ships",
    out="JSON file for the figures",
    leds="one, or all: also all LEDs of the sets that have several, fused",
    smooth="also results that look back, in rows of their own",
)
def unseen(
    _context,
    data: Path,
    students: list[str] | None = None,
    out: Path | None = None,
    leds: str = "one",
    smooth: bool = False,
):
    """Test students on every real data set that is there: how far off, how often silent, how often wrong."""
    from wristpulse.evaluation.unseen import named, report
    from wristpulse.student.card import SHIPPED

    loaded = named(students or [str(SHIPPED)])
    report(loaded, data, out, say, all_leds=which_leds(leds), looking_back=smooth)


@command(
    data=DATA_HELP,
    student="folder of student.tflite and student.json; default: the one that ships",
)
def weak_leds(_context, data: Path, student: Path | None = None):
    """Test the fusion of one good LED with two weak ones that agree, on SPC T and BAMI-2."""
    from wristpulse.experiments.leds.weak_leds import report
    from wristpulse.student.card import SHIPPED

    report(student or SHIPPED, data, say)


@command(
    results="folder that `invoke evaluate` wrote, finished or not",
    picture="PNG or SVG file for a reliability diagram of each set",
    out="JSON file for the figures",
)
def sets(_context, results: Path, picture: Path | None = None, out: Path | None = None):
    """Show an evaluation set by set: how far off, how often silent, how often wrong, and over seeds."""
    from wristpulse.evaluation.sets import finished_sets, reliabilities, report
    from wristpulse_tools.experiment_report.set_pictures import write_reliability

    finished = finished_sets(results)
    report(finished, out, say)
    if picture:
        write_reliability(reliabilities(finished), picture)
        say(f"written: {picture}")


@command(data=DATA_HELP, sessions="simulated sessions of 180 s")
def realism(_context, data: Path, sessions: int = 200):
    """Set figures of real people's spectra beside those of simulated people's."""
    from wristpulse.experiments.world.realism import report

    report(data, sessions, say)


@command()
def world_speed(_context):
    """Measure how fast simulated people are made."""
    from wristpulse.experiments.world.speed import report

    report(say)


POLICY_SETS = ["troika", "bami1"]


@command(
    data=DATA_HELP,
    datasets="data sets with labels, comma-separated; default: troika,bami1",
    student="folder of student.tflite and student.json; default: the one that ships",
)
def power_policy(_context, data: Path, datasets: list[str] | None = None, student: Path | None = None):
    """Measure what the power policy costs and saves on recordings."""
    from wristpulse.experiments.power_policy import report
    from wristpulse.student.card import SHIPPED

    report(datasets or POLICY_SETS, data, student or SHIPPED, say)


@command(
    results="folder of an evaluation; default: build/evaluate, if it holds one",
    output="the HTML file; default: report.html in the folder of results",
)
def report(_context, results: Path | None = None, output: Path | None = None):
    """Gather an evaluation's results, as far as its jobs are done, in one self-contained HTML file."""
    from wristpulse.evaluation.table import PRINTED, markdown, paired, paired_markdown, table
    from wristpulse_tools.experiment_report import confidence_table, read, write_report

    folder = results or BUILD / "evaluate"
    found = read(folder)
    written = write_report(found, folder, output or folder / "report.html")
    say(markdown(table(found), PRINTED))
    say(confidence_table(found))
    variants = list(dict.fromkeys(r.variant for r in found))
    untaught = [v for v in variants if v.endswith("none")]  # from labels only
    if untaught and len(variants) > 1:
        for estimate in ("tracked, aligned", "untracked, aligned"):
            say(f"{estimate}:\n{paired_markdown(paired(found, untaught[0], estimate), untaught[0])}")
    say(f"written: {written}")


@command(
    data=DATA_HELP,
    dataset="data sets, comma-separated; default: those that neither student learnt from",
    students="ours, name=folder, comma-separated; the first sets the share that is kept of every method",
    results="folder of `invoke evaluate`, whose traces are ours instead",
    peers="beliefppg, beliefppg-one-led, kid-ppg, comma-separated, or none; default: beliefppg,kid-ppg",
    people="at most so many of each set, evenly spaced; default: all",
    python="Python of an environment that has the packages; default: one made in build/peers",
    output="folder for the figures; default: build/peers",
)
def peers(
    _context,
    data: Path,
    dataset: list[str] | None = None,
    students: list[str] | None = None,
    results: Path | None = None,
    peers: list[str] | None = None,
    people: int | None = None,
    python: Path | None = None,
    output: Path | None = None,
):
    """Run BeliefPPG, KID-PPG and the spectral peak on the same recordings and print all side by side."""
    from wristpulse.evaluation.unseen import named
    from wristpulse_tools.peers.compare import DEFAULT_PEERS, DEFAULT_STUDENTS, UNSEEN, compare

    compare(
        data,
        output or BUILD / "peers",
        datasets=dataset or UNSEEN,
        students=named(students or DEFAULT_STUDENTS),
        results=results,
        peers=[] if peers == ["none"] else peers or DEFAULT_PEERS,
        people=people,
        python=python,
        say=say,
    )
