# SPDX-License-Identifier: Apache-2.0
"""Bluetooth end to end without a radio: the Heart Rate Service, and who may write."""

import asyncio
import re
import struct
from pathlib import Path

import pytest

from places import BUILD
from wristpulse.core.replay import write_replay
from wristpulse.core.result import Result, State, parse
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import zephyr_workspace
from wristpulse_tools.firmware.places import ROOT

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble import core  # noqa: E402
from bumble.att import ErrorCode  # noqa: E402
from bumble.link import LocalLink  # noqa: E402

from virtual_radio import HEART_RATE, HUNG_S, LOCATION, MEASUREMENT, Central, Sensor, finish, running  # noqa: E402

pytestmark = pytest.mark.zephyr

VERSION = ".".join(re.findall(r"= *(\d+)", (ROOT / "VERSION").read_text())[:3]).encode()
CONTACT, NO_CONTACT = 0x06, 0x04  # flags: 8-bit rate, contact supported; and detected; no RR intervals
DEVICE_INFORMATION, MODEL, FIRMWARE = (core.UUID.from_16_bits(n) for n in (0x180A, 0x2A24, 0x2A26))
BATTERY, LEVEL = (core.UUID.from_16_bits(n) for n in (0x180F, 0x2A19))
CONFIG, VALUES = (core.UUID(f"B216000{n}-6C59-4ED9-B0EB-35608D37F861") for n in (1, 2))
HEALTH, RECORD = (core.UUID(f"B216001{n}-6C59-4ED9-B0EB-35608D37F861") for n in (1, 2))
RUNNING = 1  # enum pulse_sensor_state
POLICY, LED_UA = 0, 1  # enum pulse_config_key
PAIRING_S = 60  # CONFIG_PULSE_PAIRING_S
PRESSED_US = 90_000_000  # when the button is held
HELD_US = (17_000_000, 21_500_000)  # the system work queue is kept busy, as by a flash that is erased


@pytest.fixture(scope="module")
def image(workspace) -> Path:
    return zephyr_workspace.build("native_sim", BUILD / "bluetooth", "-DSNIPPET=pulse-bluetooth")


@pytest.fixture
def recording(tmp_path) -> Path:
    """A minute at rest; from 24 to 40 s the sensor lies in the dark."""
    stream = to_counts(simulate(1, 60))
    dark = (stream.t_ppg_us >= 24_000_000) & (stream.t_ppg_us < 40_000_000)
    ppg = stream.ppg.copy()
    ppg[dark] = 0
    write_replay(tmp_path / "wrist.pulse", SensorStream(ppg, stream.t_ppg_us, stream.acc, stream.t_acc_us))
    return tmp_path / "wrist.pulse"


def valid(lines: list[str]) -> list[Result]:
    return [result for result in map(parse, lines) if result is not None and result.state is State.VALID]


def valid_bpm(lines: list[str]) -> list[int]:
    return [result.bpm_q8 + 128 >> 8 for result in valid(lines)]


async def session(image: Path, recording: Path) -> tuple[Central, list[str]]:
    link = LocalLink()
    async with running(image, link, recording, recording.with_suffix(".flash")) as sensor:
        central = Central(link)
        await central.device.power_on()
        await central.connect()
        await asyncio.wait_for(play(central, sensor), HUNG_S)
        await asyncio.wait_for(sensor.process.wait(), HUNG_S)  # its last line comes before its end
    assert sensor.process.returncode == 0, sensor.lines[-1:]
    return central, sensor.lines


async def play(central: Central, sensor: Sensor) -> None:
    """Subscribe; in the dark, go away and come back, up to the end of the recording."""
    assert await central.characteristic(HEART_RATE, LOCATION).read_value() == b"\x02"  # wrist
    assert await central.characteristic(DEVICE_INFORMATION, MODEL).read_value() == b"pulse-on-a-wrist"
    assert await central.characteristic(DEVICE_INFORMATION, FIRMWARE).read_value() == VERSION
    assert central.peer.get_services_by_uuid(BATTERY) == []  # no gauge, no level
    with pytest.raises(core.ProtocolError):
        await central.characteristic(HEART_RATE, MEASUREMENT).write_value(b"\x06\x40", with_response=True)
    await central.subscribe()
    for _ in range(2):  # the first is notified
        await sensor.until(lambda line: "state=no-contact" in line)
    await central.disconnect()
    await central.connect()
    await central.subscribe()
    await sensor.until(lambda line: line.startswith("END "))


def test_valid_heart_rates_are_notified_and_lost_contact_once(image, recording) -> None:
    held_ms = (HELD_US[1] - HELD_US[0]) // 1000
    recording.with_name(f"{recording.name}.faults").write_text(f"{HELD_US[0]} hold {held_ms}\n")
    central, lines = asyncio.run(session(image, recording))
    expected = valid_bpm(lines)
    assert len(expected) >= 10
    # Some while nothing could be sent: each is kept until it can.
    assert sum(HELD_US[0] < result.time_us < HELD_US[1] for result in valid(lines)) >= 2
    # One a valid hop, in order; then the light goes, which is said once, and no rate stays on show.
    rates = [value[1] for value in central.notified if value[0] == CONTACT]
    lost = [value for value in central.notified if value[0] != CONTACT]
    assert rates == expected
    assert lost == [bytes([NO_CONTACT, 0])]


async def refusal(phone: Central, content: bytes) -> int:
    """The ATT error with which a write to the settings is refused."""
    with pytest.raises(core.ProtocolError) as refused:
        await phone.characteristic(CONFIG, VALUES).write_value(content, with_response=True)
    return refused.value.error_code


async def values(phone: Central) -> list[int]:
    content = await phone.characteristic(CONFIG, VALUES).read_value()
    return list(struct.unpack(f"<{len(content) // 4}i", content))


async def write(phone: Central, key: int, value: int) -> None:
    await phone.characteristic(CONFIG, VALUES).write_value(struct.pack("<Bi", key, value), with_response=True)
    assert (await values(phone))[key] == value


async def pair_and_write(phone: Central) -> None:
    before = await values(phone)
    assert await refusal(phone, struct.pack("<Bi", LED_UA, 5000)) == ErrorCode.INSUFFICIENT_AUTHENTICATION
    assert await values(phone) == before
    await phone.pair()
    await write(phone, LED_UA, 5000)
    assert await refusal(phone, struct.pack("<Bi", LED_UA, 51_001)) == 0xFF  # out of range
    assert await refusal(phone, struct.pack("<Bi", 99, 1)) == 0x13  # value not allowed: no such key
    assert await refusal(phone, b"\x01") == ErrorCode.INVALID_ATTRIBUTE_LENGTH
    assert (await values(phone))[LED_UA] == 5000


async def come_back(phone: Central, key: int, value: int) -> None:
    """With its bond, and no further pairing."""
    await phone.connect()
    assert await refusal(phone, struct.pack("<Bi", key, value)) == ErrorCode.INSUFFICIENT_ENCRYPTION
    await phone.peer.connection.encrypt()
    await write(phone, key, value)
    await phone.disconnect()


async def bonds(image: Path, recording: Path, flash: Path) -> None:
    link = LocalLink()
    phone, stranger = Central(link), Central(link, "F0:F1:F2:F3:F4:F6")
    await phone.device.power_on()
    await stranger.device.power_on()
    async with running(image, link, recording, flash):
        await phone.connect()
        await pair_and_write(phone)
        await phone.disconnect()
        await come_back(phone, POLICY, 1)
    async with running(image, link, recording, flash, speed=10) as sensor:  # after a restart
        await phone.connect()
        assert (await values(phone))[: LED_UA + 1] == [1, 5000]
        await phone.disconnect()
        await come_back(phone, LED_UA, 6000)
        await sensor.until(lambda line: (hop := parse(line)) and hop.time_us > (PAIRING_S + 2) * 1e6)
        await stranger.connect()
        with pytest.raises(core.ProtocolError):
            await stranger.pair()
        assert await refusal(stranger, struct.pack("<Bi", POLICY, 0)) == ErrorCode.INSUFFICIENT_AUTHENTICATION
        assert (await values(stranger))[: LED_UA + 1] == [1, 6000]


def test_only_a_phone_paired_in_time_writes_and_its_bond_outlives_a_restart(image, tmp_path) -> None:
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 120)))
    finish(bonds(image, tmp_path / "wrist.pulse", tmp_path / "flash.bin"))


async def again_and_others(image: Path, recording: Path, flash: Path) -> None:
    link = LocalLink()
    phones = [Central(link, f"F0:F1:F2:F3:F4:E{n}") for n in range(3)]
    async with running(image, link, recording, flash):
        for n, phone in enumerate(phones):
            await phone.device.power_on()
            await pair_afresh(phone, 5000 + 200 * n)
        for phone in phones[1:]:  # the two that there is room for
            await come_back(phone, POLICY, 0)
        await forget(phones[2])
        await pair_afresh(phones[2], 7000)
        await come_back(phones[2], POLICY, 1)


async def pair_afresh(phone: Central, led_ua: int) -> None:
    await phone.connect()
    await phone.pair()
    await write(phone, LED_UA, led_ua)
    await phone.disconnect()


async def forget(phone: Central) -> None:
    """What a user taps, for the device is not asked."""
    await phone.device.keystore.delete_all()


def test_while_pairing_is_open_a_phone_may_forget_and_a_third_one_come(image, tmp_path) -> None:
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 60)))
    finish(again_and_others(image, tmp_path / "wrist.pulse", tmp_path / "flash"))


async def two_at_once(image: Path, recording: Path) -> tuple[list[Central], bytes, list[str]]:
    link = LocalLink()
    phones = [Central(link), Central(link, "F0:F1:F2:F3:F4:F6")]
    async with running(image, link, recording, recording.with_suffix(".flash")) as sensor:
        for phone in phones:
            await phone.device.power_on()
            await phone.connect()
            await phone.subscribe()
        start = len(sensor.lines)
        await sensor.until(lambda line: "state=valid" in line)
        record = await phones[1].characteristic(HEALTH, RECORD).read_value()
        await sensor.until(lambda line: line.startswith("END "))
    return phones, record, sensor.lines[start:]


def follows(heard: list[int], expected: list[int]) -> int:
    """How many of the last values heard are a stretch of those expected: the image may end first."""
    for count in range(min(len(heard), len(expected)), 0, -1):
        tail = heard[-count:]
        if any(expected[at : at + count] == tail for at in range(len(expected) - count + 1)):
            return count
    return 0


def test_a_second_phone_connects_and_reads_how_the_device_is(image, tmp_path) -> None:
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 60)))
    phones, record, lines = finish(two_at_once(image, tmp_path / "wrist.pulse"))
    expected = valid_bpm(lines)
    assert len(expected) >= 5
    for phone in phones:
        assert follows([value[1] for value in phone.notified], expected) >= 5
    version, acc, ppg, _, cause, hung, crashes, reason = struct.unpack_from("<4B4I", record)
    assert (version, acc, ppg, len(record)) == (1, RUNNING, RUNNING, 44)
    assert (cause, hung, crashes, reason) == (0, 0, 0, 0) and record[20:] == bytes(24)


async def held(image: Path, recording: Path) -> None:
    link = LocalLink()
    phone = Central(link)
    await phone.device.power_on()
    async with running(image, link, recording, recording.with_suffix(".flash"), speed=10) as sensor:
        await sensor.until(lambda line: (hop := parse(line)) and hop.time_us > (PAIRING_S + 2) * 1e6)
        await phone.connect()
        with pytest.raises(core.ProtocolError):
            await phone.pair()
        await phone.disconnect()
        await sensor.until(lambda line: (hop := parse(line)) and hop.time_us > PRESSED_US + 4e6)
        await phone.connect()
        await phone.pair()
        await write(phone, LED_UA, 5000)


@pytest.mark.slow
def test_a_button_that_is_held_opens_pairing(workspace, tmp_path) -> None:
    """A short press does not: 1 s before the time at which the phone is refused."""
    overlay = Path(__file__).with_name("button.overlay")
    options = ("-DSNIPPET=pulse-bluetooth", f"-DEXTRA_DTC_OVERLAY_FILE={overlay}")
    image = zephyr_workspace.build("native_sim", BUILD / "bluetooth-button", *options)
    write_replay(tmp_path / "wrist.pulse", to_counts(simulate(1, 150)))
    presses = f"{PAIRING_S * 10**6 + 1_000_000} press 1000\n{PRESSED_US} press 3500\n"
    (tmp_path / "wrist.pulse.faults").write_text(presses)
    finish(held(image, tmp_path / "wrist.pulse"))


async def level(image: Path, recording: Path) -> bytes:
    link = LocalLink()
    async with running(image, link, recording, recording.with_suffix(".flash")):
        phone = Central(link)
        await phone.device.power_on()
        await phone.connect()
        return await phone.characteristic(BATTERY, LEVEL).read_value()


@pytest.mark.slow
def test_the_batterys_level_is_the_fuel_gauges(workspace, recording) -> None:
    overlay = Path(__file__).with_name("fuel_gauge.overlay")
    image = zephyr_workspace.build(
        "native_sim",
        BUILD / "bluetooth-battery",
        *("-DSNIPPET=pulse-bluetooth", f"-DEXTRA_DTC_OVERLAY_FILE={overlay}"),
    )
    assert finish(level(image, recording)) == b"\x01"  # Zephyr's emulator's
