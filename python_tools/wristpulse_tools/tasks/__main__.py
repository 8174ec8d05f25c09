# SPDX-License-Identifier: Apache-2.0
"""`python -m wristpulse_tools.tasks`: what `./dev invoke` runs."""

from wristpulse_tools.tasks.program import PulseProgram, collection

if __name__ == "__main__":
    PulseProgram(collection()).run()
