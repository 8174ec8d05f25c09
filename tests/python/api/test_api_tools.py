# SPDX-License-Identifier: Apache-2.0
"""What needs more than the base package says what to install."""

import importlib
import sys

import numpy as np
import pytest

import wristpulse as wp
from wristpulse.api.extras import needs


def test_compile_writes_c(tmp_path) -> None:
    model = wp.load_student().folder / "student.tflite"
    paths = wp.compile(model, tmp_path / "c", name="mine")
    assert {path.name for path in paths} == {"mine.c", "mine.h", "mine_golden.c", "mine_golden.h"}
    assert "#include" in (tmp_path / "c" / "mine.c").read_text()


def test_compile_without_the_tools_says_so(monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "wristpulse_tools", None)
    for name in [name for name in sys.modules if name.startswith("wristpulse_tools.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=r"pip install \"pulse-on-a-wrist\[tools\]\""):
        wp.compile(wp.load_student().folder / "student.tflite", tmp_path)
    assert not list(tmp_path.iterdir())


def test_train_without_tensorflow_says_so(monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    config = tmp_path / "mine.toml"
    config.write_text(
        'front_end = "spectrum"\n[distillation]\nrelation = "none"\n'
        "[data]\nsimulated_subjects = 3\nsimulated_minutes = 0.5\n"
    )
    with pytest.raises(ImportError, match=r"pip install \"pulse-on-a-wrist\[train\]\""):
        wp.train(config, tmp_path / "build", progress=lambda line: None)


@pytest.mark.parametrize(
    ("package", "call"), [("pandas", wp.HeartRate.to_frame), ("matplotlib", wp.HeartRate.plot)]
)
def test_a_frame_or_picture_without_its_package_says_so(package, call, monkeypatch) -> None:
    hr = wp.load_student().stream(64, 32).update([], np.empty((0, 3)))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}, found none; .*pulse-on-a-wrist\[plot\]"):
        call(hr)


def test_our_own_missing_module_is_no_hint_to_install() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'wristpulse.nothing'"):
        with needs("plot", "a test"):
            importlib.import_module("wristpulse.nothing")
