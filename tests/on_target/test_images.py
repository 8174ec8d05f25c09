# SPDX-License-Identifier: Apache-2.0
"""The images for real boards link, within budgets of flash and RAM."""

import pytest
from places import BUILD

from python_tools import zephyr_workspace

pytestmark = pytest.mark.zephyr

# Bytes. What the image took when the budget was set, and a tenth: a change beyond it wants a reason.
BUDGETS = [
    pytest.param("nrf52840dk", "", 76_000, 41_500, id="nrf52840dk"),
    # Shell, NVS and settings: 22 kB.
    pytest.param("nrf52840dk", "pulse-shell", 104_500, 46_000, id="nrf52840dk-shell", marks=pytest.mark.slow),
    pytest.param("nucleo_wb55rg", "", 106_000, 37_500, id="nucleo_wb55rg", marks=pytest.mark.slow),
    pytest.param(
        "nrf52840dk", "pulse-bluetooth", 190_000, 55_000, id="nrf52840dk-bluetooth", marks=pytest.mark.slow
    ),
    pytest.param(
        "nucleo_wb55rg",
        "pulse-bluetooth",
        126_000,
        52_000,
        id="nucleo_wb55rg-bluetooth",
        marks=pytest.mark.slow,
    ),
]


@pytest.mark.parametrize(("board", "snippet", "flash", "ram"), BUDGETS)
def test_image_is_within_budget(board, snippet, flash, ram, workspace, record_property) -> None:
    folder = BUILD / "images" / f"{board}-{snippet or 'plain'}"
    zephyr_workspace.build(board, folder, *([f"-DSNIPPET={snippet}"] if snippet else []))
    sizes = zephyr_workspace.sizes(folder)
    for name, size in sizes.items():
        record_property(name, size)
    assert 0 < sizes["flash"] <= flash and 0 < sizes["ram"] <= ram, sizes
