# SPDX-License-Identifier: Apache-2.0
"""`python -m wristpulse_tools.tasks`: what `./dev invoke` runs."""

import os
import sys

from wristpulse_tools.tasks.program import PulseProgram, collection

if __name__ == "__main__":
    try:
        PulseProgram(collection()).run()
        sys.stdout.flush()
    except BrokenPipeError:  # `./dev invoke | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
