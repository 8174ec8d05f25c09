# SPDX-License-Identifier: Apache-2.0
"""Link-time optimisation: refused in words where Zephyr would drop it, else the same hops."""

import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.result import parse
from wristpulse.core.sensor import to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.bare import BuildError

pytestmark = [pytest.mark.zephyr, pytest.mark.slow]


def test_lto_is_not_dropped_in_silence(workspace) -> None:
    with pytest.raises(BuildError, match="CONFIG_LTO: expected CONFIG_ISR_TABLES_LOCAL_DECLARATION=y"):
        zephyr_workspace.build("mps2_an386", BUILD / "lto-alone", "-DCONFIG_LTO=y")


@pytest.mark.qemu
def test_lto_gives_the_same_hops(workspace, images, model_dir, boot, tmp_path) -> None:
    options = ("-DCONFIG_LTO=y", "-DCONFIG_ISR_TABLES_LOCAL_DECLARATION=y", f"-DPULSE_MODEL_DIR={model_dir}")
    image = zephyr_workspace.build("mps2_an386", BUILD / "lto", *options)
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 30)))
    lines = [
        boot("mps2_an386", tmp_path / "wrist.pulse", image=one).run()[1]
        for one in (image, images("mps2_an386"))
    ]
    hops = [[hop for hop in map(parse, said) if hop is not None] for said in lines]
    assert len(hops[0]) >= 10 and hops[0] == hops[1]
