# SPDX-License-Identifier: Apache-2.0
"""How customers build the kernels: compilers, flags and processors, each with what runs its images."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from batch import BARE, HOST, NN

ANYWHERE = Path(__file__).resolve().parent / "anywhere"
WARNINGS = ("-Wall", "-Wextra", "-Werror")
TIMEOUT_S = 120


@dataclass(frozen=True, kw_only=True)
class Machine:
    """QEMU's machine, and where its code and data memory lie."""

    command: tuple[str, ...]
    code: int
    ram: int


ARM, RISCV = "qemu-system-arm", "qemu-system-riscv"
A15 = (ARM, "-M", "virt", "-cpu", "cortex-a15", "-nic", "none")
MACHINES = {
    "m3": Machine(command=(ARM, "-M", "mps2-an385"), code=0, ram=0x20000000),
    "m4": Machine(command=(ARM, "-M", "mps2-an386"), code=0, ram=0x20000000),
    "m7": Machine(command=(ARM, "-M", "mps2-an500"), code=0, ram=0x20000000),
    "m33": Machine(command=(ARM, "-M", "mps2-an505"), code=0x10000000, ram=0x38000000),
    "m55": Machine(command=(ARM, "-M", "mps3-an547"), code=0, ram=0x20000000),
    "a": Machine(command=A15, code=0x41000000, ram=0x42000000),
    "rv32": Machine(command=(f"{RISCV}32", "-M", "virt", "-bios", "none"), code=0x80000000, ram=0x80100000),
    "rv64": Machine(command=(f"{RISCV}64", "-M", "virt", "-bios", "none"), code=0x80000000, ram=0x80100000),
}
CPUS = {  # name: machine, flags
    "m0plus": ("m3", "-mcpu=cortex-m0plus -mthumb"),
    "m3": ("m3", "-mcpu=cortex-m3 -mthumb"),
    "m4": ("m4", "-mcpu=cortex-m4 -mthumb"),
    "m4-softfp": ("m4", "-mcpu=cortex-m4 -mthumb -mfloat-abi=softfp -mfpu=fpv4-sp-d16"),
    "m4-hard": ("m4", "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16"),
    "m7": ("m7", "-mcpu=cortex-m7 -mthumb"),
    "m7-softfp": ("m7", "-mcpu=cortex-m7 -mthumb -mfloat-abi=softfp -mfpu=fpv5-sp-d16"),
    "m7-hard": ("m7", "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16"),
    "m33": ("m33", "-mcpu=cortex-m33 -mthumb"),
    "m33-softfp": ("m33", "-mcpu=cortex-m33 -mthumb -mfloat-abi=softfp -mfpu=fpv5-sp-d16"),
    "m33-hard": ("m33", "-mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16"),
    "m55": ("m55", "-mcpu=cortex-m55 -mthumb -mfloat-abi=soft"),
    "m55-hard": ("m55", "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard"),
    "a7-arm": ("a", "-mcpu=cortex-a7 -marm -mfloat-abi=soft"),
    "a7-thumb": ("a", "-mcpu=cortex-a7 -mthumb -mfloat-abi=soft"),
    "r5-arm": ("a", "-mcpu=cortex-r5 -marm -mfloat-abi=soft"),
    "rv32imac": ("rv32", "-march=rv32imac -mabi=ilp32"),
    "rv64gc": ("rv64", "-march=rv64gc -mabi=lp64d -mcmodel=medany"),
}
CLANG_CPUS = {  # name: flags; GCC links for the processor of the same name
    "m0plus": "-target thumb-freestanding-eabi -mcpu=cortex_m0plus",
    "m4": "-target thumb-freestanding-eabi -mcpu=cortex_m4",
    "m4-hard": "-target thumb-freestanding-eabihf -mcpu=cortex_m4 -mfloat-abi=hard",
    "m7": "-target thumb-freestanding-eabi -mcpu=cortex_m7",
    "m33": "-target thumb-freestanding-eabi -mcpu=cortex_m33",
    "m55": "-target thumb-freestanding-eabi -mcpu=cortex_m55",
    "a7-arm": "-target arm-freestanding-eabi -mcpu=cortex_a7",
    "rv32imac": "-target riscv32-freestanding-none -mcpu=generic_rv32+m+a+c",
    "rv64gc": "-target riscv64-freestanding-none -mcpu=baseline_rv64 -mcmodel=medany",
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One way to build for a processor of CPUS, or for this computer (cpu: "host")."""

    cpu: str
    flags: str
    clang: bool = False
    cpp: bool = False  # the program that includes the headers is C++
    quick: bool = False  # in the default tier

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return " ".join(["clang" if self.clang else "gcc", self.cpu, self.flags, *["C++"] * self.cpp])

    @property
    def machine(self) -> Machine | None:
        """What runs the image, if not this computer."""
        return None if self.cpu == "host" else MACHINES[CPUS[self.cpu][0]]

    @property
    def gcc(self) -> str:
        """The compiler; the linker even of Clang's objects, which need a run-time library."""
        return (
            "gcc"
            if self.cpu == "host"
            else f"{'riscv64-unknown-elf' if 'rv' in self.cpu else 'arm-none-eabi'}-gcc"
        )

    def missing(self) -> str:
        """What this computer lacks for the cell; empty if nothing."""
        if self.clang and importlib.util.find_spec("ziglang") is None:
            return "ziglang (PyPI)"
        tools = [self.gcc, *([self.machine.command[0]] if self.machine else [])]
        return next((tool for tool in tools if shutil.which(tool) is None), "")

    def image(self, folder: Path, models: list[Path], program: Path) -> Path:
        """Build kernels, models and program as the cell says."""
        target = [] if self.cpu == "host" else CPUS[self.cpu][1].split()
        own = target if not self.clang or self.cpu == "host" else CLANG_CPUS[self.cpu].split()
        compiler = [sys.executable, "-m", "ziglang", "cc"] if self.clang else [self.gcc]
        includes = [f"-I{path}" for path in (NN, BARE, program.parent)]
        if self.machine and (self.clang or "rv" in self.cpu):  # compilers without a C library
            includes += ["-ffreestanding", "-isystem", str(ANYWHERE)]
        # Zig's unoptimised builds have the undefined-behaviour sanitizer on, all of them tables of unwinding.
        quiet = ["-fno-sanitize=all", "-fno-unwind-tables"] if self.clang else []
        flags = [*own, *WARNINGS, *includes, *quiet, *self.flags.split()]
        platform = ANYWHERE / "platform.c" if self.machine else HOST / "platform.c"
        sources = [*sorted(NN.glob("*.c")), *models]
        for group in [[source] for source in sources] if self.clang else [sources]:
            named = ["-o", f"{group[0].stem}.o"] if self.clang else []
            _done([*compiler, *flags, "-c", *map(str, group), *named], folder)
        plain = [flag for flag in flags if not flag.startswith(("-std=", "-pedantic"))]
        language = ["-x", "c++", "-std=c++11", "-fno-exceptions"] if self.cpp else []
        _done([*compiler, *plain, "-c", str(platform), "-o", "platform.o"], folder)
        _done([*compiler, *plain, *language, "-c", str(program), "-o", "program.o"], folder)
        objects, image = [str(path) for path in sorted(folder.glob("*.o"))], folder / "image"
        if self.machine is None:
            _done([*compiler, *flags, *objects, "-o", str(image)], folder)
            return image
        place = (("CODE", self.machine.code), ("RAM", self.machine.ram))
        script = ["-nostdlib", "-T", str(ANYWHERE / "link.ld"), *(f"-Wl,--defsym={k}={v}" for k, v in place)]
        options = [] if self.clang else self.flags.split()
        _done([self.gcc, *target, *options, *script, *objects, "-lgcc", "-o", str(image)], folder)
        return image

    def run(self, image: Path) -> str:
        """All that the image prints before it ends with status 0."""
        if self.machine is None:
            return _done([str(image)], image.parent)
        quiet = ["-display", "none", "-monitor", "none", "-serial", "none"]
        semihosting = ["-semihosting-config", "enable=on,target=native"]
        return _done([*self.machine.command, *quiet, *semihosting, "-kernel", str(image)], image.parent)


def cells() -> list[Cell]:
    """All of them; of each kind of trouble at least one is quick."""
    quick = {
        "gcc m4 -O2", "gcc m4-hard -O3 -flto", "gcc m4-softfp -Os -fno-omit-frame-pointer", "gcc m4-hard -O0",
        "gcc m4-hard -O2 -fPIC", "gcc m4 -O2 -mno-unaligned-access -DANYWHERE_TRAP_UNALIGNED",
        "gcc m4 -O2 -DPULSE_NN_TWINS", "gcc m33-hard -O2", "gcc m0plus -Os", "gcc a7-arm -O2",
        "gcc rv32imac -O2", "clang m4 -O2", "gcc host -std=c99 -pedantic -O2 C++",
    }  # fmt: skip
    found: list[Cell] = []
    for cpu in ("m4", "m4-softfp", "m4-hard"):
        found += [Cell(cpu=cpu, flags=f) for f in ("-O0", "-Og", "-O1", "-Os", "-O2", "-O3", "-O3 -flto")]
        found += [
            Cell(cpu=cpu, flags=f"{level} {further}")
            for level in ("-O0", "-Os", "-O2")
            for further in (
                "-fno-omit-frame-pointer", "-fPIC", "-fstack-protector-all", "-ffixed-r9",
                "-g -funwind-tables", "-funwind-tables -DPULSE_NN_EHABI", "-DPULSE_NN_TWINS",
                "-DPULSE_NN_PORTABLE",
                "-mno-unaligned-access -DANYWHERE_TRAP_UNALIGNED",
                "-mno-unaligned-access -DANYWHERE_TRAP_UNALIGNED -DPULSE_NN_TWINS",
            )
        ]  # fmt: skip
    for cpu in CPUS:
        if not cpu.startswith("m4"):
            found += [Cell(cpu=cpu, flags=flags) for flags in ("-O0", "-Os", "-O2", "-O3 -flto")]
    for cpu in CLANG_CPUS:
        found += [Cell(cpu=cpu, flags=flags, clang=True) for flags in ("-O0", "-Os", "-O2", "-O3")]
    found += [
        Cell(cpu="m4", flags=flags, clang=True)
        for flags in ("-O2 -fno-omit-frame-pointer", "-O2 -fPIC", "-O2 -DPULSE_NN_TWINS")
    ]
    for standard in ("c99", "c11"):
        for clang in (False, True):
            flags = f"-std={standard} -pedantic -O2"
            found += [Cell(cpu="host", flags=flags, clang=clang, cpp=cpp) for cpp in (False, True)]
    found += [Cell(cpu="m4", flags="-O2", cpp=True)]
    names = {cell.name for cell in found}
    assert quick <= names, quick - names
    return [replace(cell, quick=cell.name in quick) for cell in found]


def _done(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, f"{' '.join(command)}\n{(done.stdout + done.stderr)[-3000:]}"
    return done.stdout + done.stderr
