# SPDX-License-Identifier: Apache-2.0
"""Simulated people who teach either line without end, set its int8 ranges and say how sure it may be."""
