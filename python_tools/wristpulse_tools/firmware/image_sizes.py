# SPDX-License-Identifier: Apache-2.0
"""Build the images of docs/firmware.md and print the table of their sizes: `invoke image-sizes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wristpulse.support.errors import UserError
from wristpulse.support.markdown import table
from wristpulse_tools.firmware import zephyr_workspace

SAMPLE_KEY = "-DSB_CONFIG_PULSE_SAMPLE_KEY=y"  # sizes do not depend on the key


class ImageError(UserError):
    """There is no such image; the message lists those that there are."""


@dataclass(frozen=True)
class Image:
    """An image. bootloader: with MCUboot, whose own size is a row beside it."""

    board: str
    snippets: str = ""  # separated by ;
    words: str = ""
    bootloader: bool = False

    @property
    def name(self) -> str:
        """What --images selects it by, and its build folder's name."""
        parts = (self.board.replace("/", "_"), *self.snippets.replace("pulse-", "").split(";"))
        return "-".join(filter(None, (*parts, "mcuboot" if self.bootloader else "")))

    @property
    def title(self) -> str:
        options = [*(f"-S {snippet}" for snippet in self.snippets.split(";") if snippet)]
        options += ["--sysbuild"] if self.bootloader else []
        return f"`{self.board}`" + (f" {self.words} (`{' '.join(options)}`)" if options else "")


IMAGES = (
    Image("nrf52840dk"),
    Image("nrf52840dk", "pulse-shell", "with the shell and stored settings"),
    Image("nrf52840dk", "pulse-bluetooth", "with Bluetooth, bonds and settings"),
    Image("nrf52840dk", "pulse-low-power", "for low power"),
    Image("nrf52840dk", "pulse-tracing", "with tracing"),
    Image("nrf52840dk", "pulse-product", "as a product, with update over Bluetooth", bootloader=True),
    Image("nucleo_wb55rg"),
    Image("nucleo_wb55rg", "pulse-bluetooth", "with Bluetooth, bonds and settings"),
    Image("nrf5340dk/nrf5340/cpuapp"),
    Image("xiao_ble/nrf52840/sense"),
    Image("pinetime_devkit0"),
)


def row(title: str, sizes: dict[str, int]) -> tuple[str, str, str]:
    """A row of the table, in kB of 1,000 bytes."""
    return title, f"{sizes['flash'] / 1000:.1f} kB", f"{sizes['ram'] / 1000:.1f} kB"


def rows(images: Sequence[Image], folder: Path, say: Callable[[str], None]) -> Iterator[Sequence[str]]:
    """Rows of the table, each once its image is built below `folder`."""
    for image in images:
        say(f"{image.name}: building")
        place = folder / image.name
        options = [f"-DSNIPPET={image.snippets}"] if image.snippets else []
        if image.bootloader:
            bootloader, place = zephyr_workspace.build_with_bootloader(
                image.board, place, *options, SAMPLE_KEY
            )
            yield row(image.title, zephyr_workspace.sizes(place))
            yield row(f"MCUboot on `{image.board}`", zephyr_workspace.sizes(bootloader))
            continue
        zephyr_workspace.build(image.board, place, *options)
        yield row(image.title, zephyr_workspace.sizes(place))


def select(names: Sequence[str] | None) -> list[Image]:
    """Images by name, all for None. ImageError for another name."""
    by_name = {image.name: image for image in IMAGES}
    if unknown := [name for name in names or () if name not in by_name]:
        raise ImageError("--images", "", ", ".join(by_name), ", ".join(unknown))
    return [by_name[name] for name in names] if names else list(IMAGES)


def size_table(names: Sequence[str] | None, folder: Path, say: Callable[[str], None]) -> str:
    """The table of docs/firmware.md. BuildError if an image does not build."""
    return table(("image", "flash", "RAM"), rows(select(names), folder, say))
