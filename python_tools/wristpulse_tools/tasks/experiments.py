# SPDX-License-Identifier: Apache-2.0
"""Experiments on recordings, one question each."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import DATA_HELP, command, say

if TYPE_CHECKING:
    from wristpulse.experiments.finished_folds import Trial

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
    student="folder of student.tflite and student.json; default: the one that ships",
)
def weak_leds(_context, data: Path, student: Path | None = None):
    """Test the fusion of one good LED with two weak ones that agree, on SPC T and BAMI-2."""
    from wristpulse.experiments.leds.weak_leds import report
    from wristpulse.student.card import SHIPPED

    report(student or SHIPPED, data, say)


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
