# SPDX-License-Identifier: Apache-2.0
"""Firmware: replay recordings through it, record from it, watch it."""

import sys
from pathlib import Path

from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import command

TARGET_HELP = (
    "bare: QEMU's Cortex-M4F without an RTOS; zephyr: with it; qemu: zephyr, or bare without a workspace; "
    "native_sim: Zephyr here; host: here; board: a real one"
)


@command(
    record="recording to replay: a file in the format of docs/data.md, or with --dataset a recording's name",
    dataset="data set that holds the recording",
    data="folder of the data set or the one around it",
    student="folder of student.tflite and student.json; default: the released student",
    target=TARGET_HELP,
    board="with --target board: its name in boards/hardware.toml",
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
    board=None,
    output=None,
    picture="png",
):
    """Replay a recording through the firmware; prints hops and a table, writes JSON, CSV and a picture."""
    from wristpulse_tools.replay.one_recording import replay_and_report

    replay_and_report(
        record,
        dataset,
        Path(data) if data else None,
        _student(student),
        target,
        Path(output) if output else BUILD / "replay",
        picture,
        _board(board),
    )


@command(
    data="folder that holds the data sets' folders",
    datasets="data sets, comma-separated",
    student="folder of student.tflite and student.json; default: the released student",
    target=TARGET_HELP,
    board="with --target board: its name in boards/hardware.toml",
    jobs="emulators at a time; default: the machine's processors",
    output="folder for recordings-TARGET.json",
)
def replay_all(
    _context,
    data=None,
    datasets="troika,bami1",
    student=None,
    target="qemu",
    board=None,
    jobs=0,
    output=None,
):
    """Replay all recordings of data sets; prints accuracy, equality to the reference and speed by set."""
    from wristpulse_tools.replay.data_sets import replay_and_print

    replay_and_print(
        datasets.split(","),
        Path(data) if data else None,
        _student(student),
        target,
        _board(board),
        Path(output) if output else BUILD / "replay-all",
        jobs or None,
    )


def _student(folder):
    from wristpulse.student.card import RELEASED

    return Path(folder) if folder else RELEASED


def _board(name):
    from wristpulse_tools.hardware.boards import load_board

    return load_board(name) if name else None


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
    from wristpulse_tools.bench.__main__ import main

    flags = {"--layers": layers, "--portable": portable, "--quick": quick}
    flags["--update-budgets"] = update_budgets
    values = {"--json": json, "--bakenn": bakenn, "--tflm": tflm, "--cmsis-nn": cmsis_nn}
    words = [
        *(models.split(",") if models else [str(_student(None) / "student.tflite")]),
        *(name for name, on in flags.items() if on),
        *(word for name, value in values.items() if value for word in (name, value)),
    ]
    sys.exit(main(words))


def _source(port, baud, target, record, student, real_time):
    """The stream that the arguments name, within a folder for its files."""
    from wristpulse_tools.stream.sources import emulated, serial_port

    if target not in (None, "qemu") or (port is None) == (target is None):
        raise ValueError("expected --port PORT or --target qemu, one of them")
    if port is not None:
        return serial_port(port, int(baud))
    if record is None:
        raise ValueError("--record: expected a recording for QEMU to replay (docs/data.md), found none")
    folder = BUILD / "stream"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = _student(student)
    return emulated(Path(record), chosen, folder, real_time)


SOURCE_HELP = {
    "port": "serial port of a board whose image has the snippet pulse-stream",
    "baud": "its speed, bits a second",
    "target": "qemu: the Zephyr image on QEMU, which replays --record",
    "student": "with --target qemu: folder of student.tflite and student.json; default: the released student",
}


@command(
    out="file to write, in the format of docs/data.md; several, numbered, where samples are missing",
    record="with --target qemu: recording to replay, a file in the same format",
    subject="who wore it; default: the file's name",
    seconds="how long; default: until Ctrl-C",
    **SOURCE_HELP,
)
def record(
    _context,
    out,
    port=None,
    baud=115200,
    target=None,
    record=None,
    student=None,
    subject=None,
    seconds=None,
):
    """Keep what a device streams as a recording that training loads."""
    from contextlib import closing

    from wristpulse_tools.stream.record import record as keep

    with closing(_source(port, baud, target, record, student, real_time=False)) as source:
        keep(source, Path(out), subject, float(seconds) if seconds else None)


@command(
    record="with --target qemu: recording to replay, a file in the format of docs/data.md", **SOURCE_HELP
)
def monitor(_context, port=None, baud=115200, target=None, record=None, student=None):
    """Watch a device live: traces, heart rate, confidence, load and counters, until Ctrl-C."""
    from contextlib import closing

    from wristpulse_tools.stream.monitor import monitor as watch

    with closing(_source(port, baud, target, record, student, real_time=True)) as source:
        watch(source)


@command(
    hours="simulated hours",
    seed="of the faults",
    data="folder that holds BAMI-1; without it a simulated person",
)
def soak(_context, hours=1.0, seed=1, data=None):
    """Hours of recordings through the Zephyr application on QEMU while its sensor fails at random."""
    from wristpulse_tools.replay.soak import soak

    result = soak(float(hours), BUILD / "soak", int(seed), Path(data) if data else None)
    for name, figures in (("faults", result.faults), ("counted", result.closing), ("hops", result.states)):
        print(name, " ".join(f"{key}={value}" for key, value in figures.items()))
    print(f"{result.hours:g} h in {result.seconds:.0f} s of this machine's")
    for problem in result.problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.exit(bool(result.problems))
