# SPDX-License-Identifier: Apache-2.0
"""How good it is: metrics, traces, results of jobs, and tables."""
