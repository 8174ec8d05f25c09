# SPDX-License-Identifier: Apache-2.0
"""Ours beside published estimators, their published packages as they are, on the same recordings."""
