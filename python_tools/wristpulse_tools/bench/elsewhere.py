# SPDX-License-Identifier: Apache-2.0
"""The same inference on other platforms: this machine, and Zephyr on QEMU's mps2_an386."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from wristpulse.support import command
from wristpulse_tools.bench.measure import APP, NN, PROGRAMS, ROOT, BenchError, run
from wristpulse_tools.codegen.generate import GOLDEN_COUNT, generate
from wristpulse_tools.firmware import zephyr_workspace

ZEPHYR_APP = Path(__file__).resolve().parent / "zephyr"
ZEPHYR_BUILD = ROOT / "build" / "bench" / "zephyr"
RUNS = 20  # of the whole program, where only the clock is there to ask


@dataclass(frozen=True)
class HostCost:
    """One inference on this machine: `count` in `unit`, instructions (callgrind) or ns (best of RUNS)."""

    count: int
    unit: str


@dataclass(frozen=True)
class Elsewhere:
    """One inference beside bare-metal QEMU; `zephyr` in instructions, None without a workspace."""

    model: str
    host: HostCost
    zephyr: int | None


def on_host(model: Path, folder: Path) -> HostCost:
    """Compile for this machine, portable kernels at -O2; BenchError if that fails or an output is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    generate(model, folder)
    image = folder / "host"
    includes = [f"-I{path}" for path in (NN, APP / "core/include", APP / "bare", folder, PROGRAMS)]
    sources = [
        PROGRAMS / "program.c", folder / "pulse_model.c", folder / "pulse_model_golden.c",
        *sorted(NN.glob("*.c")), APP / "host/platform.c", APP / "core/src/text.c",
    ]  # fmt: skip
    options = [
        "-std=gnu99",
        "-O2",
        "-g",
        "-no-pie",
        "-ffunction-sections",
        "-Wl,--gc-sections",
        "-Wl,--defsym=stack_top=0",
    ]
    command.run(["gcc", *options, *includes, *sources, "-o", image], where=image, error=BenchError)
    began = [time.perf_counter_ns()]
    for _ in range(RUNS):
        printed = command.run([image], error=BenchError).stdout
        began.append(time.perf_counter_ns())
    if "WRONG 0\n" not in printed:
        raise BenchError(f"{image}: expected exact outputs, found:\n{printed}")
    if shutil.which("valgrind") is None:
        best = min(after - before for before, after in zip(began, began[1:], strict=False))
        return HostCost(best // GOLDEN_COUNT, "ns with the start of the program")
    options = ["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=pulse_model_run"]
    said = command.run(["valgrind", *options, image], error=BenchError).stderr
    collected = re.search(r"Collected : (\d+)", said)
    if collected is None:
        raise BenchError(f"valgrind: expected a line 'Collected : NUMBER', found:\n{said[-1000:]}")
    return HostCost(int(collected[1]) // GOLDEN_COUNT, "instructions")


def on_zephyr(model: Path) -> int:
    """Instructions of one inference in a Zephyr image; WorkspaceError if there is no Zephyr."""
    zephyr_workspace.zephyr_base()
    ZEPHYR_BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ZEPHYR_BUILD) as folder:
        generate(model, Path(folder))
        image = zephyr_workspace.build(
            "mps2_an386",
            ZEPHYR_BUILD / "image",
            f"-DMODEL_DIR={folder}",
            source=ZEPHYR_APP,
        )
        return run(image)["INSTRUCTIONS"][0]
