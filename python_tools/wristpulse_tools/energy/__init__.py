# SPDX-License-Identifier: Apache-2.0
"""Charge that the whole device takes for a heart rate: `invoke energy`."""
