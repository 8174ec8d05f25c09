# SPDX-License-Identifier: Apache-2.0
"""Values in devicetree that the PPG chip cannot have do not build, and the compiler says which."""

import re
import subprocess

import pytest

from places import BUILD, ROOT
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.bare import BuildError

pytestmark = [pytest.mark.zephyr, pytest.mark.slow]


def test_bad_values_do_not_build(workspace) -> None:
    folder, suite = BUILD / "bad_values", ROOT / "tests" / "zephyr" / "max3010x"
    overlay = ROOT / "tests" / "on_target" / "bad_values.overlay"
    with pytest.raises(BuildError):
        zephyr_workspace.build("native_sim", folder, f"-DEXTRA_DTC_OVERLAY_FILE={overlay}", source=suite)
    # Once more, for all that the compiler says.
    again = subprocess.run(["cmake", "--build", folder], capture_output=True, text=True)
    said = re.findall(r'static assertion failed: "(.*)"', again.stdout + again.stderr)
    assert sorted(said) == [
        "led-current-microamp: each 0 to 51000",
        "led-current-microamp: three at most",
        "sample-rate: too high for pulse-width-us and the number of slots",
        "sample-rate: too low for sample-average, a period is 130 ms at most",
        "slots: each 1, 2 or 3",
        "slots: one to four",
        "watermark: 17 to 32",
    ]
