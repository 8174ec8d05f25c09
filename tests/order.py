# SPDX-License-Identifier: Apache-2.0
"""The order in which files of tests run."""

import pytest


def images_first(items: list[pytest.Item]) -> None:
    """Bring the files whose tests build Zephyr images, minutes each, to the front.

    Cores take file after file; a long file at the end would leave the others without work.
    """
    long = {item.path for item in items if item.get_closest_marker("zephyr")}
    items.sort(key=lambda item: item.path not in long)
