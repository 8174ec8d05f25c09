# SPDX-License-Identifier: Apache-2.0
"""Ours beside published estimators, in their own packages, on the same recordings."""
