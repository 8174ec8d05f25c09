# SPDX-License-Identifier: Apache-2.0
"""The main job, step by step and as a whole."""

from pathlib import Path

from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import RUN_HELP, command, pipeline, pipelines, say


@command(**RUN_HELP)
def train(_context, config="demo", data: Path | None = None, dataset=None, test=None, force=False):
    """Train the teacher that the configuration's student learns from, if it has one."""
    pipeline(config, data, dataset, test).train(force)


@command(**RUN_HELP)
def distill(_context, config="demo", data: Path | None = None, dataset=None, test=None, force=False):
    """Train the student, from its teacher and the labels or from the labels alone."""
    pipeline(config, data, dataset, test).distill(force)


@command(**RUN_HELP)
def quantize(_context, config="demo", data: Path | None = None, dataset=None, test=None, force=False):
    """Quantise the student to int8."""
    pipeline(config, data, dataset, test).quantize(force)


@command(student="folder of student.tflite and student.json", output="folder for the C files")
def embed(_context, student: Path, output: Path):
    """Turn an int8 student into the C that firmware embeds."""
    from wristpulse.student.card import load_student
    from wristpulse_tools.firmware.embed import embed

    for path in embed(load_student(student), output):
        say(str(path))


@command()
def numbers(_context):
    """Write the numbers that Python and the C core share as a C header."""
    from wristpulse_tools.firmware.numbers import write_numbers

    say(f"written: {write_numbers()}")


@command(
    student="folder of student.tflite and student.json",
    name="which student of the package it becomes: nobody (which ships) or people",
)
def release(_context, student: Path, name="nobody"):
    """Make a student one that ships, in the Python package and as the firmware's C."""
    from wristpulse_tools.firmware.release import release_as

    release_as(name, student)


@command(
    **{
        **RUN_HELP,
        "config": "configuration of the paper's line",
        "test": "subjects held out, comma-separated",
    },
    spectral="configuration of the spectral line, on the same people",
)
def demo(
    _context,
    config="demo",
    spectral="spectral-demo",
    data: Path | None = None,
    dataset=None,
    test=None,
    force=False,
):
    """Show the student that ships on a real wrist, then the whole chain on simulated people."""
    from wristpulse_tools.replay.demo import demo
    from wristpulse_tools.support.locks import locked

    paper, shorter = pipelines((config, spectral), data, dataset, test)
    with locked(BUILD / "demo"):
        demo(paper, shorter, force)
