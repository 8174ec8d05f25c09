# SPDX-License-Identifier: Apache-2.0
"""The simulated world that students learn from: docs/simulator.md."""

from wristpulse.recordings.world.people import Session, session
from wristpulse.recordings.world.slow import BASE_HZ

__all__ = ["BASE_HZ", "Session", "session"]
