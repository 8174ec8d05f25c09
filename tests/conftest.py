# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PULSE_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real recordings in {folder} (set PULSE_DATA)")
    return folder
