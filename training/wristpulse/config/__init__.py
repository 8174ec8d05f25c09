# SPDX-License-Identifier: Apache-2.0
"""Configurations, read strictly from TOML."""
