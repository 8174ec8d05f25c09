# SPDX-License-Identifier: Apache-2.0
"""The version of the Python packages, read from VERSION, where Zephyr reads the firmware's."""

import re
from pathlib import Path

_fields = dict(re.findall(r"^(\w+) *= *(\d+)$", Path("VERSION").read_text(), re.M))
version = ".".join(_fields[name] for name in ("VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"))
