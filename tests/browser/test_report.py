# SPDX-License-Identifier: Apache-2.0
"""The report of an evaluation in Chromium: wide and narrow, light and dark; nothing is cut or fetched."""

import json
from pathlib import Path

import numpy as np
import pytest

from wristpulse.evaluation import trace
from wristpulse.evaluation.results import EVALUATION, METRICS, TRACES, write_plan
from wristpulse_tools.experiment_report import read, write_report

pytestmark = pytest.mark.browser

ERRORS = {"bami1/S1": 1.0, "bami1/S2": 9.0, "troika/T01": 30.0}  # BPM, person by person
VIEWS = [(width, mode) for width in (1280, 400) for mode in ("light", "dark")]
LUMINANCE = """
const [r, g, b] = getComputedStyle(document.body)[arguments[0]].match(/[0-9.]+/g).map(Number);
return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
"""
# Elements whose text is wider than they are, or that reach beyond the window.
CUT = """
const wide = document.documentElement.clientWidth;
return [...document.querySelectorAll("main *, nav *")].filter((one) => {
  if (one.closest("svg, .modebar-container") || getComputedStyle(one).display === "inline") return false;
  const box = one.getBoundingClientRect();
  const spills = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
  return box.width > 0 && (spills || box.right > wide + 1);
}).map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`);
"""
ORDER = "return [...document.querySelectorAll(arguments[0])].map((cell) => cell.textContent.trim());"


def person(name: str, error: float, hops: int = 200) -> trace.Trace:
    reference = np.linspace(70, 130, hops)
    reference[100:120] = np.nan  # no label for 40 s
    estimate = reference + error
    estimate[:3] = np.nan
    confidence = np.linspace(0.05, 0.99, hops)
    given = dict.fromkeys(("tracked", "tracked_float", "untracked", "clamped"), estimate)
    return trace.Trace(
        person=name,
        name=f"{name.split('/')[1]} run",
        fold="group-1",
        time_s=8.0 + 2.0 * np.arange(hops),
        raw=reference,
        aligned=reference,
        **given,
        raw_confidence=confidence,
        confidence=confidence,
        valid=np.isfinite(estimate) & (confidence > 0.5),
        motion=np.linspace(0, 0.9, hops),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    job = folder / "group-1" / "spectral-8k-none-1" / EVALUATION
    job.mkdir(parents=True)
    trace.save(job / TRACES, [person(name, error) for name, error in ERRORS.items()])
    values = {
        "variant": "spectral-8k-none",
        "seed": 1,
        "fold": "group-1",
        "revision": "a" * 40,
        "data_digest": "b" * 64,
        "configuration": {"name": "people", "protocol": "bami-spc-4fold"},
        "subjects": {"validation": ["S9"]},
    }
    (job / METRICS).write_text(json.dumps(values))
    write_plan(folder, ["group-1", "group-2"])
    return write_report(read(folder), folder, folder / "report.html")


@pytest.fixture
def opened(driver, report):
    """Opens the report at a width, light or dark, and draws all of its charts."""

    def open_at(width: int, mode: str):
        driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": mode}]}
        )
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        driver.get_log("browser"), driver.get_log("performance")
        driver.get(report.as_uri())
        driver.execute_async_script(
            "const done = arguments[0], drawn = (place) => 'drawn' in place.dataset; places.forEach(draw);"
            "(function wait() { places.every(drawn) ? done() : setTimeout(wait, 50); })()"
        )
        return driver

    yield open_at
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("width, mode", VIEWS)
def test_nothing_is_cut_and_every_chart_is_drawn(opened, width, mode):
    driver = opened(width, mode)
    assert driver.execute_script(CUT) == []
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    drawn = driver.execute_script("return places.map((p) => p.querySelectorAll('.main-svg').length > 0)")
    assert len(drawn) == 5 + len(ERRORS) and all(drawn)
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []
    ground, text = (driver.execute_script(LUMINANCE, name) for name in ("backgroundColor", "color"))
    assert (ground > 0.9 and text < 0.2) if mode == "light" else (ground < 0.2 and text > 0.8)
    axis = driver.execute_script("return getComputedStyle(document.querySelector('.xtick text')).fill")
    assert axis == driver.execute_script("return getComputedStyle(document.body).color")


def test_no_request_leaves_the_page(opened, report):
    driver = opened(1280, "light")
    sent = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in sent if m["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [report.as_uri()]


def test_the_worst_people_come_first_and_a_head_sorts(opened):
    driver = opened(1280, "light")
    names = "h3[id$=-people] + .wide tbody td:first-child"
    assert driver.execute_script(ORDER, names) == ["SPC T01", "BAMI-1 S2", "BAMI-1 S1"]
    captions = driver.execute_script(ORDER, "h3[id$=-traces] ~ figure figcaption")
    assert [text.split(",")[0] for text in captions] == ["SPC T01", "BAMI-1 S2", "BAMI-1 S1"]
    head = driver.find_element("css selector", "h3[id$=-people] + .wide th:nth-child(3) button")
    head.click()
    assert driver.execute_script(ORDER, names) == ["BAMI-1 S1", "BAMI-1 S2", "SPC T01"]
    assert head.find_element("xpath", "..").get_attribute("aria-sort") == "ascending"
    head.click()
    assert driver.execute_script(ORDER, names) == ["SPC T01", "BAMI-1 S2", "BAMI-1 S1"]


def test_it_says_what_is_missing(opened):
    driver = opened(400, "dark")
    notices = driver.execute_script(ORDER, ".notice")
    assert notices[0].startswith("1 of 2 folds done: group-1. Not yet: group-2.")
    (gaps,) = {tuple(driver.execute_script(ORDER, f"figure:nth-of-type({n}) li")) for n in (1, 2, 3)} - {()}
    assert gaps[0] == "no estimate 0:00 to 0:12: no whole window of samples yet."
    assert gaps[-1].startswith("no reference 3:26 to 4:06: the data set has none")


def test_a_trace_zooms_and_has_the_persons_scale(opened):
    driver = opened(1280, "light")
    ranges = driver.execute_script(
        "return [...document.querySelectorAll('.chart.trace')].map((p) => p.layout.yaxis.range)"
    )
    assert ranges[0] == [62, pytest.approx(168, abs=1)]  # T01: 30 BPM above a reference of 70 to 130
    assert ranges[2] == [62, pytest.approx(139, abs=1)]  # S1: 1 BPM above it
    from selenium.webdriver import ActionChains

    plot = driver.find_element("css selector", ".chart.trace .nsewdrag")
    ActionChains(driver).move_to_element(plot).click_and_hold().move_by_offset(150, 0).release().perform()
    low, high = driver.execute_script("return document.querySelector('.chart.trace').layout.xaxis.range")
    assert 150 < low < high < 350
