# SPDX-License-Identifier: Apache-2.0
"""The simulated world: how near to real wrists it is, and how fast."""
