# SPDX-License-Identifier: Apache-2.0
"""Weigh firmware images: bytes of sections, of symbols, and of the object files of a linker map."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

WRITABLE, LOADED = 0x1, 0x2  # SHF_WRITE, SHF_ALLOC
RAM_START = 0x2000_0000  # of every Cortex-M: what lies below is flash
KINDS = {"STT_FUNC": "function", "STT_OBJECT": "object"}


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """A function or an object of an image. source: the C file of a local one, else that named last before."""

    name: str
    source: str
    kind: str  # function or object
    local: bool
    address: int
    size: int

    @property
    def constant(self) -> bool:
        """Whether it is data in flash."""
        return self.kind == "object" and self.address < RAM_START


def symbols(image: Path) -> Iterator[Symbol]:
    """Read all functions and objects of an ELF image.

    Parameters
    ----------
    image : Path

    Yields
    ------
    Symbol
    """
    with image.open("rb") as file:
        source, symbols_of = "", ELFFile(file).get_section_by_name(".symtab")
        for entry in symbols_of.iter_symbols() if isinstance(symbols_of, SymbolTableSection) else ():
            kind = entry["st_info"]["type"]
            if kind == "STT_FILE":
                source = entry.name
            elif kind in KINDS:
                yield Symbol(
                    name=entry.name,
                    source=source,
                    kind=KINDS[kind],
                    local=entry["st_info"]["bind"] == "STB_LOCAL",
                    address=entry["st_value"],
                    size=entry["st_size"],
                )


def weigh(image: Path, group: Callable[[Symbol], str | None]) -> Counter[str]:
    """Sum the bytes of an image's functions and objects by group.

    Parameters
    ----------
    image : Path
    group : callable
        Names a symbol's group; None leaves it out.

    Returns
    -------
    Counter of str
        Bytes.
    """
    totals: Counter[str] = Counter()
    for symbol in symbols(image):
        name = group(symbol)
        if name is not None:
            totals[name] += symbol.size
    return totals


def flash_and_ram(image: Path) -> dict[str, int]:
    """Sum the sections of an ELF image.

    Parameters
    ----------
    image : Path

    Returns
    -------
    dict of str to int
        Bytes of "flash" and "ram".
    """
    flash = ram = 0
    with image.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            flags, size = section["sh_flags"], section["sh_size"]
            if flags & LOADED:
                ram += size if flags & WRITABLE else 0
                flash += size if section["sh_type"] != "SHT_NOBITS" else 0
    return {"flash": flash, "ram": ram}


def flash_by_object(linker_map: Path) -> Iterator[tuple[str, int]]:
    """Read from GNU ld's map what each object file brings into an image.

    Parameters
    ----------
    linker_map : Path

    Yields
    ------
    name : str
        The object file, once for each input section.
    size : int
        Bytes of code and constants.
    """
    kept = linker_map.read_text().split("Linker script and memory map", 1)[1]
    pattern = r"^ \.(?:text|rodata|data)\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+\.(?:obj|o))$"
    for match in re.finditer(pattern, kept, re.MULTILINE):
        yield match[2], int(match[1], 16)
