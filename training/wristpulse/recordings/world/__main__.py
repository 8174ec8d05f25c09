# SPDX-License-Identifier: Apache-2.0
"""The knobs of the simulated world as a Markdown table: `python -m wristpulse.recordings.world`."""

from wristpulse.recordings.world.knobs import table

if __name__ == "__main__":
    print(table())
