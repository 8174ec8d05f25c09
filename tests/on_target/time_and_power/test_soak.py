# SPDX-License-Identifier: Apache-2.0
"""Hours with a failing sensor: no reset, no stuck state, and every fault is counted once."""

import os

import pytest

from places import BUILD
from wristpulse_tools.replay.soak import soak

pytestmark = [pytest.mark.qemu, pytest.mark.zephyr, pytest.mark.slow]
HOURS = float(os.environ.get("PULSE_SOAK_HOURS", "1"))


def test_counters_add_up_to_the_faults(workspace, record_property) -> None:
    result = soak(HOURS, BUILD / "soak")
    for name, value in {**result.faults, **result.closing, "seconds": result.seconds}.items():
        record_property(name, value)
    assert result.problems == []
    assert min(result.faults.values()) >= 10 * HOURS  # about 28 an hour of each kind
