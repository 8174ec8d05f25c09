# SPDX-License-Identifier: Apache-2.0
"""What `invoke` offers; the tasks themselves stand in python_tools/wristpulse_tools/tasks."""

import os
import sys
from pathlib import Path

# The checkout's packages, installed or not: here and in the processes that tasks start.
PACKAGES = [str(Path(__file__).resolve().parent / folder) for folder in ("training", "python_tools")]
sys.path[:0] = PACKAGES
os.environ["PYTHONPATH"] = os.pathsep.join([*PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])])

from wristpulse_tools.tasks.program import collection, take_over  # noqa: E402

namespace = collection()
take_over(namespace)
