# SPDX-License-Identifier: Apache-2.0
"""Compile many generated models into one program that compares each with its golden vectors."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wristpulse.oracle import IntegerModel
from wristpulse_tools.codegen import files
from wristpulse_tools.codegen.arguments import arguments
from wristpulse_tools.firmware.qemu import run

ROOT = Path(__file__).resolve().parents[3]
NN, BARE, HOST = (ROOT / "zephyr_app" / folder for folder in ("core/nn", "bare", "host"))
WARNINGS = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-g"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
M4 = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-ffunction-sections", "-fdata-sections"]
LINK = ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-T", str(BARE / "link.ld")]


@dataclass(frozen=True)
class Target:
    """A compiler with its flags, the platform's sources, and how to run what it makes."""

    name: str
    compiler: tuple[str, ...]
    platform: tuple[Path, ...]
    link: tuple[str, ...] = ()

    def compile(self, source: Path, output: Path, *flags: str) -> None:
        includes = [f"-I{folder}" for folder in (NN, BARE, ROOT / "zephyr_app/core/include", source.parent)]
        _run([*self.compiler, *includes, *flags, "-c", str(source), "-o", str(output)])

    def kernels(self, folder: Path) -> list[Path]:
        """Object files of all kernels and the platform, compiled once into `folder`."""
        objects = []
        for source in (*sorted(NN.glob("*.c")), *self.platform):
            target = folder / f"{self.name}_{source.stem}.o"
            if not target.exists():
                plain = ["-fno-tree-loop-distribute-patterns"] if source.stem == "startup" else []
                self.compile(source, target, "-O2", *plain)
            objects.append(target)
        return objects


PLATFORM = tuple(BARE / f"{name}.c" for name in ("startup", "semihosting", "counter"))
HOST_TARGET = Target("host", ("gcc", *WARNINGS, *SANITIZE), (HOST / "platform.c",), tuple(SANITIZE))
DSP_TARGET = Target("dsp", ("arm-none-eabi-gcc", *WARNINGS, *M4), PLATFORM, (*M4, *LINK))


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def mismatches(
    target: Target,
    common: Path,
    folder: Path,
    models: list[tuple[Path, np.ndarray]],
    input_in_arena: bool = False,
) -> list[int]:
    """Indices of the models whose C differs from the oracle on their inputs; kernels are kept in `common`."""
    oracles = [IntegerModel.load(path) for path, _ in models]
    texts = [files(oracles[i], f"m{i}", inputs, input_in_arena) for i, (_, inputs) in enumerate(models)]
    ends = [[[a.name for a in side] for side in arguments(oracle.graph)] for oracle in oracles]
    return indices_printed(target, common, folder, texts, program(len(models), ends, input_in_arena))


def indices_printed(
    target: Target, common: Path, folder: Path, models: list[dict[str, str]], text: str
) -> list[int]:
    """Build a program of the models' files and `text`, run it; the indices that it prints before END."""
    sources = []
    for texts in models:
        for file, content in texts.items():
            (folder / file).write_text(content)
        sources += [folder / file for file in texts if file.endswith(".c")]
    program = folder / "batch.c"
    program.write_text(text)
    objects = target.kernels(common)
    for source in (*sources, program):
        objects.append(folder / f"{target.name}_{source.stem}.o")
        target.compile(source, objects[-1], "-O0")
    image = folder / f"{target.name}.elf"
    _run([target.compiler[0], *target.link, *map(str, objects), "-o", str(image)])
    output = _run([str(image)]) if target is HOST_TARGET else run(image).output
    lines = output.split()
    assert lines[-1] == "END", output
    return [int(line) for line in lines[:-1]]


ENDS = (("input",), ("output",))


def program(
    count: int,
    ends: Sequence[tuple[Sequence[str], Sequence[str]]] = (),
    input_in_arena: bool = False,
) -> str:
    """C program that prints the index of each model with a wrong output, then END.

    `ends`: names of the inputs and outputs of each model, where they are not `input` and `output`.
    """
    includes = "\n".join(f'#include "m{i}_golden.h"' for i in range(count))
    checks = "\n".join(_check(i, *(ends[i] if ends else ENDS), input_in_arena) for i in range(count))
    return f"""#include <stdint.h>
#include <string.h>
{includes}

#ifdef __cplusplus
extern "C" {{
#endif
#include "platform.h"
#ifdef __cplusplus
}}
#endif

{checks}
int program(void)
{{
{chr(10).join(f"	check_{i}();" for i in range(count))}
	platform_line("END");
	return 0;
}}
"""


def _check(i: int, inputs: Sequence[str], outputs: Sequence[str], input_in_arena: bool) -> str:
    """Outputs of just the stated size, and a guard behind the arena that must stay as it is."""
    results = "".join(f"\tstatic int8_t {name}[M{i}_{name.upper()}_SIZE];\n" for name in outputs)
    golden = [f"m{i}_golden_{name}[n]" for name in inputs]
    placed = ""
    if input_in_arena:
        places = [f"(int8_t *)arena + M{i}_{name.upper()}_OFFSET" for name in inputs]
        placed = "".join(
            f"\t\tmemcpy({place}, {value}, sizeof({value}));\n"
            for place, value in zip(places, golden, strict=True)
        )
        golden = places
    wrong = "".join(
        f"\t\twrong += memcmp({name}, m{i}_golden_{name}[n], sizeof({name})) != 0;\n" for name in outputs
    )
    return f"""static void check_{i}(void)
{{
{results}	static int32_t arena[(M{i}_ARENA_SIZE + 3) / 4 + 4];
	int wrong = 0;

	for (int n = 0; n < M{i}_GOLDEN_COUNT; n++) {{
		memset(arena, 0x5a, sizeof(arena));
{placed}		m{i}_run({", ".join([*golden, *outputs, "arena"])});
{wrong}		for (int k = (M{i}_ARENA_SIZE + 3) / 4; k < (M{i}_ARENA_SIZE + 3) / 4 + 4; k++) {{
			wrong += arena[k] != 0x5a5a5a5a;
		}}
	}}
	if (wrong > 0) {{
		platform_line("{i}");
	}}
}}
"""
