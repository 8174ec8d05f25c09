# SPDX-License-Identifier: Apache-2.0
"""The kernels as customers build them: no cell warns, and all outputs are the oracle's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from batch import ROOT, program
from builder import SAME, VALID, Builder
from cells import Cell, cells

from wristpulse.oracle import IntegerModel
from wristpulse.student import card
from wristpulse_tools.bench.budget import BUDGETS
from wristpulse_tools.bench.measure import build, run
from wristpulse_tools.codegen import files, generate
from wristpulse_tools.firmware import zephyr_workspace

SHIPPED = card.SHIPPED / card.MODEL
INSTRUCTIONS = json.loads(BUDGETS.read_text())["student"]["instructions"]  # at -O2, soft float

pytestmark = pytest.mark.matrix


def every_kernel() -> bytes:
    """One graph through all kernels, with rows that are no multiple of four and edges on all sides."""
    b, rng = Builder(), np.random.default_rng(14)
    x = b.source((1, 2, 25, 5), 0.05, 3)

    def conv(source: int, out: int, kernel: tuple[int, int], groups: int = 1, **options: object) -> int:
        depthwise = bool(options.get("depthwise"))
        depth = b.shape(source)[3]
        shape = (1, *kernel, out) if depthwise else (out, *kernel, depth // groups)
        weights, taps = rng.integers(-127, 128, shape), kernel[0] * kernel[1] * (1 if depthwise else depth)
        bias, scales = rng.integers(-999, 999, out), 0.01 * 2.0 ** rng.uniform(-1, 1, out)
        scale = b.quantisation(source)[0] * 0.3 * np.sqrt(taps)
        return b.convolution(source, weights, bias, scales, (scale, -5), **options)

    x = conv(x, 8, (2, 3), padding=SAME)
    x = b.elementwise("ADD", x, conv(x, 8, (1, 5), padding=SAME, dilation=(1, 2)), (1.1, 7))
    x = conv(x, 12, (1, 3), groups=4, padding=SAME)
    x = conv(x, 12, (2, 3), padding=SAME, depthwise=True)
    x = b.elementwise(
        "MUL", x, b.constant(rng.integers(-128, 128, 12), np.int8, scale=0.02, zero=4), (0.9, -3)
    )
    x = b.concatenate([b.pool(x, True, (1, 3), (1, 2)), b.pool(x, False, (1, 3), (1, 2))], 3)
    x = b.transpose(conv(x, 6, (1, 4), padding=VALID, stride=(1, 2)), (0, 2, 1, 3))
    x = b.unary("QUANTIZE", x, (b.quantisation(x)[0] * 1.3, 11))
    y = b.mean(x, [1], False, b.quantisation(x))
    rows = b.concatenate([b.reshape(x, (1, 1, b.shape(x)[1] * 2, 6)), b.reshape(y, (1, 1, 2, 6))], 2)
    flat = b.reshape(rows, (1, int(np.prod(b.shape(rows)))))
    depth = b.shape(flat)[1]
    z = b.connected(flat, rng.integers(-127, 128, (7, depth)), rng.integers(-99, 99, 7), [0.01], (9.0, 2))
    return b.finish(b.unary("SOFTMAX", z, (1 / 256, -128)))


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    """Sources of the models, and of the program that runs them on their golden vectors."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "every_kernel.tflite").write_bytes(every_kernel())
    rng, sources = np.random.default_rng(2), []
    paths = [SHIPPED, folder / "every_kernel.tflite"]
    for index, path in enumerate(paths):
        oracle = IntegerModel.load(path)
        inputs = rng.integers(-128, 128, (2, oracle.input.size)).astype(np.int8)
        for name, text in files(oracle, f"m{index}", inputs).items():
            (folder / name).write_text(text)
            sources += [folder / name] if name.endswith(".c") else []
    (folder / "program.c").write_text(program(len(paths)))
    return sources, folder / "program.c"


@pytest.mark.parametrize(
    "cell",
    [pytest.param(c, id=c.name, marks=[] if c.quick else [pytest.mark.slow]) for c in cells()],
)
def test_cell(cell: Cell, generated: tuple[list[Path], Path], tmp_path: Path) -> None:
    if missing := cell.missing():
        pytest.skip(f"needs {missing}")
    assert cell.run(cell.image(tmp_path, *generated)).split() == ["END"]


def speeds() -> Iterator[pytest.param]:
    """Optimised builds for Cortex-M4, M7 and M33 with each floating-point ABI; one is quick."""
    for cpu in ("cortex-m4", "cortex-m7", "cortex-m33"):
        for abi in ("soft", "softfp", "hard"):
            for level in ("-O1", "-Os", "-O2", "-O3", "-O2 -flto"):
                marks = [] if (cpu, abi, level) == ("cortex-m4", "hard", "-O2") else [pytest.mark.slow]
                # All run on the M4, whose FPU is named for each.
                flags = [f"-mcpu={cpu}", f"-mfloat-abi={abi}", "-mfpu=fpv4-sp-d16", *level.split()]
                yield pytest.param(flags, id=f"{cpu} {abi} {level}", marks=marks)


@pytest.mark.qemu
@pytest.mark.parametrize("flags", speeds())
def test_speed(flags: list[str], tmp_path: Path) -> None:
    if not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"):
        pytest.skip("needs arm-none-eabi-gcc and qemu-system-arm")
    generate(SHIPPED, tmp_path)
    found = run(build(tmp_path, "image", flags))["INSTRUCTIONS"][0]
    assert found <= 1.03 * INSTRUCTIONS


@pytest.mark.slow
@pytest.mark.zephyr
@pytest.mark.qemu
@pytest.mark.parametrize(
    "options",
    [
        ["CONFIG_FPU=y"],
        ["CONFIG_TRAP_UNALIGNED_ACCESS=y"],
        ["CONFIG_OMIT_FRAME_POINTER=n"],
        ["CONFIG_FPU=y", "CONFIG_FP_HARDABI=y", "CONFIG_TRAP_UNALIGNED_ACCESS=y"],
    ],
    ids=" ".join,
)
def test_zephyr(options: list[str], tmp_path: Path) -> None:
    try:
        zephyr_workspace.zephyr_base()
    except zephyr_workspace.WorkspaceError as missing:
        pytest.skip(str(missing))
    model = tmp_path / "model"
    generate(SHIPPED, model)
    definitions = [f"-DMODEL_DIR={model}", *(f"-D{option}" for option in options)]
    program = ROOT / "python_tools/wristpulse_tools/bench/zephyr"
    image = zephyr_workspace.build("mps2_an386", tmp_path / "build", *definitions, source=program)
    assert run(image)["INSTRUCTIONS"][0] <= 1.03 * INSTRUCTIONS
