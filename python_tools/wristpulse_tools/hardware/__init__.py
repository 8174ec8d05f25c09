# SPDX-License-Identifier: Apache-2.0
"""Real boards: which there are, their probes, their serial lines, their power."""
