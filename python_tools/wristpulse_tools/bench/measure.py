# SPDX-License-Identifier: Apache-2.0
"""Run a model on QEMU's Cortex-M4F and weigh it: instructions, flash, arena, stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from wristpulse.oracle import IntegerModel
from wristpulse.support import command
from wristpulse_tools.codegen.emit import Model
from wristpulse_tools.codegen.generate import compile_model, generate
from wristpulse_tools.firmware import qemu
from wristpulse_tools.firmware.places import ROOT
from wristpulse_tools.support import elf

APP = ROOT / "zephyr_app"
PROGRAMS = Path(__file__).resolve().parent / "programs"  # C that counts, and what it includes
NN, BARE = APP / "core" / "nn", APP / "bare"
COMPILER = "arm-none-eabi-gcc"
CPU = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft"]
FLAGS = ["-std=gnu99", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections"]
# Start-up code must not become calls of the library functions that it makes possible.
PLATFORM_FLAGS = ["-fno-tree-loop-distribute-patterns"]
PLATFORM = [BARE / "startup.c", BARE / "semihosting.c", BARE / "counter.c", APP / "core/src/text.c"]
LINK = ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-T", str(BARE / "link.ld")]


class BenchError(command.CommandError):
    """A build or a run that failed, with what the tool printed last, or wrong outputs."""


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
        """Make plain data for JSON.

        Returns
        -------
        dict
        """
        return {**asdict(self), "per_mac": round(self.per_mac, 4)}


def measure(path: Path, folder: Path, portable: bool = False) -> Measurement:
    """Generate a model's C, build it whole and layer by layer, and run it on QEMU.

    Parameters
    ----------
    path : Path
        A .tflite file with one input and one output.
    folder : Path
        For builds; made if it does not exist.
    portable : bool
        Without SMLAD.

    Returns
    -------
    Measurement

    Raises
    ------
    ModelError
        The model cannot be generated.
    BenchError
        It has several inputs or outputs, does not build, or gives a wrong output.
    qemu.QemuError
        QEMU fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    oracle = IntegerModel.load(path)
    if len(oracle.inputs) != 1 or len(oracle.outputs) != 1:
        found = f"{len(oracle.inputs)} and {len(oracle.outputs)}"
        raise BenchError(path, "", "one input and one output to measure", found)
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

    `program`: its sources; without them program.c with the golden vectors. An option takes the place of
    CPU's of the same name: GCC would choose its libraries by both.
    """
    named = {option.split("=")[0] for option in options}
    cpu = [option for option in CPU if option.split("=")[0] not in named]
    image = folder / f"{name}.elf"
    includes = [f"-I{path}" for path in (NN, APP / "core/include", BARE, folder, PROGRAMS)]
    program = program or [PROGRAMS / "program.c", folder / "pulse_model_golden.c"]
    sources = [*program, folder / model, *sorted(NN.glob("*.c"))]
    words = [
        COMPILER, *cpu, *FLAGS, *PLATFORM_FLAGS, *options, *includes, "-include", str(PROGRAMS / "program.h"),
        *map(str, sources), *map(str, PLATFORM), *LINK, "-o", str(image),
    ]  # fmt: skip
    command.run(words, where=image, error=BenchError)
    return image


def run(image: Path, exact: bool = True) -> dict[str, list[int]]:
    """Run an image that prints lines of NAME and number.

    Parameters
    ----------
    image : Path
    exact : bool
        All outputs must be right.

    Returns
    -------
    dict of str to list of int
        By name, in the order printed.

    Raises
    ------
    BenchError
        `exact`, and an output was wrong; or the image did not end.
    """
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
    """Sort the image's symbols of the engine: those of core/nn and of the generated file.

    Parameters
    ----------
    image : Path

    Returns
    -------
    Flash
        Bytes.
    """
    ours = {path.name for path in NN.glob("*.c")} | {"pulse_model.c"}

    def group(symbol: elf.Symbol) -> str | None:
        named = symbol.name.startswith(("pulse_nn_", "pulse_model_run"))
        if not named and not (symbol.local and symbol.source in ours):
            return None
        if symbol.kind == "function":
            return "code"
        return {"weights": "weights", "channels": "quantisation"}.get(symbol.name.split("_")[0], "tables")

    sizes = elf.weigh(image, group)
    return Flash(sizes["code"], sizes["weights"], sizes["quantisation"], sizes["tables"])
