# SPDX-License-Identifier: Apache-2.0
"""What a model costs on the device, counted on QEMU."""
