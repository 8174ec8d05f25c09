# SPDX-License-Identifier: Apache-2.0
"""Run a model on QEMU's Cortex-M4F and weigh it: instructions, flash, arena, stack."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Symbol

from python_tools import qemu
from python_tools.codegen.emit import Model
from python_tools.codegen.generate import compile_model, generate
from python_tools.firmware import ROOT
from training.integer import IntegerModel

APP, HERE = ROOT / "zephyr_app", Path(__file__).resolve().parent
NN, BARE = APP / "core" / "nn", APP / "bare"
COMPILER = "arm-none-eabi-gcc"
CPU = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft"]
FLAGS = ["-std=gnu99", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections"]
# Start-up code must not become calls of the library functions that it makes possible.
PLATFORM_FLAGS = ["-fno-tree-loop-distribute-patterns"]
PLATFORM = [BARE / "startup.c", BARE / "semihosting.c", BARE / "counter.c", APP / "core/src/text.c"]
LINK = ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-T", str(BARE / "link.ld")]


class BenchError(RuntimeError):
    """A build or a run that failed, in the tool's own words, or wrong outputs."""


@dataclass(frozen=True)
class Flash:
    """Bytes of an image by what they are for."""

    code: int  # kernels and the generated function
    weights: int
    quantisation: int  # bias, multiplier and rounding of each channel
    tables: int  # descriptions of layers, lookup tables


@dataclass(frozen=True)
class LayerCost:
    """Instructions and multiply-accumulates of one layer."""

    name: str
    instructions: int
    macs: int


@dataclass(frozen=True)
class Measurement:
    """What one inference costs, and the memory it needs, in instructions and bytes."""

    model: str
    engine: str
    instructions: int
    macs: int
    flash: Flash
    arena: int
    live: int  # largest sum of buffers alive in one layer; several may share memory
    stack: int
    layers: tuple[LayerCost, ...]

    @property
    def per_mac(self) -> float:
        """Instructions per multiply-accumulate, whole inference."""
        return self.instructions / self.macs

    def as_dict(self) -> dict:
        """Make plain data for JSON."""
        return {**asdict(self), "per_mac": round(self.per_mac, 4)}


def measure(path: Path, folder: Path, portable: bool = False) -> Measurement:
    """Generate, build twice (whole, layer by layer), run on QEMU.

    Raises BenchError, ModelError or qemu.QemuError. `portable`: without SMLAD.
    """
    folder.mkdir(parents=True, exist_ok=True)
    oracle = IntegerModel.load(path)
    if len(oracle.inputs) != 1 or len(oracle.outputs) != 1:
        found = f"{len(oracle.inputs)} and {len(oracle.outputs)}"
        raise BenchError(f"{path}: expected one input and one output to measure, found {found}")
    generate(path, folder)
    model = compile_model(oracle, "pulse_model")
    define = ["-DPULSE_NN_PORTABLE"] if portable else []
    image = build(folder, "whole", define)
    whole = run(image)
    layered = run(build(folder, "layers", [*define, "-DBENCH_LAYERS"]))
    return Measurement(
        model=path.stem,
        engine="pulse, portable" if portable else "pulse",
        instructions=whole["INSTRUCTIONS"][0],
        macs=sum(layer.macs for layer in model.layers),
        flash=weigh(image),
        arena=model.plan.size,
        live=model.plan.live,
        stack=whole["STACK"][0],
        layers=_layers(model, layered["LAYER"]),
    )


def _layers(model: Model, counts: Sequence[int]) -> tuple[LayerCost, ...]:
    return tuple(
        LayerCost(layer.source, count, layer.macs) for layer, count in zip(model.layers, counts, strict=True)
    )


def build(
    folder: Path,
    name: str,
    options: Sequence[str],
    program: Sequence[Path] = (),
    model: str = "pulse_model.c",
) -> Path:
    """Link a program with the generated `model` of `folder`, the kernels and the bare-metal platform.

    `program`: its sources; without them program.c with the golden vectors.
    """
    image = folder / f"{name}.elf"
    includes = [f"-I{path}" for path in (NN, APP / "core/include", BARE, folder, HERE)]
    program = program or [HERE / "program.c", folder / "pulse_model_golden.c"]
    sources = [*program, folder / model, *sorted(NN.glob("*.c"))]
    command = [
        COMPILER, *CPU, *FLAGS, *PLATFORM_FLAGS, *options, *includes, "-include", str(HERE / "program.h"),
        *map(str, sources), *map(str, PLATFORM), *LINK, "-o", str(image),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BenchError(
            f"{COMPILER}: expected in PATH, found none (Debian: apt-get install gcc-arm-none-eabi)"
        ) from error
    if done.returncode:
        raise BenchError(f"{image}: the build failed:\n{done.stderr[-2000:]}")
    return image


def run(image: Path, exact: bool = True) -> dict[str, list[int]]:
    """Run an image that prints lines of NAME and number; BenchError if `exact` and an output was wrong."""
    done = qemu.run(image)
    results: dict[str, list[int]] = {}
    for line in done.output.split("\n"):
        words = line.split()
        if len(words) == 2 and words[1].isdigit():
            results.setdefault(words[0], []).append(int(words[1]))
    if "WRONG" not in results or (exact and results["WRONG"] != [0]):
        raise BenchError(f"{image}: expected exact outputs, found:\n{done.output[-1000:]}")
    return results


def weigh(image: Path) -> Flash:
    """Sort the image's symbols of the engine: those of core/nn and of the generated file."""
    totals = dict.fromkeys(("code", "weights", "quantisation", "tables"), 0)
    ours = {path.name for path in NN.glob("*.c")} | {"pulse_model.c"}
    for source, symbol in symbols(image):
        kind, name = symbol["st_info"]["type"], symbol.name
        mine = name.startswith(("pulse_nn_", "pulse_model_run"))
        if not mine and (symbol["st_info"]["bind"] != "STB_LOCAL" or source not in ours):
            continue
        if kind == "STT_FUNC":
            totals["code"] += symbol["st_size"]
        elif kind == "STT_OBJECT":
            group = {"weights": "weights", "channels": "quantisation"}.get(name.split("_")[0], "tables")
            totals[group] += symbol["st_size"]
    return Flash(**totals)


def symbols(image: Path) -> Iterator[tuple[str, Symbol]]:
    """Symbols of an ELF image, each with the source file named last before it (that of local ones)."""
    with image.open("rb") as file:
        source = ""
        for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols():
            if symbol["st_info"]["type"] == "STT_FILE":
                source = symbol.name
            else:
                yield source, symbol
