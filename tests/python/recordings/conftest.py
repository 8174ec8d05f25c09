# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings."""
    folder = Path(os.environ.get("PULSE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real recordings in {folder} (set PULSE_DATA)")
    return folder
