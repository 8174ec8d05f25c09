# SPDX-License-Identifier: Apache-2.0
"""One published file format each."""
