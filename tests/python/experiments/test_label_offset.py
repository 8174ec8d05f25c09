# SPDX-License-Identifier: Apache-2.0
"""The offset of two clocks is found again where it was made."""

from dataclasses import replace

import numpy as np
import pytest

from wristpulse.experiments import label_offset
from wristpulse.experiments.label_offset import SHIFTS_S, as_good, power_at_label
from wristpulse.recordings import simulate

RECORDING = simulate(2, 240.0, losses=False)


@pytest.mark.parametrize("late_s", [-4.0, 0.0, 7.5])
def test_a_reference_whose_clock_is_off_is_found_out(late_s):
    """Labels that say what the light says `late_s` later."""
    moved = replace(RECORDING, hr_start_s=RECORDING.hr_start_s - late_s)
    best, low, high = as_good(power_at_label(moved))
    assert abs(best - late_s) <= 1.0 and low - 0.5 <= late_s <= high + 0.5


def test_shifts_that_leave_no_window_are_unknown():
    short = replace(RECORDING, ppg=RECORDING.ppg[: int(9 * RECORDING.fs_ppg)], hr=RECORDING.hr[:1],
                    hr_start_s=RECORDING.hr_start_s[:1], activity=None, contact=None)  # fmt: skip
    share = power_at_label(short)
    assert np.isfinite(share[SHIFTS_S == 0]).all() and np.isnan(share[SHIFTS_S > 1]).all()


def test_as_good_is_around_the_best():
    share = np.full(len(SHIFTS_S), 0.1)
    share[40:43], share[60] = (0.995, 1.0, 0.992), 0.999
    assert as_good(share) == (SHIFTS_S[41], SHIFTS_S[40], SHIFTS_S[42])


def test_the_command_prints_a_line_a_recording():
    lines = []
    label_offset.report("simulator", None, lines.append, subjects=2, minutes=2.0)
    assert len(lines) == 3
    for line, name in zip(lines[1:], ("sim1", "sim2"), strict=True):
        cells = line.replace(" to ", " ").split()
        assert cells[0].startswith(name)
        taken, best, low, high, share_taken, share_best = map(float, cells[1:])
        assert taken == 0 and low <= best <= high and abs(best) <= 2
        assert 0 < share_taken <= share_best <= 1
