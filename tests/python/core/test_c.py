# SPDX-License-Identifier: Apache-2.0
"""Runs the C unit tests of tests/c with both front ends."""

import subprocess

import pytest
from standin import ROOT


@pytest.mark.parametrize("front_end", ["window", "spectrum"])
def test_unit_tests_in_c(front_end, model_dirs, tmp_path) -> None:
    for command in (
        ["cmake", "-S", ROOT / "tests" / "c", "-B", tmp_path, f"-DPULSE_MODEL_DIR={model_dirs[front_end]}"],
        ["cmake", "--build", tmp_path],
        ["ctest", "--test-dir", tmp_path, "--output-on-failure", "--no-tests=error"],
    ):
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr
