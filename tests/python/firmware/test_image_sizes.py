# SPDX-License-Identifier: Apache-2.0
"""The images whose sizes `invoke image-sizes` prints, and that the documentation has each of them."""

import re
from pathlib import Path

import pytest

from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.image_sizes import IMAGES, ImageError, row, rows, select

PAGE = Path(__file__).parents[3] / "docs" / "firmware.md"


def test_images_are_selected_by_name() -> None:
    assert select(None) == list(IMAGES)
    [image] = select(["nrf52840dk-product-mcuboot"])
    assert image.snippets == "pulse-product" and image.bootloader
    with pytest.raises(ImageError, match="--images: expected nrf52840dk, .*, found nrf52840"):
        select(["nrf52840"])


def test_a_row_is_a_row_of_the_table() -> None:
    assert row("`nrf52840dk`", {"flash": 80_240, "ram": 42_049}) == ("`nrf52840dk`", "80.2 kB", "42.0 kB")


def test_a_boards_bootloader_has_one_line(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(
        zephyr_workspace, "build_with_bootloader", lambda _board, folder, *_options: (folder / "boot", folder)
    )
    monkeypatch.setattr(zephyr_workspace, "sizes", lambda _folder: {"flash": 1000, "ram": 1000})
    images = select(["nrf52840dk-product-mcuboot", "nrf52840dk-product-coredump-mcuboot"])
    lines = list(rows(images, tmp_path, lambda _line: None))
    assert [line[0].split(" (")[0] for line in lines] == [
        "`nrf52840dk` as a product, with update over Bluetooth",
        "MCUboot on `nrf52840dk`",
        "`nrf52840dk` as a product, with coredump",
    ]


def test_the_documentation_has_every_image() -> None:
    text = PAGE.read_text()
    for image in IMAGES:
        assert f"| {image.title} | " in text, image.name


@pytest.mark.parametrize("page", ["README.md", "docs/start/firmware_engineer.md"])
def test_other_pages_state_the_sizes_of_the_table(page) -> None:
    sizes = re.search(r"^\| `nrf52840dk` \| ([\d.]+ kB) \| ([\d.]+ kB) \|$", PAGE.read_text(), re.M)
    assert sizes
    stated = [
        line for line in (PAGE.parents[1] / page).read_text().splitlines() if "image on nRF52840" in line
    ]
    assert stated and all(size in "".join(stated) for size in sizes.groups())
