# SPDX-License-Identifier: Apache-2.0
"""Read boards/hardware.toml: the real boards at hand."""

import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.places import ROOT

FILE = ROOT / "boards" / "hardware.toml"


class HardwareError(UserError):
    """A board that is not described, not there or not willing; the message has the remedy."""


@dataclass(frozen=True)
class Board:
    """A real board: its name here, Zephyr's, its debug probe's unique id and its serial ports."""

    name: str
    board: str
    probe: str
    serial: str
    power_profiler: str | None = None


def hardware_file() -> Path:
    """The description in use: PULSE_HARDWARE, else boards/hardware.toml."""
    return Path(os.environ.get("PULSE_HARDWARE", FILE))


def load_board(name: str, path: Path | None = None) -> Board:
    """The board of that name. HardwareError names file, field, what was expected and found."""
    path = path or hardware_file()
    try:
        described = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise HardwareError(path, "", "boards in TOML", error) from None
    entry = described.get(name)
    if not isinstance(entry, dict):
        raise HardwareError(path, "", f"a table [{name}]", ", ".join(described) or "none")
    names = {field.name for field in fields(Board)} - {"name"}
    for key in {"board", "probe", "serial"} - entry.keys():
        raise HardwareError(path, f"[{name}] {key}", "a text", "nothing")
    for key, value in entry.items():
        if key not in names:
            raise HardwareError(
                path, f"[{name}] {key}", f"one of {', '.join(sorted(names))}", "another field"
            )
        if not isinstance(value, str) or not value:
            raise HardwareError(path, f"[{name}] {key}", "a text", repr(value))
    return Board(name, **entry)
