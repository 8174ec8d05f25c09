# SPDX-License-Identifier: Apache-2.0
"""Firmware: replay recordings through it, record from it, watch it, count what it costs."""

from collections.abc import Sequence
from pathlib import Path

from wristpulse.student.card import MODEL, SHIPPED
from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import command, which_leds

TARGET_HELP = (
    "bare: QEMU's Cortex-M4F without an RTOS; zephyr: Zephyr on it; qemu: zephyr, or bare without a "
    "workspace; native_sim: Zephyr as a program of this machine; host: the core on this machine; "
    "board: a real one"
)
STUDENT_HELP = "folder of student.tflite and student.json; default: the one that ships"


@command(
    record="recording to replay: a file, zip or folder as in docs/data.md; with --dataset a recording's name",
    dataset="data set that holds the recording",
    data="folder of the data set or the one around it",
    student=STUDENT_HELP,
    target=TARGET_HELP,
    board="with --target board: its name in boards/hardware.toml",
    output="folder for run.json, run.csv, picture; default: one in build/replay by recording and target",
    picture="picture's format: png or svg",
    hops="also print every hop as it comes",
    leds="one, or all: fuse the recording's LEDs, up to four; Zephyr's targets: up to three",
    lag="also smoothed results, so many hops late: 1 to 8",
)
def replay(
    _context,
    record: str,
    dataset: str | None = None,
    data: Path | None = None,
    student: Path = SHIPPED,
    target: str = "bare",
    board: str | None = None,
    output: Path | None = None,
    picture: str = "png",
    hops=False,
    leds: str = "one",
    lag: int = 0,
):
    """Replay a recording through the firmware: accuracy, cost, the heart rate's course, a picture."""
    from wristpulse_tools.hardware.boards import load_board
    from wristpulse_tools.replay.one_recording import replay_and_report

    replay_and_report(
        record,
        dataset=dataset,
        data=data,
        student_folder=student,
        target=target,
        output=output,
        picture_format=picture,
        board=load_board(board) if board else None,
        hops=hops,
        all_leds=which_leds(leds),
        lag=lag,
    )


@command(
    data="folder that holds the data sets' folders",
    datasets="data sets, comma-separated",
    student=STUDENT_HELP,
    target=TARGET_HELP,
    board="with --target board: its name in boards/hardware.toml",
    jobs="emulators at a time; default: the machine's processors",
    output="folder for recordings-TARGET.json; default: build/replay-all",
)
def replay_all(
    _context,
    data: Path | None = None,
    datasets: Sequence[str] = ("troika", "bami1"),
    student: Path = SHIPPED,
    target: str = "qemu",
    board: str | None = None,
    jobs: int | None = None,
    output: Path = BUILD / "replay-all",
):
    """Replay all recordings of data sets; prints accuracy, equality to the reference and speed by set."""
    from wristpulse_tools.hardware.boards import load_board
    from wristpulse_tools.replay.data_sets import replay_and_print

    chosen = load_board(board) if board else None
    replay_and_print(list(datasets), data, student, target, chosen, output, jobs or None)


@command(
    models="int8 .tflite files, comma-separated; default: the one that ships",
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
    _context,
    models: Sequence[str] = (str(SHIPPED / MODEL),),
    layers=False,
    portable=False,
    json: Path | None = None,
    bakenn: Path | None = None,
    tflm: Path | None = None,
    cmsis_nn: Path | None = None,
    quick=False,
    update_budgets=False,
):
    """Count instructions, flash, arena and stack of int8 models and of a hop on QEMU's Cortex-M4F."""
    from wristpulse_tools.bench.run import Choice, bench

    choice = Choice(
        layers=layers,
        portable=portable,
        quick=quick,
        bakenn=bakenn,
        tflm=tflm,
        cmsis_nn=cmsis_nn,
        update_budgets=update_budgets,
    )
    bench([Path(model) for model in models], choice, json)


@command(
    models="folder of int8 .tflite files, searched with its subfolders",
    tflm="also measure TFLite Micro on CMSIS-NN: a checkout of TFLite Micro",
    cmsis_nn="a checkout of CMSIS-NN, if TFLite Micro's make has not brought one",
    out="JSON file for the figures",
)
def published(
    _context,
    models: Path,
    tflm: Path | None = None,
    cmsis_nn: Path | None = None,
    out: Path | None = None,
):
    """Compare every model of a folder with TFLite bit for bit, and count its instructions on QEMU."""
    from wristpulse_tools.bench.published import published as measure_published

    measure_published(models, tflm, cmsis_nn, out)


@command(
    models="int8 .tflite files of causal networks, comma-separated",
    hop="frames that are new in a hop; 64 are 2 s",
)
def bench_hops(_context, models: Sequence[str], hop: int = 64):
    """Count what a hop of a streaming network costs on QEMU's Cortex-M4F beside a whole window."""
    from wristpulse_tools.bench.stream import show_hops

    show_hops([Path(model) for model in models], hop)


@command(
    trace="what an image with the snippet pulse-tracing sent, or native_sim's --trace-file",
    json="also write the threads' runs to this file, which ui.perfetto.dev opens",
)
def thread_trace(_context, trace: Path, json: Path | None = None):
    """Print how long each thread of a Zephyr image ran, from a trace in the Common Trace Format."""
    from wristpulse_tools.firmware.thread_trace import show

    show(trace, json)


@command(
    dump="log with the lines of `pulse coredump`, or a copy of the flash partition",
    image="zephyr.elf of the firmware that crashed",
)
def coredump(_context, dump: Path, image: Path):
    """Print where a device crashed: reason, function, line, registers and the callers on its stack."""
    from wristpulse_tools.firmware.coredump import report
    from wristpulse_tools.tasks.common import say

    say(report(dump, image))


@command(images="comma-separated, such as nrf52840dk-shell; default: all of docs/firmware.md")
def image_sizes(_context, images: Sequence[str] | None = None):
    """Build the firmware's images and print the table of their flash and RAM."""
    from wristpulse_tools.firmware.image_sizes import size_table
    from wristpulse_tools.tasks.common import say

    print(size_table(images or None, BUILD / "images", say))


SOURCE_HELP = {
    "port": "serial port of a board whose image has the snippet pulse-stream",
    "baud": "the port's speed in bits per second",
    "target": "qemu: the Zephyr image on QEMU, which replays --record",
    "record": "with --target qemu: recording to replay, a file in the format of docs/data.md",
    "student": f"with --target qemu: {STUDENT_HELP}",
    "stream": "a raw stream that an earlier recording kept, instead of a device",
}


@command(
    out="new file to write, as in docs/data.md; several, numbered, where samples are missing",
    subject="who wore it; default: the file's name",
    seconds="how long, from the first sample; default: until Ctrl-C",
    **SOURCE_HELP,
)
def record(
    _context,
    out: Path,
    port: str | None = None,
    baud: int = 115200,
    target: str | None = None,
    record: Path | None = None,
    student: Path = SHIPPED,
    stream: Path | None = None,
    subject: str | None = None,
    seconds: float | None = None,
):
    """Keep what a device streams as a recording that training loads; nothing that came is lost."""
    from wristpulse_tools.stream.record import record_source
    from wristpulse_tools.stream.sources import Source

    source = Source(port=port, baud=baud, target=target, record=record, student=student, stream=stream)
    record_source(source, BUILD / "stream", out, subject, seconds)


@command(**SOURCE_HELP)
def monitor(
    _context,
    port: str | None = None,
    baud: int = 115200,
    target: str | None = None,
    record: Path | None = None,
    student: Path = SHIPPED,
    stream: Path | None = None,
):
    """Watch a device live: traces, heart rate, confidence, load and counters, until Ctrl-C."""
    from contextlib import closing

    from wristpulse_tools.stream.monitor import monitor as watch
    from wristpulse_tools.stream.sources import Source

    source = Source(port=port, baud=baud, target=target, record=record, student=student, stream=stream)
    with closing(source.open(BUILD / "stream", real_time=True)) as data:
        watch(data)


@command(
    hours="how many hours of the device's time to simulate",
    seed="seed of the random faults, a whole number",
    data="folder that holds BAMI-1; without it a simulated person",
)
def soak(_context, hours: float = 1.0, seed: int = 1, data: Path | None = None):
    """Hours of recordings through the Zephyr application on QEMU while its sensor fails at random."""
    from wristpulse_tools.replay.soak import soak_and_print

    soak_and_print(hours, BUILD / "soak", seed, data)


@command(
    data="folder that holds the data sets' folders: also print accuracy by the sensors' settings",
    profile="CSV of the whole device, exported of a Power Profiler Kit II, in place of the estimate",
    battery_mah="capacity of the battery in mAh, for the days that it lasts",
    student=STUDENT_HELP,
)
def energy(
    _context,
    data: Path | None = None,
    profile: Path | None = None,
    battery_mah: float = 100.0,
    student: Path = SHIPPED,
):
    """Estimate the charge of a hop for LED, sensors, processor and radio, and how long a battery lasts."""
    from wristpulse_tools.energy.report import report

    report(data, profile, battery_mah, student)
