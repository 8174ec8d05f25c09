# SPDX-License-Identifier: Apache-2.0
"""What `import wristpulse as wp` offers: arrays or a file in, heart rate out. docs/python.md."""
