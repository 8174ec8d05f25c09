# SPDX-License-Identifier: Apache-2.0
"""Heart rate from a wrist's light and motion, with the same bits as the firmware."""
