# SPDX-License-Identifier: Apache-2.0
"""Docs/porting.md as it stands: its files build and run; sensors and boards that it lists."""

import re
import subprocess
from pathlib import Path

import pytest

from places import BUILD, ROOT
from wristpulse.core.replay import write_replay
from wristpulse.core.result import State, parse
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.replay.replay import closing_figures

pytestmark = pytest.mark.zephyr

PAGE = ROOT / "docs" / "porting.md"
POLLED = "its driver has no data-ready trigger"
# In place of the BMI160, on nrf52840dk's header; Zephyr's drivers of these two need its module hal_st.
ON_HEADER = """/delete-node/ &accel;

&arduino_i2c {
	accel: accel@REG {
		compatible = "COMPATIBLE";
		reg = <0xREG>;
		irq-gpios = <&arduino_header 9 GPIO_ACTIVE_HIGH>;
		zephyr,deferred-init;
	};
};
"""
BMA4XX = """/delete-node/ &accel;

&emulated_i2c {
	accel: accel@18 {
		compatible = "bosch,bma4xx";
		reg = <0x18>;
		int1-gpios = <&emulated_gpio 1 GPIO_ACTIVE_HIGH>;
		zephyr,deferred-init;
	};
};
"""


def file_of_page(title: str, folder: Path) -> Path:
    """A block of the page by its title, as a file."""
    [content] = re.findall(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```', PAGE.read_text(), re.M | re.S)
    path = folder / title
    path.write_text(content)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("porting")


@pytest.fixture(scope="module")
def recording(files) -> Path:
    """A minute of a simulated person; the sensors' counts."""
    write_replay(files / "wrist.pulse", to_counts(simulate(1, 60)))
    return files / "wrist.pulse"


def hops(lines: list[str]) -> list:
    return [hop for hop in map(parse, lines) if hop is not None]


@pytest.fixture(scope="module")
def usual(workspace, images):
    """Image with the BMI160, by which the others are judged."""
    return images("native_sim")


def replayed(boot, image: Path, recording: Path) -> list[str]:
    status, lines = boot("native_sim", recording, image=image).run()
    assert status == 0, lines[-1]
    return lines


@pytest.mark.qemu
def test_the_new_board_gives_the_same_hops(boot, images, files, recording, model_dir) -> None:
    """A Cortex-M3, whose kernels are the portable ones: bit by bit what the others give."""
    overlay, conf = (file_of_page(f"mps2_an385.{kind}", files) for kind in ("overlay", "conf"))
    image = zephyr_workspace.build(
        "mps2/an385",
        BUILD / "porting-an385",
        *(f"-DEXTRA_DTC_OVERLAY_FILE={overlay}", f"-DEXTRA_CONF_FILE={conf}"),
        f"-DPULSE_MODEL_DIR={model_dir}",
    )
    status, lines = boot("mps2_an386", recording, image=image, machine="mps2-an385").run(300)
    assert status == 0, lines[-1]
    expected = replayed(boot, images("native_sim"), recording)
    assert len(hops(lines)) >= 25 and hops(lines) == hops(expected)


@pytest.mark.parametrize("sensor", ["lsm6dsl", "bma4xx"])
def test_another_accelerometer_feeds_the_estimator(
    sensor, boot, usual, files, recording, model_dir, workspace
) -> None:
    if sensor == "lsm6dsl":
        overlay = file_of_page("lsm6dsl.overlay", files)
    else:
        overlay = files / "bma4xx.overlay"
        overlay.write_text(BMA4XX)
    image = zephyr_workspace.build(
        "native_sim",
        BUILD / f"porting-{sensor}",
        *(f"-DEXTRA_DTC_OVERLAY_FILE={overlay}", f"-DPULSE_MODEL_DIR={model_dir}"),
    )
    lines, expected = replayed(boot, image, recording), replayed(boot, usual, recording)
    assert any(POLLED in line for line in lines) == (sensor == "bma4xx")
    assert not any("expected 1 g" in line for line in lines)  # the range is the one that counts stand for
    found, wanted = closing_figures(lines), closing_figures(expected)
    if sensor == "lsm6dsl":
        assert found["acc"] == wanted["acc"]
    else:
        assert found["acc"] >= 60 * 100 * 0.95  # read at 100 Hz, whatever the recording's rate
    assert found["hops"] == wanted["hops"]
    pairs = [(a, b) for a, b in zip(hops(lines), hops(expected), strict=True) if b.state is State.VALID]
    assert len(pairs) >= 10
    # The last bits of acceleration differ, and its times where it is polled; the heart rate does not.
    agreeing = [a for a, b in pairs if a.state is State.VALID and abs(a.bpm_q8 - b.bpm_q8) <= 256]
    assert len(agreeing) >= 0.9 * len(pairs)


@pytest.mark.parametrize("leds", [1, 2, 4])
def test_budgets_of_the_page_are_the_compilers(leds, tmp_path) -> None:
    """RAM of the core's structures."""
    stated = re.findall(r"^\| `struct (\w+)`[^|]*\| (\d+) \| (\d+) \| (\d+) \|", PAGE.read_text(), re.M)
    assert len(stated) == 3
    includes = [
        f"-I{ROOT / 'zephyr_app' / folder}" for folder in ("core/include", "core/nn", "students/nobody")
    ]
    checks = "".join(
        f'_Static_assert(sizeof(struct {name}) == {sizes[{1: 0, 2: 1, 4: 2}[leds]]}, "{name}");\n'
        for name, *sizes in stated
    )
    source = tmp_path / "sizes.c"
    source.write_text(f"#include <pulse/align.h>\n#include <pulse/estimator.h>\n{checks}")
    gcc = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", f"-DPULSE_LEDS={leds}", *includes)
    run = subprocess.run([*gcc, "-c", source, "-o", tmp_path / "sizes.o"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("compatible", "address"), [("st,lsm6dso", "6a"), ("st,lis2dw12", "19")])
def test_accelerometers_of_hal_st_build(compatible, address, workspace, files) -> None:
    module = workspace.parent / "modules" / "hal" / "st"
    if not module.is_dir():
        pytest.skip(f"{module}: Zephyr's module hal_st is not in the workspace (`west update` brings it)")
    overlay = files / f"{address}.overlay"
    overlay.write_text(ON_HEADER.replace("COMPATIBLE", compatible).replace("REG", address))
    folder = BUILD / f"porting-{address}"
    # Named, as the workspace's manifest may be another than west.yml.
    options = (f"-DEXTRA_DTC_OVERLAY_FILE={overlay}", f"-DEXTRA_ZEPHYR_MODULES={module}")
    zephyr_workspace.build("nrf52840dk", folder, *options)
    driver = compatible.split(",")[1].upper()
    assert f"CONFIG_{driver}_TRIGGER_OWN_THREAD=y" in (folder / "zephyr" / ".config").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "board", ["nrf5340dk/nrf5340/cpuapp", "xiao_ble", "xiao_ble/nrf52840/sense", "pinetime_devkit0"]
)
def test_boards_of_the_page_build(board, workspace, record_property) -> None:
    folder = BUILD / "boards" / board.replace("/", "_")
    zephyr_workspace.build(board, folder)
    sizes = zephyr_workspace.sizes(folder)
    for name, size in sizes.items():
        record_property(name, size)
    assert 0 < sizes["flash"] < 120_000 and 0 < sizes["ram"] < 60_000, sizes
    config = (folder / "zephyr" / ".config").read_text()
    for name in ("WATCHDOG", "HWINFO", "TASK_WDT_HW_FALLBACK"):
        assert f"CONFIG_{name}=y\n" in config, name
