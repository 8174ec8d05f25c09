# SPDX-License-Identifier: Apache-2.0
"""The site of the documentation, opened from a folder: its search finds pages without a server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]


def test_search_works_from_a_folder(driver, tmp_path):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    for package in ("material", "mkdocstrings", "latex2mathml"):
        pytest.importorskip(package)
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    driver.set_window_size(1280, 900)
    driver.get((tmp_path / "index.html").as_uri())
    driver.find_element(By.CSS_SELECTOR, "input[data-md-component=search-query]").click()
    driver.switch_to.active_element.send_keys("wrong-shown")
    found = ".md-search-result__item a[href*='glossary.html']"
    WebDriverWait(driver, 20).until(lambda page: page.find_elements(By.CSS_SELECTOR, found))
