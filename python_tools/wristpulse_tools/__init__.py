# SPDX-License-Identifier: Apache-2.0
"""From a trained student to firmware: generated C, builds, replay, boards and reports."""
