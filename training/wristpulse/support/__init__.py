# SPDX-License-Identifier: Apache-2.0
"""Errors, whole files, steps of work: what every room uses."""
