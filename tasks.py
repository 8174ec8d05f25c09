# SPDX-License-Identifier: Apache-2.0
"""What `invoke` offers; the tasks themselves stand in python_tools/tasks."""

from invoke import Collection

from python_tools.tasks import chain, checks, data, device, experiments, hardware

namespace = Collection()
for module in (chain, experiments, data, device, checks):
    for task in Collection.from_module(module).tasks.values():
        namespace.add_task(task)
namespace.add_collection(Collection.from_module(hardware))
