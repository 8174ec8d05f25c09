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
    tflm="also measure TFLite Micro on CMSIS-NN: a checkout of TFLite Micro",
    cmsis_nn="a checkout of CMSIS-NN, if TFLite Micro's make has not brought one",
    quick="inference on bare metal only: no hop, no host, no Zephyr",
    update_budgets="make these figures the budget that the tests hold",
)
def bench(
    _context, models="", layers=False, portable=False, json=None, bakenn=None, tflm=None, cmsis_nn=None,
    quick=False, update_budgets=False,
):  # fmt: skip
    """Count instructions, flash, arena and stack of int8 models and of a hop on QEMU's Cortex-M4F."""
    from python_tools.bench.__main__ import main

    flags = {"--layers": layers, "--portable": portable, "--quick": quick}
    flags["--update-budgets"] = update_budgets
    values = {"--json": json, "--bakenn": bakenn, "--tflm": tflm, "--cmsis-nn": cmsis_nn}
    words = [
        *(models.split(",") if models else [str(ROOT / "training" / "released" / "student.tflite")]),
        *(name for name, on in flags.items() if on),
        *(word for name, value in values.items() if value for word in (name, value)),
    ]
    sys.exit(main(words))
