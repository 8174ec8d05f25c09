# SPDX-License-Identifier: Apache-2.0
"""Build firmware images and run them on QEMU."""
