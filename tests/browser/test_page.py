# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium: it says what Python says, sends nothing, and works small, dark and by keyboard."""

import json
from pathlib import Path

import numpy as np
import pytest
from chromium import Page, results
from wrist_files import e4_zip, table, written

from wristpulse.core.sensor import to_counts
from wristpulse.recordings import Recording, simulate
from wristpulse.recordings.exports.e4 import read_e4
from wristpulse.recordings.exports.generic_csv import read_csv
from wristpulse.recordings.readers.arrays import load_recording, save_recording
from wristpulse.student.card import SHIPPED, Student, load_student
from wristpulse_tools.browser.example import example

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def student() -> Student:
    return load_student(SHIPPED)


@pytest.fixture
def opened(driver, page, tmp_path) -> Page:
    return Page(driver, page.as_uri(), tmp_path)


def expected(student: Student, recording: Recording) -> list[str]:
    return [str(result) for result in student.estimator().run(to_counts(recording))]


def test_a_dropped_e4_zip_gives_every_hop_of_python(opened, student, tmp_path) -> None:
    path = written(tmp_path / "anna.zip", e4_zip()[0])
    assert opened.drop(path) == ""
    rows = opened.saved()
    assert results(rows) == expected(student, read_e4(path))
    assert len(rows) > 25 and "valid" in {row["state"] for row in rows}


def test_a_csv_gives_every_hop_of_python(opened, student, tmp_path) -> None:
    path = written(tmp_path / "anna.csv", table()[0])
    assert opened.choose(path) == ""
    (recording,) = read_csv(path)
    assert results(opened.saved()) == expected(student, recording)


def test_parts_of_a_recording_start_afresh(opened, student, tmp_path) -> None:
    head, *rows = table(seconds=40.0)[0].splitlines()
    late = [f"{float(row.split(',', 1)[0]) + 60:.3f},{row.split(',', 1)[1]}" for row in rows]
    path = written(tmp_path / "anna.csv", "\n".join([head, *rows, *late]) + "\n")
    assert opened.choose(path) == ""
    saved, recordings = opened.saved(), read_csv(path)
    assert len(recordings) == 2
    for part, recording in enumerate(recordings, 1):
        assert results([row for row in saved if row["part"] == str(part)]) == expected(student, recording)
    second = [row for row in saved if row["part"] == "2"]
    assert float(second[0]["time_s"]) == 60.0 + int(second[0]["t_us"]) / 1e6
    assert "2 parts" in opened.element("notes").text


def test_an_own_recording_gives_every_hop_of_python(opened, student, tmp_path) -> None:
    path = tmp_path / "anna.npz"
    save_recording(path, simulate(7, 60, leds=2))
    assert opened.choose(path) == ""
    assert results(opened.saved()) == expected(student, load_recording(path))


def test_the_example_gives_every_hop_of_python(opened, student, tmp_path) -> None:
    opened.element("example").click()
    assert opened.finish() == ""
    recording = load_recording(written(tmp_path / "example.npz", example()))
    rows = opened.saved()
    assert results(rows) == expected(student, recording)
    assert "no person" in opened.element("notes").text
    for row in rows:  # the range, where there is one, holds the estimate
        assert not row["low"] or float(row["low"]) <= float(row["bpm"]) <= float(row["high"])


@pytest.mark.dataset
def test_a_real_recording_gives_every_hop_of_python(opened, student, shared_data, tmp_path) -> None:
    from wristpulse.recordings import iter_dataset

    recording = next(iter_dataset("bami1", shared_data))
    path = tmp_path / "real.npz"
    save_recording(path, recording)
    assert opened.choose(path) == ""
    assert results(opened.saved()) == expected(student, load_recording(path))


def test_nothing_leaves_the_computer(driver, site, tmp_path) -> None:
    page = Page(driver, site.address, tmp_path)
    driver.get_log("performance")
    content, _ = e4_zip(seconds=20.0)
    assert page.choose(written(tmp_path / "anna.zip", content)) == ""
    page.saved()
    assert site.asked == ["/"]
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert {url.split(":")[0] for url in asked} <= {"blob", "data"}
    assert not [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def test_nothing_could_leave_the_computer(driver, site, tmp_path) -> None:
    Page(driver, site.address, tmp_path)
    tried = driver.execute_async_script(
        "const done = arguments[0], url = location.href + 'taken';"
        "const image = new Promise((r) => { const i = new Image(); i.onload = i.onerror = r; i.src = url; });"
        "Promise.allSettled([fetch(url), image]).then(([f]) => done([f.status, navigator.sendBeacon(url)]));"
    )
    assert tried[0] == "rejected"
    assert site.asked == ["/"]


def test_a_malformed_file_gets_one_sentence_and_the_next_works(opened, tmp_path) -> None:
    content, _ = e4_zip(seconds=20.0)
    error = opened.drop(written(tmp_path / "cut.zip", content[:-30]))
    assert error == "cut.zip: file: expected a whole zip archive, found one without its end"
    assert not opened.shown("result")
    assert opened.drop(written(tmp_path / "whole.zip", content)) == ""
    assert opened.shown("result")


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_it_fits_its_window(opened, width) -> None:
    opened.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    try:
        opened.element("example").click()
        opened.finish()
        opened.element("values").click()
        wide, seen = opened.driver.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert seen <= width and wide <= seen
        beyond = opened.driver.execute_script(
            "return [...document.querySelectorAll('main *')].filter((e) => !e.closest('.scroll, .unseen') &&"
            " e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length"
        )
        assert beyond == 0
    finally:
        opened.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `rgb(r, g, b)`."""
    channels = np.array([float(v) for v in colour[colour.index("(") + 1 : -1].split(",")[:3]]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_scheme_and_can_be_read(opened, scheme) -> None:
    feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
    opened.driver.refresh()
    opened.element("example").click()
    opened.finish()
    pairs = opened.driver.execute_script(
        "const under = (e) => { for (; e; e = e.parentElement) {"
        "  const c = getComputedStyle(e).backgroundColor; if (!c.endsWith(', 0)')) return c; } };"
        "return [...document.querySelectorAll('p, dt, dd, h1, h2, h3, button, label, th, li, small, a')]"
        "  .filter((e) => e.textContent.trim() && e.checkVisibility())"
        "  .map((e) => [e.textContent.slice(0, 30), getComputedStyle(e).color, under(e)]);"
    )
    assert len(pairs) > 30
    for text, ink, ground in pairs:
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5 or "disabled" in text, (text, ink, ground)
    body = opened.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (luminance(body) < 0.1) == (scheme == "dark")
    pixel = opened.driver.execute_script(
        "return [...document.getElementById('chart').getContext('2d').getImageData(2, 2, 1, 1).data]"
    )
    assert (sum(pixel[:3]) < 200) == (scheme == "dark")
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_all_of_it_works_by_keyboard(opened) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(opened.driver).send_keys(*keys).perform()

    def focused() -> str:
        return opened.driver.execute_script("return document.activeElement.id")

    def tab_to(name: str) -> None:
        for _ in range(30):
            if focused() == name:
                break
            press(Keys.TAB)
        assert focused() == name
        ring = "return getComputedStyle(document.activeElement).outlineStyle"
        assert opened.driver.execute_script(ring) == "solid"

    tab_to("example")
    press(Keys.ENTER)
    opened.finish()
    assert focused() == "name"  # of the result, which screen readers read then
    tab_to("chart")
    whole = opened.element("readout").text
    assert "0:00 to 4:00" in whole
    press("+", "+")
    assert "1:07 to 2:53" in opened.element("readout").text
    press(Keys.HOME)
    assert "acquiring" in opened.element("readout").text
    press(*[Keys.ARROW_RIGHT] * 5)
    assert "BPM" in opened.element("readout").text and "confidence" in opened.element("readout").text
    press("0", Keys.END)
    assert opened.element("readout").text.startswith("3:58")
    tab_to("save")
    press(Keys.ENTER)
    opened.wait(lambda: list(Path(opened.downloads).glob("a-simulated-wrist-heart-rate.csv")))


def test_fingers_zoom_and_pan(opened) -> None:
    phone = {"width": 400, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    opened.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        opened.element("example").click()
        opened.finish()
        left, top = opened.driver.execute_script(
            "const chart = document.getElementById('chart'); chart.scrollIntoView({ block: 'center' });"
            "const box = chart.getBoundingClientRect(); return [box.left + box.width / 2, box.top + 80];"
        )

        def touch(kind: str, *across: float) -> None:
            points = [{"x": left + x, "y": top, "id": i} for i, x in enumerate(across)]
            opened.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        def seen() -> list[str]:
            opened.driver.execute_script("document.getElementById('values').open = true")
            return [row.text.split()[0] for row in opened.element("rows").find_elements("tag name", "tr")]

        touch("touchStart", -30, 30)
        for step in range(1, 8):
            touch("touchMove", -30 - 10 * step, 30 + 10 * step)
        touch("touchEnd")
        near = seen()
        assert 20 < len(near) < 60
        touch("touchStart", 0)
        for step in range(1, 8):
            touch("touchMove", -10 * step)
        touch("touchEnd")
        assert seen()[0] > near[0]
    finally:
        opened.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_mouse_and_buttons_zoom_and_the_table_follows(opened) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    def in_view() -> int:
        return int(opened.element("page-of").text.split(" of ")[1].split()[0])

    opened.element("example").click()
    opened.finish()
    opened.driver.execute_script(
        "document.getElementById('values').open = true; document.getElementById('chart').scrollIntoView()"
    )
    chart, everything = opened.element("chart"), in_view()
    assert everything == 119
    mouse = ActionChains(opened.driver, duration=20)
    mouse.move_to_element_with_offset(chart, -100, 0).click_and_hold().move_by_offset(
        150, 0
    ).release().perform()
    chosen = in_view()
    assert 5 < chosen < everything / 2
    mouse.move_to_element(chart).double_click().perform()
    assert in_view() == everything
    ActionChains(opened.driver).scroll_from_origin(ScrollOrigin.from_element(chart), 0, -300).perform()
    opened.wait(lambda: in_view() < everything)
    opened.driver.find_element("css selector", "[data-move=all]").click()
    assert in_view() == everything
    opened.driver.find_element("css selector", "[data-move=in]").click()
    assert in_view() == 60
    mouse.move_to_element(chart).perform()
    assert "confidence" in opened.element("readout").text
