# SPDX-License-Identifier: Apache-2.0
"""zephyr_app/samples: what a third party builds with this repository builds, runs, and says 72 BPM."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from places import BUILD, ROOT
from wristpulse_tools.firmware import zephyr_workspace

SAMPLES = ROOT / "zephyr_app" / "samples"
BPM = 72
MANIFEST = """manifest:
  self:
    path: heart_rate
  projects:
    - name: pulse
      url: file:///nowhere
"""


def rates(lines: list[str]) -> list[float]:
    """BPM of the valid results."""
    return [
        int(found[1]) / 256 for line in lines if (found := re.search(r"bpm_q8=(\d+) .*state=valid", line))
    ]


def run(image: Path) -> list[str]:
    """Lines up to DONE; a native_sim image does not end by itself."""
    with subprocess.Popen([image], stdout=subprocess.PIPE, text=True, cwd=image.parent) as program:
        lines = []
        for line in program.stdout:
            lines.append(line.strip())
            if lines[-1] == "DONE":
                break
        program.kill()
    return lines


@pytest.fixture(scope="module")
def bare() -> list[str]:
    folder = BUILD / "samples" / "bare_cmake"
    for command in (["cmake", "-S", SAMPLES / "bare_cmake", "-B", folder], ["cmake", "--build", folder]):
        built = subprocess.run(command, capture_output=True, text=True)
        assert built.returncode == 0, built.stdout + built.stderr
        assert "warning" not in built.stderr
    return run(folder / "heart_rate")


def test_a_program_with_cmake_alone(bare) -> None:
    assert len(rates(bare)) >= 8 and all(abs(rate - BPM) < 2 for rate in rates(bare)), bare


@pytest.mark.zephyr
def test_an_application_with_the_module(bare, workspace) -> None:
    """The same lines; and a library of the consumer's own sees none of our folders."""
    options = (f"-DEXTRA_ZEPHYR_MODULES={ROOT}", "-DZEPHYR_TOOLCHAIN_VARIANT=host")
    folder = BUILD / "samples" / "zephyr_module"
    image = zephyr_workspace.build("native_sim", folder, *options, source=SAMPLES / "zephyr_module")
    lines = run(image)
    assert [line for line in lines if line.startswith("HOP ")] == [line for line in bare if "HOP " in line]
    commands = (folder / "build.ninja").read_text()
    kernel = commands[commands.index("kernel.dir/sched.c.obj:") :].split("\n\n")[0]
    ours = commands[commands.index("app.dir/src/main.c.obj:") :].split("\n\n")[0]
    headers = f"-I{ROOT}/zephyr_app/core/include"
    assert headers in ours and headers not in kernel


@pytest.mark.zephyr
def test_a_west_manifest_that_names_the_project_has_the_module(workspace, tmp_path) -> None:
    """What Zephyr's build asks west for; our boards are not the consumer's."""
    (tmp_path / ".west").mkdir()
    (tmp_path / ".west" / "config").write_text("[manifest]\npath = heart_rate\nfile = west.yml\n")
    (tmp_path / "heart_rate").mkdir()
    (tmp_path / "heart_rate" / "west.yml").write_text(MANIFEST)
    (tmp_path / "pulse").symlink_to(ROOT)
    script, environment = workspace / "scripts" / "zephyr_module.py", {**os.environ}
    environment.pop("ZEPHYR_BASE", None)
    outputs = {name: tmp_path / name for name in ("cmake", "kconfig", "settings")}
    options = [word for name, path in outputs.items() for word in (f"--{name}-out", path)]
    command = [sys.executable, script, "--zephyr-base", workspace, *options]
    asked = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert f"{ROOT}/zephyr_app/zephyr" in outputs["cmake"].read_text()
    assert "zephyr_app/zephyr/Kconfig" in outputs["kconfig"].read_text()
    settings = outputs["settings"].read_text()
    assert "DTS_ROOT" in settings and "BOARD_ROOT" not in settings and "SOC_ROOT" not in settings
