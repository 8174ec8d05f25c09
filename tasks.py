# SPDX-License-Identifier: Apache-2.0
"""What `invoke` offers; the tasks themselves stand in python_tools/wristpulse_tools/tasks."""

import os
import sys
from pathlib import Path

from invoke import Collection

# The checkout's packages, installed or not: here and in the processes that tasks start.
PACKAGES = [str(Path(__file__).resolve().parent / folder) for folder in ("training", "python_tools")]
sys.path[:0] = PACKAGES
os.environ["PYTHONPATH"] = os.pathsep.join([*PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])])

from wristpulse_tools.tasks import (  # noqa: E402
    chain,
    checks,
    data,
    device,
    estimating,
    experiments,
    hardware,
    publish,
)

namespace = Collection()
for module in (chain, estimating, experiments, data, device, checks, publish):
    for task in Collection.from_module(module).tasks.values():
        namespace.add_task(task)
namespace.add_collection(Collection.from_module(hardware))
