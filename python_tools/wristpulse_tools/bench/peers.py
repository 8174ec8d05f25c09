# SPDX-License-Identifier: Apache-2.0
"""Other engines on the same model and the same emulated core. Each lives in an environment of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wristpulse.oracle import IntegerModel
from wristpulse.support import command
from wristpulse_tools.bench.measure import (
    APP,
    BARE,
    COMPILER,
    CPU,
    FLAGS,
    LINK,
    NN,
    PLATFORM,
    PLATFORM_FLAGS,
    PROGRAMS,
    BenchError,
    run,
)
from wristpulse_tools.codegen.generate import compile_model, generate
from wristpulse_tools.support import elf

# Run by the peer's own Python: compiles a model for a Cortex-M4 with CMSIS-NN where it offers that.
BAKENN = """
import sys, pathlib, bakenn
from bakenn.targets import CORTEX_M4
from bakenn.backend.portable_c.selection import CBackendOptions, KernelPolicy
options = CBackendOptions(kernel_policy=KernelPolicy.STATIC_PRIORITY, enable_cmsis_nn=True, target=CORTEX_M4)
bakenn.compile_tflite(pathlib.Path(sys.argv[1]), sys.argv[2], name="peer", backend_options=options)
"""


@dataclass(frozen=True)
class PeerResult:
    """What another engine costs, in instructions and bytes; `wrong`: outputs that are not the oracle's."""

    model: str
    engine: str
    instructions: int
    macs: int
    code: int
    constants: int
    arena: int
    stack: int
    wrong: int


def bakenn(python: Path, model: Path, folder: Path) -> PeerResult:
    """Measure bakenn (PyPI) through the Python of an environment that has `bakenn[tflite]`.

    Raises BenchError with bakenn's own words where it refuses a model.
    """
    generate(model, folder)  # for the golden vectors
    made = folder / "bakenn"
    done = command.attempt([python, "-c", BAKENN, model, made], error=BenchError)
    if done.status:
        raise BenchError(f"bakenn refuses {model.name}: {done.last_line}")
    return _measured("bakenn", model, folder, made)


def _measured(engine: str, model: Path, folder: Path, made: Path) -> PeerResult:
    macros = _macros(made / "bknn_peer.h")
    adapter = folder / "adapter.c"
    adapter.write_text(ADAPTER)
    image = folder / f"{engine}.elf"
    includes = sorted({path.parent for path in made.rglob("*.h")})
    lenient = [flag for flag in FLAGS if flag not in ("-Wall", "-Wextra", "-Werror")]
    sources = [
        PROGRAMS / "program.c",
        folder / "pulse_model_golden.c",
        adapter,
        *sorted(made.rglob("*.c")),
        *PLATFORM,
    ]
    words = [
        COMPILER, *CPU, *lenient, *PLATFORM_FLAGS, f"-DBENCH_ARENA={macros['ARENA_SIZE']}",
        *(f"-I{p}" for p in (*includes, NN, APP / "core/include", BARE, folder, PROGRAMS)),
        "-include", str(PROGRAMS / "program.h"), *map(str, sources), *LINK, "-o", str(image),
    ]  # fmt: skip
    command.run(words, where=image, error=BenchError)
    counted = run(image, exact=False)
    ours = {path.name for path in PLATFORM} | {"program.c", "pulse_model_golden.c"}
    sizes = elf.weigh(image, lambda symbol: _group(symbol, ours))
    macs = sum(layer.macs for layer in compile_model(IntegerModel.load(model), "pulse_model").layers)
    return PeerResult(
        model.stem, engine, counted["INSTRUCTIONS"][0], macs, sizes["code"], sizes["constants"],
        int(macros["ARENA_SIZE"]), counted["STACK"][0], counted["WRONG"][0],
    )  # fmt: skip


ADAPTER = """#include "bknn_peer.h"
#include "pulse_model.h"

void pulse_model_run(const int8_t *input, int8_t *output, void *arena)
{
	bknn_peer_infer(arena, input, output);
}
"""


def _macros(header: Path) -> dict[str, str]:
    lines = (line.split() for line in header.read_text().splitlines())
    return {
        w[1].removeprefix("BKNN_PEER_"): w[2].rstrip("u") for w in lines if len(w) == 3 and w[0] == "#define"
    }


def _group(symbol: elf.Symbol, ours: set[str]) -> str | None:
    """Code or constants of everything but the platform, the program and the golden vectors."""
    named = symbol.name.startswith(("bknn_", "arm_", "pulse_model_run"))
    if not named and (not symbol.local or symbol.source in ours):
        return None
    return "code" if symbol.kind == "function" else "constants"
