# SPDX-License-Identifier: Apache-2.0
"""Firmware: replay recordings through it."""

import sys
from pathlib import Path

from python_tools.tasks.common import BUILD, ROOT, command


@command(
    record="recording to replay: a file in the format of docs/data.md, or with --dataset a recording's name",
    dataset="data set that holds the recording",
    data="folder of the data set or the one around it",
    student="folder of student.tflite and student.json; default: the released student",
    target="bare: QEMU's Cortex-M4F without an RTOS; zephyr: with it; native_sim: Zephyr here; host: here",
    output="folder for run.json, run.csv and the picture",
    picture="picture's format: png or svg",
)
def replay(
    _context,
    record,
    dataset=None,
    data=None,
    student=None,
    target="bare",
    output=None,
    picture="png",
):
    """Replay a recording through the firmware; prints hops and a table, writes JSON, CSV and a picture."""
    from python_tools.replay_report import replay_and_report

    replay_and_report(
        record,
        dataset,
        Path(data) if data else None,
        Path(student) if student else ROOT / "training" / "released",
        target,
        Path(output) if output else BUILD / "replay",
        picture,
    )


@command(
    models="int8 .tflite files, comma-separated; default: the released student",
    layers="also print instructions by layer",
    portable="also measure the kernels without SMLAD",
    json="write all figures to this file",
    bakenn="also measure bakenn: the Python of an environment with bakenn[tflite]",
    update_budgets="make these figures the budget that the tests hold",
)
def bench(_context, models="", layers=False, portable=False, json=None, bakenn=None, update_budgets=False):
    """Count instructions, flash, arena and stack of int8 models on QEMU's Cortex-M4F."""
    from python_tools.bench.__main__ import main

    flags = {"--layers": layers, "--portable": portable, "--update-budgets": update_budgets}
    values = {"--json": json, "--bakenn": bakenn}
    words = [
        *(models.split(",") if models else [str(ROOT / "training" / "released" / "student.tflite")]),
        *(name for name, on in flags.items() if on),
        *(word for name, value in values.items() if value for word in (name, value)),
    ]
    sys.exit(main(words))


@command(
    hours="simulated hours",
    seed="of the faults",
    data="folder that holds BAMI-1; without it a simulated person",
)
def soak(_context, hours=1.0, seed=1, data=None):
    """Hours of recordings through the Zephyr application on QEMU while its sensor fails at random."""
    from python_tools.soak import soak

    result = soak(float(hours), BUILD / "soak", int(seed), Path(data) if data else None)
    for name, figures in (("faults", result.faults), ("counted", result.closing), ("hops", result.states)):
        print(name, " ".join(f"{key}={value}" for key, value in figures.items()))
    print(f"{result.hours:g} h in {result.seconds:.0f} s of this machine's")
    for problem in result.problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.exit(bool(result.problems))
