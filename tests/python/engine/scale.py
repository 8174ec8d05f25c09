# SPDX-License-Identifier: Apache-2.0
"""How many random graphs a property of the engine sees."""

import os

CASES = int(os.environ.get("PULSE_ENGINE_CASES", "24"))
MANY = max(CASES, 520)  # of the slow tests
