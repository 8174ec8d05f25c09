# SPDX-License-Identifier: Apache-2.0
"""The estimate of charge, what it reads from the images' sources, and sensors taken anew from recordings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wristpulse.core.numbers import DARK_COUNTS
from wristpulse.experiments.sensor_settings import PULSATILE, Setting, pulse_amplitude, taken_by
from wristpulse.recordings import simulate
from wristpulse.support.errors import UserError
from wristpulse_tools.energy import assumptions, report
from wristpulse_tools.energy.charge import Sensors, battery_days, charge, light_counts, noise
from wristpulse_tools.energy.shipped import PLAIN, PROPOSED, SNIPPET, sensors, shipped
from wristpulse_tools.hardware import power_file
from wristpulse_tools.hardware.boards import HardwareError

DIM = Sensors(name="", front_end="MAX86141", led_ma=4, width_us=117.3, conversions_hz=25, acc_hz=25)


def test_the_led_takes_rate_times_width_times_current():
    plain, low_power = shipped()
    assert (plain.conversions_hz, plain.width_us, plain.led_ma, plain.acc_hz) == (400, 411, 10, 100)
    assert charge(plain).led == pytest.approx(400 * 411e-6 * 10e-3 * 2 * 1e6)
    assert charge(replace(plain, slots=3)).led == pytest.approx(3 * charge(plain).led)
    assert low_power.ppg_hz == 25 and low_power.acc_hz == 25


def test_the_low_power_image_takes_a_tenth_and_the_goal_needs_another_front_end():
    plain, low_power = map(charge, shipped())
    assert low_power.led * 60 < plain.led and low_power.device * 3 < plain.device
    assert charge(PROPOSED).goal <= 300 < low_power.goal


def test_the_policy_s_half_light_still_counts_as_skin():
    for device in (*shipped(), PROPOSED):
        assert light_counts(device) / 2 > 1.5 * DARK_COUNTS, device.name


def test_both_boards_take_the_low_power_values():
    for board in ("nrf52840dk", "nucleo_wb55rg"):
        assert '#include "sensors.dtsi"' in (SNIPPET / f"{board}.overlay").read_text()


def test_a_node_without_a_value_is_named(tmp_path):
    overlay = tmp_path / "a.overlay"
    overlay.write_text("&ppg {\n\tslots = <3>;\n};\n")
    with pytest.raises(UserError, match="mine: ppg: led-current-microamp: expected a value in devicetree"):
        sensors("mine", [overlay], PLAIN)


def test_noise_falls_with_light_width_and_range():
    assert noise(replace(DIM, led_ma=8)) < noise(DIM) < noise(replace(DIM, led_ma=1))
    assert noise(DIM) < noise(replace(DIM, width_us=14.8))
    chip = replace(DIM, front_end="MAX30101", width_us=118)
    assert noise(replace(chip, range_na=2048)) < noise(replace(chip, range_na=16384))
    bright = replace(DIM, led_ma=80)  # 4000 nA: the range's end; shot noise and the sheet's 89 dB are left
    assert 10 ** (-89 / 20) < noise(bright) < 1.3 * 10 ** (-89 / 20)


def test_battery_days():
    assert battery_days(charge(DIM).device, 200) == 2 * battery_days(charge(DIM).device, 100)


def test_every_assumption_has_a_unit_and_a_source():
    named = list(assumptions.figures())
    assert len({f.name for f in named}) == len(named) >= 12
    assert all(f.source and (f.unit or "unit" in f.name) for f in named)


def test_the_report_prints_estimates_and_sources():
    said: list[str] = []
    report.report(say=said.append, battery_mah=50)
    text = "\n".join(said)
    assert "Estimates from data sheets, not measurements" in text and "days from 50 mAh" in text
    assert "19-8445 Rev 3" in text


def profile(path: Path, seconds: float, microamperes: float, rate: float = 100.0) -> Path:
    times = np.arange(int(seconds * rate) + 1) / rate * 1e3
    rows = "".join(f"{t:.3f},{microamperes + (1 if i % 2 else -1)},0\n" for i, t in enumerate(times))
    path.write_text("Timestamp(ms),Current(uA),D0-D7\n" + rows)
    return path


def test_a_power_profiler_s_file_replaces_the_estimate(tmp_path):
    path = profile(tmp_path / "day.csv", 20, 250)
    measured = power_file.read(path)
    assert measured.microcoulombs_per_hop[0] == pytest.approx(500, abs=0.1)
    assert measured.source == "measured: Power Profiler Kit II, day.csv, 20 s"
    said: list[str] = []
    report.report(profile=path, say=said.append)
    assert any(line.strip().startswith("measured:") and "500 uC a hop" in line for line in said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "first line: expected a column Timestamp"),
        ("Timestamp(ms),Volts\n1,2\n", r"first line: expected a column Current\(uA\), found Timestamp"),
        ("Timestamp(ms),Current(uA)\n0,1\n1,x\n", "line 3: expected two numbers, found '1,x'"),
        ("Timestamp(ms),Current(uA)\n0,1\n1\n", "line 3: expected two numbers, found '1'"),
        ("Timestamp(ms),Current(uA)\n0,1\n1,nan\n", "line 3: expected finite numbers"),
        ("Timestamp(ms),Current(uA)\n0,1\n900,1\n", "expected at least 10 s, found 0.9 s"),
        ("Timestamp(ms),Current(uA)\n", "expected at least 10 s, found 0 s"),
    ],
)
def test_another_file_is_one_clear_error(tmp_path, text, expected):
    path = tmp_path / "profile.csv"
    path.write_text(text)
    with pytest.raises(HardwareError, match=expected):
        power_file.read(path)


def test_a_slower_sensor_takes_the_same_light():
    person = simulate(3, 60.0, losses=False, difficulty=0)
    slow = taken_by(person, Setting(ppg_hz=25, acc_hz=25))
    assert (slow.fs_ppg, slow.fs_acc, slow.ppg.shape[1]) == (25, 25, 1)
    assert slow.seconds == pytest.approx(person.seconds, abs=0.05)
    light = person.ppg[:, person.led].astype(float)
    at = np.arange(len(slow.ppg)) / 25
    between = np.interp(at, np.arange(len(light)) / person.fs_ppg, light)
    assert np.abs(slow.ppg[:, 0] - between).max() < 0.05 * pulse_amplitude(light, person.fs_ppg)
    same = taken_by(person, Setting(ppg_hz=1000, acc_hz=1000))
    np.testing.assert_array_equal(same.ppg[:, 0], person.ppg[:, person.led])
    np.testing.assert_array_equal(same.acc, person.acc)


def test_noise_is_a_share_of_the_pulse_and_averaging_lowers_it():
    person = simulate(3, 60.0, losses=False, difficulty=0)
    light = person.ppg[:, person.led].astype(float)
    pulse = pulse_amplitude(light, person.fs_ppg)
    clean = taken_by(person, Setting(ppg_hz=person.fs_ppg))
    for average, expected in ((1, 0.2), (4, 0.1)):
        setting = Setting(ppg_hz=person.fs_ppg, average=average, conversions_hz=1e9, noise=0.2 * PULSATILE)
        added = (taken_by(person, setting).ppg - clean.ppg)[:, 0].std() / pulse
        assert added == pytest.approx(expected, rel=0.1)
    again = taken_by(person, setting)
    np.testing.assert_array_equal(again.ppg, taken_by(person, setting).ppg)
