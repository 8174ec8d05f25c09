# SPDX-License-Identifier: Apache-2.0
"""Firmware update over Bluetooth, up to the second slot: the product's image on native_sim."""

import hashlib
import random
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble import core  # noqa: E402
from bumble.att import ErrorCode  # noqa: E402
from bumble.link import LocalLink  # noqa: E402

from smp_client import ECHO, IMAGE, OS, READ, STATE, WRITE, Updater, message  # noqa: E402
from virtual_radio import HUNG_S, Central, finish, running  # noqa: E402

pytestmark = pytest.mark.zephyr

SLOT_0, SLOT_1, SLOT_BYTES = 0xC000, 0x75000, 0x69000  # native_sim's devicetree
FLASH_BYTES = 0x200000
# The end of a slot as MCUboot leaves it behind a swap (its docs/design.md, "Image trailer", 8 bytes a field).
MAGIC = bytes.fromhex("77c295f360d2ef7f3552500f2cb67980")
COPY_DONE, IMAGE_OK = (SLOT_0 + SLOT_BYTES - len(MAGIC) - 8 * n for n in (2, 1))
VERSION = "1.2.3"


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    return zephyr_workspace.build("native_sim", BUILD / "product", "-DSNIPPET=pulse-product")


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("update") / "wrist.pulse"
    write_replay(path, to_counts(simulate(1, 120)))
    return path


@pytest.fixture(scope="module")
def update(tmp_path_factory) -> bytes:
    """20 kB in MCUboot's format, signed."""
    folder = tmp_path_factory.mktemp("signed")
    imgtool = (sys.executable, "-m", "imgtool.main")
    (folder / "app.bin").write_bytes(random.Random(1).randbytes(20_000))
    subprocess.run([*imgtool, "keygen", "-k", folder / "key.pem", "-t", "ecdsa-p256"], check=True)
    subprocess.run(
        [
            *(*imgtool, "sign", "--key", folder / "key.pem", "--version", VERSION, "--align", "4"),
            *("--header-size", "0x200", "--pad-header", "--slot-size", str(SLOT_BYTES)),
            *(folder / "app.bin", folder / "signed.bin"),
        ],
        check=True,
    )
    return (folder / "signed.bin").read_bytes()


def mcuboot_hash(image: bytes) -> bytes:
    """SHA-256 of header, image and protected trailer, which MCUboot signs (its docs/design.md)."""
    magic, _, header, protected, size = struct.unpack_from("<IIHHI", image)
    assert magic == 0x96F3B83D
    return hashlib.sha256(image[: header + size + protected]).digest()


async def a_bonded_phone(link: LocalLink) -> Updater:
    phone = Central(link)
    await phone.device.power_on()
    await phone.connect()
    await phone.pair()
    updater = Updater(phone)
    await updater.open()
    return updater


async def come_back(updater: Updater) -> None:
    await updater.phone.connect()
    await updater.phone.peer.connection.encrypt()
    await updater.open()


async def brought(image: Path, recording: Path, flash: Path, update: bytes) -> list[dict]:
    link = LocalLink()
    async with running(image, link, recording, flash):
        updater = await a_bonded_phone(link)
        assert (await updater.ask(WRITE, OS, ECHO, {"d": "pulse"}))["r"] == "pulse"
        started, _ = await updater.upload(update, until=len(update) // 2)
        assert started < 200
        await updater.phone.disconnect()  # the phone walks away
        await come_back(updater)
        resumed, answer = await updater.upload(update)
        assert resumed >= len(update) // 2
        assert answer["off"] == len(update)
        slot = (await updater.images())[-1]
        trial = {"hash": slot["hash"], "confirm": False}
        return [slot, (await updater.ask(WRITE, IMAGE, STATE, trial))["images"][-1]]


def test_a_bonded_phone_brings_an_update_into_the_second_slot(image, recording, update, tmp_path) -> None:
    flash = tmp_path / "flash.bin"
    work = brought(image, recording, flash, update)
    arrived, on_trial = finish(work)
    assert (arrived["slot"], arrived["version"], arrived["pending"]) == (1, VERSION, False)
    assert arrived["hash"] == mcuboot_hash(update)
    assert flash.read_bytes()[SLOT_1 : SLOT_1 + len(update)] == update
    # MCUboot's next start tries it; it stays only if it confirms itself.
    assert (on_trial["pending"], on_trial["permanent"]) == (True, False)


@pytest.fixture
def flash_on_trial(tmp_path) -> Path:
    """Flash of a device whose image MCUboot has swapped in and would revert."""
    flash = bytearray(b"\xff" * FLASH_BYTES)
    flash[SLOT_0 + SLOT_BYTES - len(MAGIC) : SLOT_0 + SLOT_BYTES] = MAGIC
    flash[COPY_DONE] = 1
    (tmp_path / "trial.bin").write_bytes(flash)
    return tmp_path / "trial.bin"


async def ended(image: Path, recording: Path, flash: Path) -> list[str]:
    """Lines of a whole recording beside a controller that works."""
    async with running(image, LocalLink(), recording, flash) as sensor:
        await sensor.until(lambda line: line.startswith("END "))
    return sensor.lines


def test_an_image_on_trial_confirms_itself_with_a_hop_and_bluetooth(image, flash_on_trial, tmp_path) -> None:
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 20)))
    lines = finish(ended(image, tmp_path / "wrist.pulse", flash_on_trial))
    assert any(line.startswith("HOP ") for line in lines)
    assert flash_on_trial.read_bytes()[IMAGE_OK] == 1


def test_without_a_hop_it_stays_on_trial(image, flash_on_trial, tmp_path) -> None:
    whole = to_counts(simulate(1, 20))
    light, motion = whole.t_ppg_us < 1_500_000, whole.t_acc_us < 1_500_000
    short = SensorStream(whole.ppg[light], whole.t_ppg_us[light], whole.acc[motion], whole.t_acc_us[motion])
    write_replay(tmp_path / "short.pulse", short)
    lines = finish(ended(image, tmp_path / "short.pulse", flash_on_trial))
    assert lines[-1].startswith("END hops=0 ")
    assert flash_on_trial.read_bytes()[IMAGE_OK] == 0xFF


def test_without_bluetooth_it_stays_on_trial(image, flash_on_trial, tmp_path) -> None:
    """The next update would have no way in."""
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 20)))
    with socket.socket() as nobody:  # bound, and listens to nobody
        nobody.bind(("127.0.0.1", 0))
        controller = f"--bt-dev=127.0.0.1:{nobody.getsockname()[1]}"
        words = (image, controller, f"--flash={flash_on_trial}", f"--replay={tmp_path / 'wrist.pulse'}")
        run = subprocess.run(words, capture_output=True, text=True, timeout=HUNG_S, check=False)
    assert "ERROR bluetooth: " in run.stdout and "HOP 0 " in run.stdout, run.stdout + run.stderr
    assert flash_on_trial.read_bytes()[IMAGE_OK] == 0xFF


async def refused(image: Path, recording: Path, flash: Path, update: bytes) -> None:
    link = LocalLink()
    first, begin = {"image": 0, "len": len(update), "off": 0}, update[:100]
    write = message(WRITE, IMAGE, 1, {**first, "data": begin})
    async with running(image, link, recording, flash):
        stranger = Central(link)
        await stranger.device.power_on()
        await stranger.connect()
        updater = Updater(stranger)
        await updater.open()
        with pytest.raises(core.ProtocolError) as error:
            await updater.characteristic.write_value(write, with_response=True)
        assert error.value.error_code == ErrorCode.INSUFFICIENT_AUTHORIZATION
        with pytest.raises(TimeoutError):
            await updater.ask(READ, IMAGE, STATE, {}, seconds=2)
        with pytest.raises(TimeoutError):
            await updater.ask(WRITE, OS, 5, {}, seconds=2)  # reset
        await stranger.pair()
        assert await updater.images() == []  # now it may ask; nothing was written


def test_who_is_not_bonded_may_not_update_or_reset(image, recording, update, tmp_path) -> None:
    flash = tmp_path / "flash.bin"
    finish(refused(image, recording, flash, update))
    assert flash.read_bytes()[SLOT_1 : SLOT_1 + SLOT_BYTES] == b"\xff" * SLOT_BYTES
