# SPDX-License-Identifier: Apache-2.0
"""Tasks for invoke: argument help and calls, no logic that a test would want."""
