# SPDX-License-Identifier: Apache-2.0
"""What devicetree may not say does not build, with one clear line; a MAX30102 and its two LEDs do."""

import re
import subprocess
from pathlib import Path

import pytest

from places import BUILD, ROOT
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.bare import BuildError

pytestmark = [pytest.mark.zephyr, pytest.mark.slow]


def failed_assertions(suite: str, overlay: Path) -> list[str]:
    """What a driver's suite says of an overlay with which it must not build, in the order of words."""
    folder, source = BUILD / f"bad_{suite}", ROOT / "tests" / "zephyr" / suite
    with pytest.raises(BuildError):
        zephyr_workspace.build("native_sim", folder, f"-DEXTRA_DTC_OVERLAY_FILE={overlay}", source=source)
    # Once more, for all that the compiler says.
    again = subprocess.run(["cmake", "--build", folder], capture_output=True, text=True)
    return sorted(re.findall(r'static assertion failed: "(.*)"', again.stdout + again.stderr))


def test_bad_values_do_not_build(workspace) -> None:
    assert failed_assertions("max3010x", Path(__file__).with_name("bad_values.overlay")) == [
        "led-current-microamp: each 0 to 51000",
        "led-current-microamp: three at most",
        "sample-rate: too high for pulse-width-us and the number of slots",
        "sample-rate: too low for sample-average and the FIFO: 32 bits of ns",
        "slots: each 1, 2 or 3",
        "slots: one to four",
        "watermark: 17 to 32",
    ]


# Three channels; a FIFO that is not theirs; no room for its interrupt; a current beyond the LEDs' range.
BAD_MAX86141 = """&max86141 {
	slots = <1 2 3>;
	photodiodes = <1>;
	led-colors = <3 2>;
	led-current-microamp = <31000 6000 0>;
	proximity-microamp = <31000>;
	watermark = <65>;
};
"""


def test_bad_values_of_a_max86141_do_not_build(workspace, tmp_path) -> None:
    overlay = tmp_path / "bad.overlay"
    overlay.write_text(BAD_MAX86141)
    assert failed_assertions("max86141", overlay) == [
        "fifo-samples: 128 words / channels",
        "led-colors: three",
        "led-current-microamp: each at most led-range-milliamp",
        "proximity-microamp: at most led-range-milliamp",
        "slots x photodiodes: 1, 2 or 4 channels",
        "watermark: 1 to fifo-samples",
    ]


def test_a_max86141_on_a_boards_header_links(workspace, tmp_path) -> None:
    overlay = tmp_path / "max86141.overlay"
    overlay.write_text("#include <arduino_max86141.dtsi>\n")
    folder = BUILD / "arduino_max86141"
    zephyr_workspace.build("nrf52840dk", folder, f"-DEXTRA_DTC_OVERLAY_FILE={overlay}")
    config = (folder / "zephyr" / ".config").read_text()
    assert "CONFIG_PULSE_MAX86141=y\n" in config and "CONFIG_PULSE_MAX3010X=y" not in config


def refusal(folder, overlay, tmp_path, *options: str) -> str:
    """What the application's build says of an overlay that it must not build with."""
    path = tmp_path / "bad.overlay"
    path.write_text(overlay)
    with pytest.raises(BuildError) as refused:
        zephyr_workspace.build("native_sim", BUILD / folder, f"-DEXTRA_DTC_OVERLAY_FILE={path}", *options)
    return str(refused.value)


@pytest.mark.parametrize("alias", ["pulse-ppg", "pulse-accel"])
def test_a_missing_alias_is_one_message(alias, workspace, tmp_path) -> None:
    said = refusal("no_alias", f"/ {{ aliases {{ /delete-property/ {alias}; }}; }};\n", tmp_path)
    assert f"devicetree: aliases: expected {alias}, found none" in said
    assert said.count("CMake Error") == 1 and "error:" not in said


def test_a_rate_that_the_aligner_does_not_take_does_not_build(workspace, tmp_path) -> None:
    for rate, average in ((800, 2), (50, 4)):
        overlay = f"&ppg {{ sample-rate = <{rate}>; sample-average = <{average}>; }};\n"
        said = refusal("bad_rate", overlay, tmp_path)
        assert "pulse-ppg: sample-rate / sample-average: expected 25 to 200 Hz" in said


def test_a_max30102_as_wiring_md_writes_it_builds_and_runs(workspace, boot, tmp_path) -> None:
    overlay = tmp_path / "max30102.overlay"
    overlay.write_text("&ppg { slots = <2>; led-current-microamp = <0 10000>; };\n")
    option = f"-DEXTRA_DTC_OVERLAY_FILE={overlay}"
    image = zephyr_workspace.build("native_sim", BUILD / "max30102", option)
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 20)))
    status, lines = boot("native_sim", tmp_path / "wrist.pulse", image=image).run()
    assert status == 0 and "led_ua=10000" in lines[-1]
    assert sum("state=valid" in line for line in lines) >= 4
