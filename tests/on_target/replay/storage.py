# SPDX-License-Identifier: Apache-2.0
"""native_sim's flash file: what its bytes are after damage and after a write that was cut short."""

import struct

# The stored record begins so: version and size, then the values; see zephyr_app/src/settings/config_store.h.
HEAD = struct.Struct("<HH")
VERSION = 1


def damaged(flash: bytes, led_ua: int) -> bytes:
    """One bit of the record's LED current is wrong."""
    at = record(flash, led_ua)
    return flash[:at] + bytes([flash[at] ^ 0x10]) + flash[at + 1 :]


def torn(before: bytes, after: bytes, led_ua: int) -> bytes:
    """The new record is in flash up to the middle of its LED current; what names it is not."""
    end = record(after, led_ua) + 1
    return after[:end] + before[end:]


def record(flash: bytes, led_ua: int) -> int:
    """Where the LED current of the newest record lies. ValueError if there is none."""
    value = led_ua.to_bytes(4, "little")
    at = flash.rfind(value)
    while at >= 0:
        for start in range(max(at - 32, 0), at):
            version, size = HEAD.unpack_from(flash, start)
            if version == VERSION and start + size > at + 4 and size < 128:
                return at
        at = flash.rfind(value, 0, at)
    raise ValueError(f"flash: expected a record with an LED current of {led_ua}, found none")
