# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, by selenium; and the page in it, by what a user sees."""

import csv
import importlib.util
import shutil
import time
from pathlib import Path

ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 60


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def why_not() -> str | None:
    """Why the tests cannot run here, or None."""
    if importlib.util.find_spec("selenium") is None:
        return "no selenium"
    if not _browser():
        return "no Chromium in PATH (Debian: apt-get install chromium chromium-driver)"
    if not shutil.which("chromedriver"):
        return "no chromedriver in PATH (Debian: apt-get install chromium-driver)"
    return None


def start(profile: Path):
    """A driver of a new Chromium with an empty profile; quit() it."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = _browser()
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    driver.set_script_timeout(TIMEOUT_S)
    return driver


class Page:
    """The page as a user has it: files go in, a table of values comes out, errors are read."""

    def __init__(self, driver, address: str, downloads: Path):
        self.driver, self.downloads = driver, downloads
        driver.get(address)
        command = {"behavior": "allow", "downloadPath": str(downloads)}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", command)

    def element(self, name: str):
        return self.driver.find_element("id", name)

    def shown(self, name: str) -> bool:
        return self.element(name).is_displayed()

    def wait(self, condition) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, f"not within {TIMEOUT_S} s: {self.driver.get_log('browser')}"
            time.sleep(0.02)

    def finish(self) -> str:
        """Wait for the end of a computation; the error that is shown, empty if none."""
        self.wait(lambda: not self.shown("progress") and (self.shown("result") or self.shown("error")))
        return self.element("error").text if self.shown("error") else ""

    def choose(self, *files: Path) -> str:
        """Choose files as with the button; the error that is shown, empty if none."""
        self.element("file").send_keys("\n".join(map(str, files)))
        return self.finish()

    def drop(self, *files: Path) -> str:
        """Drop files onto the page; the error that is shown, empty if none."""
        self.driver.execute_script(
            "const i = document.createElement('input'); i.type = 'file'; i.multiple = true; i.id = 'dropped';"
            "document.body.append(i);"
        )
        self.element("dropped").send_keys("\n".join(map(str, files)))
        self.driver.execute_script(
            "const i = document.getElementById('dropped'), t = new DataTransfer();"
            "for (const file of i.files) t.items.add(file);"
            "for (const name of ['dragenter', 'dragover', 'drop'])"
            "  document.getElementById('drop').dispatchEvent("
            "    new DragEvent(name, { dataTransfer: t, bubbles: true, cancelable: true }));"
            "i.remove();"
        )
        return self.finish()

    def saved(self) -> list[dict[str, str]]:
        """Rows of the CSV that the button saves."""
        before = set(self.downloads.glob("*.csv"))
        self.element("save").click()
        self.wait(lambda: set(self.downloads.glob("*.csv")) - before)
        (path,) = set(self.downloads.glob("*.csv")) - before
        with path.open() as file:
            rows = list(csv.DictReader(file))
        path.unlink()
        return rows


def results(rows: list[dict[str, str]]) -> list[str]:
    """Rows of a saved CSV as the lines that firmware prints."""
    return [
        f"HOP {row['hop']} t_us={row['t_us']} bpm_q8={row['bpm_q8']} conf_q15={row['conf_q15']} "
        f"state={row['state']} gaps={row['gaps']}"
        for row in rows
    ]
