# SPDX-License-Identifier: Apache-2.0
"""`import wristpulse` is quick and takes only what it needs; every public name is documented and runs."""

import doctest
import importlib
import inspect
import json
import os
import subprocess
import sys

import pytest

import wristpulse as wp

HEAVY = ("tensorflow", "keras", "scipy", "scipy.optimize", "matplotlib", "pandas", "requests", "rich")
PROGRAM = """
import json, sys, time
import numpy as np
t = np.arange(3840) / 64
ppg = 1e5 + 1e3 * np.sin(2 * np.pi * 1.2 * t)
acc = np.tile([0.0, 0.0, 1.0], (1920, 1)) + 0.01 * np.sin(np.arange(1920))[:, None]
start = time.process_time()
import wristpulse as wp
imported = time.process_time() - start
hr = wp.estimate(ppg, acc, fs_ppg=64, fs_acc=32)
print(json.dumps([imported, time.process_time() - start, len(hr), [m for m in HEAVY if m in sys.modules]]))
"""


def measured() -> list:
    """Processor seconds of the import, of import and estimate; hops; heavy modules: in a fresh process."""
    program = PROGRAM.replace("HEAVY", repr(HEAVY))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_import_and_estimate_are_quick_and_take_no_heavy_package() -> None:
    runs = [measured() for _ in range(3)]
    assert min(run[0] for run in runs) < 0.1
    assert min(run[1] for run in runs) < 0.5
    assert runs[0][2:] == [29, []]


def test_every_name_loads_and_is_listed() -> None:
    assert dir(wp) == sorted([*wp.__all__, "__version__"])
    for name in wp.__all__:
        assert getattr(wp, name).__module__.startswith("wristpulse."), name


MODULES = sorted(
    {getattr(wp, name).__module__ for name in wp.__all__ if ".api." in getattr(wp, name).__module__}
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module) -> None:
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0 and result.failed == 0


def public_functions() -> dict[str, object]:
    found = {name: getattr(wp, name) for name in wp.__all__ if inspect.isfunction(getattr(wp, name))}
    for kind in (wp.HeartRate, wp.Stream, wp.WristStudent):
        methods = inspect.getmembers(kind, inspect.isfunction)
        found |= {
            f"{kind.__name__}.{n}": f
            for n, f in methods
            if f.__qualname__ == f"{kind.__name__}.{n}" and n[0] != "_"
        }
    return found  # fmt: skip


@pytest.mark.parametrize("name", public_functions())
def test_every_public_function_states_parameters_errors_and_an_example(name) -> None:
    function = public_functions()[name]
    text = inspect.getdoc(function)
    assert "Examples\n--------\n>>> " in text
    if "as `wristpulse.estimate` states" in text:
        return
    parameters = [p for p in inspect.signature(function).parameters if p != "self"]
    section = text.partition("Parameters\n----------\n")[2]
    for parameter in parameters:
        assert parameter in section, parameter
    if parameters:
        assert "Raises\n------\n" in text and "Returns\n-------\n" in text
