# SPDX-License-Identifier: Apache-2.0
"""Recordings through firmware, and reports on them."""
