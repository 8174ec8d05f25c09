# SPDX-License-Identifier: Apache-2.0
"""docs/porting_afe.md: excerpts are the sources', counts of tests the suites', limits the code's."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "porting_afe.md").read_text()
EXCERPTS = re.findall(r'^```\w+ title="([^"]*/[^"]+)"\n(.*?)^```', PAGE, re.M | re.S)
SENSING = ROOT / "zephyr_app" / "src" / "sensing"


def test_there_are_excerpts() -> None:
    assert len({path for path, _ in EXCERPTS}) >= 5


@pytest.mark.parametrize(("path", "excerpt"), EXCERPTS, ids=[f"{i}" for i in range(len(EXCERPTS))])
def test_an_excerpt_is_the_files(path, excerpt) -> None:
    assert excerpt in (ROOT / path).read_text(), path


def test_the_suite_has_as_many_tests_as_the_page_says() -> None:
    [said] = re.findall(r"`tests/zephyr/max86141` \((\d+) tests\)", PAGE)
    sources = (ROOT / "tests" / "zephyr" / "max86141" / "src").glob("*.c")
    assert int(said) == sum(len(re.findall(r"^ZTEST\(", source.read_text(), re.M)) for source in sources)


def test_limits_are_the_codes() -> None:
    gain, kconfig = (SENSING / "gain.c").read_text(), (SENSING / "Kconfig").read_text()
    assert re.search(r"BRIGHT_16THS\s+15\b", gain) and re.search(r"BRIGHT_ONE_IN\s+8\b", gain)
    assert re.search(r"PULSE_PPG_MAX / 16\b", gain) and re.search(r"DARK_US\s+\(2 \* USEC_PER_SEC\)", gain)
    assert re.search(r"NO_SKIN\s+\(PULSE_DARK_COUNTS / 4\)", gain)  # 1024
    assert re.search(r"config PULSE_LED_MAX_UA\n.*\n\tdefault 20000\n", kconfig)
    assert re.search(r"config PULSE_PROXIMITY_AFTER_S\n.*\n\tdefault 10\n", kconfig)


@pytest.mark.parametrize(
    ("ua", "us", "hz", "said"),
    [
        (10_000, 411, 400, "1.64 mA"),
        (1_000, 411, 50, "21 uA"),
        (12_000, 117.3, 100, "0.14 mA"),
        (960, 117.3, 8, "0.9 uA"),
    ],
)
def test_average_currents_are_what_the_settings_make(ua, us, hz, said) -> None:
    average = ua * us * hz / 1e6
    value, unit = said.split()
    assert round(average / (1000 if unit == "mA" else 1), len(value.partition(".")[2])) == float(value)
    assert said in PAGE
