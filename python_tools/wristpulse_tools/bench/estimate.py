# SPDX-License-Identifier: Apache-2.0
"""Estimates of time and energy on real chips, from instructions counted on QEMU. Not measurements."""

from __future__ import annotations

from dataclasses import dataclass

# Cycles an instruction, of the inner loop: 12 instructions are 8 SMLAD (1 cycle each), SXTB16 (1), LDRD (3)
# twice and LDR (2) by Arm's Cortex-M4 timing: 17 cycles, 1.42. The upper end adds flash wait states on the
# weights (one load in 12 instructions) and on code that misses the cache.
CYCLES_PER_INSTRUCTION = (1.4, 1.7)


@dataclass(frozen=True)
class Chip:
    """A chip at its usual clock; current of the running core in mA at `volts`."""

    name: str
    megahertz: float
    milliamperes: float
    volts: float
    source: str


CHIPS = (
    Chip("nRF52840", 64, 3.3, 3.0, "nominal: from flash, cache and DC/DC on; see the product specification"),
    Chip("STM32WB55", 64, 3.4, 3.3, "nominal: 53 uA/MHz in run mode with SMPS; see the data sheet"),
)


@dataclass(frozen=True)
class Estimate:
    """Lowest and highest estimate of one inference."""

    chip: str
    milliseconds: tuple[float, float]
    millijoules: tuple[float, float]


def estimates(instructions: int) -> list[Estimate]:
    """Time and energy of so many instructions on each chip."""
    result = []
    for chip in CHIPS:
        low, high = (instructions * cpi / chip.megahertz / 1e3 for cpi in CYCLES_PER_INSTRUCTION)
        power_w = chip.milliamperes * chip.volts / 1e3
        result.append(Estimate(chip.name, (low, high), (low * power_w, high * power_w)))
    return result


def assumptions() -> list[str]:
    """Say what the estimates rest on, one sentence each."""
    low, high = CYCLES_PER_INSTRUCTION
    lines = [f"estimates, not measurements: {low} to {high} cycles an instruction"]
    lines += [
        f"{c.name}: {c.megahertz:g} MHz, {c.milliamperes} mA at {c.volts:g} V ({c.source})" for c in CHIPS
    ]
    return lines
