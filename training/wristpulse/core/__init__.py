# SPDX-License-Identifier: Apache-2.0
"""The twin of zephyr_app/core: what the device computes, in numpy integers, bit for bit."""
