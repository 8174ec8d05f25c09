# SPDX-License-Identifier: Apache-2.0
"""The images for real boards link, within budgets of flash and RAM, and are as large as documented."""

import re
import subprocess
import sys

import pytest

from places import BUILD, ROOT
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.bare import BuildError

pytestmark = pytest.mark.zephyr

SAMPLE_KEY = "-DSB_CONFIG_PULSE_SAMPLE_KEY=y"
DRIFT = 0.03  # of a size in the documentation, from what is built
# Bytes. What the image took when the budget was set, and a tenth: a change beyond it wants a reason.
# The sensors' supervisor, work queue and driver thread took 5 kB of flash and 3.5 kB of RAM.
BUDGETS = [
    pytest.param("nrf52840dk", "", 88_500, 46_500, id="nrf52840dk"),
    # Shell, NVS and settings: 22 kB.
    pytest.param("nrf52840dk", "pulse-shell", 113_500, 50_500, id="nrf52840dk-shell", marks=pytest.mark.slow),
    pytest.param(
        "nrf52840dk", "pulse-low-power", 83_500, 46_000, id="nrf52840dk-low-power", marks=pytest.mark.slow
    ),
    pytest.param(
        "nrf52840dk", "pulse-tracing", 95_500, 54_000, id="nrf52840dk-tracing", marks=pytest.mark.slow
    ),
    pytest.param("nucleo_wb55rg", "", 91_500, 46_000, id="nucleo_wb55rg", marks=pytest.mark.slow),
    pytest.param(
        "nrf52840dk", "pulse-bluetooth", 252_000, 69_500, id="nrf52840dk-bluetooth", marks=pytest.mark.slow
    ),
    pytest.param(
        "nucleo_wb55rg",
        "pulse-bluetooth",
        168_000,
        62_500,
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
    stated = documented()[board, snippet]
    assert stated == pytest.approx((sizes["flash"] / 1000, sizes["ram"] / 1000), rel=DRIFT), sizes


def documented() -> dict[tuple[str, str], tuple[float, float]]:
    """Flash and RAM in kB that docs/firmware.md states, by board and snippet."""
    text = (ROOT / "docs" / "firmware.md").read_text()
    rows = re.findall(r"^\| `(\w+)`(?: .*\(`-S ([\w-]+)`\))? \| ([\d.]+) kB \| ([\d.]+) kB \|", text, re.M)
    return {(board, snippet): (float(flash), float(ram)) for board, snippet, flash, ram in rows}


@pytest.fixture(scope="module")
def signed(workspace):
    """Folders of MCUboot and of the application, signed with MCUboot's own key."""
    folder = BUILD / "images" / "nrf52840dk-mcuboot"
    return zephyr_workspace.build_with_bootloader("nrf52840dk", folder, SAMPLE_KEY)


@pytest.mark.slow
def test_the_product_builds_with_its_bootloader_and_the_snippet_is_the_applications(workspace) -> None:
    folder = BUILD / "images" / "nrf52840dk-product"
    options = ("-DSNIPPET=pulse-product", SAMPLE_KEY)
    bootloader, application = zephyr_workspace.build_with_bootloader("nrf52840dk", folder, *options)
    config = (application / "zephyr" / ".config").read_text()
    wanted = ("BT", "PM_DEVICE_RUNTIME", "BOOTLOADER_MCUBOOT", "PULSE_WATCHDOG", "TASK_WDT_HW_FALLBACK")
    for name in (*wanted, "HWINFO", "PULSE_BLUETOOTH_HEALTH", "PULSE_CONFIRM_IMAGE"):
        assert f"CONFIG_{name}=y\n" in config, name
    assert "CONFIG_BT=y" not in (bootloader / "zephyr" / ".config").read_text()
    assert "sense-edge-mask = < 0x18 >" in (application / "zephyr" / "zephyr.dts").read_text()
    sizes = zephyr_workspace.sizes(application)
    assert 0 < sizes["flash"] <= 246_000 and 0 < sizes["ram"] <= 80_500, sizes
    # The update over Bluetooth: MCUmgr's buffers and stack, and packets of 251 bytes, are 10 kB of RAM.
    assert "CONFIG_PULSE_BLUETOOTH_UPDATE=y\n" in config


@pytest.mark.slow
@pytest.mark.parametrize(
    ("board", "snippets", "partition"),
    [
        ("nrf52840dk", "pulse-product;pulse-coredump", "reg = < 0xfe000 0x2000 >"),
        ("nucleo_wb55rg", "pulse-coredump", "reg = < 0xda000 0x1000 >"),
    ],
)
def test_boards_have_room_for_a_coredump(board, snippets, partition, workspace) -> None:
    folder = BUILD / "images" / f"{board}-coredump"
    zephyr_workspace.build(board, folder, f"-DSNIPPET={snippets}")
    assert "CONFIG_PULSE_COREDUMP=y\n" in (folder / "zephyr" / ".config").read_text()
    devicetree = (folder / "zephyr" / "zephyr.dts").read_text()
    assert partition in devicetree.split("coredump_partition:")[1].split("};")[0]


@pytest.mark.slow
def test_mcuboots_public_key_is_refused_unless_one_says_so(workspace) -> None:
    with pytest.raises(BuildError, match="expected a key of your own"):
        zephyr_workspace.build_with_bootloader("nrf52840dk", BUILD / "images" / "nrf52840dk-no-key")


def verify(image, key) -> str:
    words = ["-m", "imgtool.main", "verify", "-k", key, image]
    run = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True)
    return run.stdout + run.stderr if run.returncode else "verified"


@pytest.mark.slow
def test_bootloader_and_signed_image_are_within_their_places(signed, record_property) -> None:
    bootloader, application = map(zephyr_workspace.sizes, signed)
    record_property("mcuboot_flash", bootloader["flash"])
    assert 0 < bootloader["flash"] <= 32_700, bootloader  # its partition has 48 KiB
    image = signed[1] / "zephyr" / "zephyr.signed.bin"
    assert application["flash"] < image.stat().st_size <= 97_000
    # An update on trial confirms itself.
    assert "boot_write_img_confirmed" in (signed[1] / "zephyr" / "zephyr.map").read_text()


@pytest.mark.slow
def test_the_signature_is_the_keys_and_the_images(signed, workspace, tmp_path) -> None:
    image = signed[1] / "zephyr" / "zephyr.signed.bin"
    keys = workspace.parent / "bootloader" / "mcuboot"
    assert verify(image, keys / "root-ec-p256.pem") == "verified"
    damaged = bytearray(image.read_bytes())
    damaged[0x1000] ^= 1
    (tmp_path / "damaged.bin").write_bytes(damaged)
    assert "invalid hash" in verify(tmp_path / "damaged.bin", keys / "root-ec-p256.pem")
    other = tmp_path / "other.pem"
    subprocess.run(
        [sys.executable, "-m", "imgtool.main", "keygen", "-k", other, "-t", "ecdsa-p256"], check=True
    )
    assert "No signature found for the given key" in verify(image, other)
