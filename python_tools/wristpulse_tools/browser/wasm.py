# SPDX-License-Identifier: Apache-2.0
"""The core and a student's C as one WebAssembly module, by the clang in the PyPI package ziglang."""

import importlib.util
import os
import sys
from pathlib import Path

from wristpulse.support import command
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware.places import APP, EMBEDDED

GLUE = APP / "wasm"  # what the core needs to be a module: exports and memcpy
FLAGS = (
    "-target", "wasm32-freestanding", "-std=c99", "-O2", "-mbulk-memory", "-ffreestanding", "-nostdlib",
    "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror",
    "-Wl,--no-entry", "-Wl,--strip-all", "-Wl,--export-dynamic",
)  # fmt: skip


def compile_wasm(folder: Path, model: Path = EMBEDDED) -> Path:
    """Build `folder`/pulse.wasm with the generated C in `model`; its path.

    The same sources and compiler give the same bytes. `UserError` where ziglang is missing or the build
    fails; the message ends with the compiler's own words.
    """
    if importlib.util.find_spec("ziglang") is None:
        raise UserError("ziglang: expected this package, found none (python -m pip install ziglang)")
    core, wasm = APP / "core", folder / "pulse.wasm"
    folder.mkdir(parents=True, exist_ok=True)
    sources = [*sorted(GLUE.glob("*.c")), *sorted(core.glob("src/*.c")), *sorted(core.glob("nn/*.c"))]
    includes = [GLUE / "include", core / "include", core / "nn", model]
    words = [
        *(sys.executable, "-m", "ziglang", "cc", *FLAGS),
        *(f"-I{path.resolve()}" for path in includes),
        *("-o", wasm.resolve()),
        *(path.resolve() for path in [*sources, model / "pulse_model.c"]),
    ]
    cache = str(folder.resolve() / "zig-cache")  # else in the user's home
    environment = os.environ | {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
    command.run(words, where=wasm, error=UserError, env=environment)
    return wasm
