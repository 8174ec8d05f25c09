# SPDX-License-Identifier: Apache-2.0
"""The phone of the Bluetooth tests itself: it gives up an address that is gone and connects to the next."""

import pytest

pytest.importorskip("bumble", reason="bumble is not installed")

from bumble import core, hci  # noqa: E402
from bumble.link import LocalLink  # noqa: E402

from virtual_radio import HUNG_S, Central, finish  # noqa: E402

GONE = hci.Address("F0:00:00:00:00:01")
THERE = "F0:00:00:00:00:02"


async def gone_and_there() -> str:
    link = LocalLink()
    phone, sensor = Central(link), Central(link, THERE)
    await phone.device.power_on()
    await sensor.device.power_on()
    for _ in range(2):
        with pytest.raises(core.TimeoutError):
            await phone.device.connect(GONE, timeout=0.1)
    await sensor.device.start_advertising()
    connection = await phone.device.connect(hci.Address(THERE), timeout=HUNG_S)
    return str(connection.peer_address)


def test_a_phone_gives_up_an_address_and_connects_to_another() -> None:
    assert finish(gone_and_there()).startswith(THERE)
