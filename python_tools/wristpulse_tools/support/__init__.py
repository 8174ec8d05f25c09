# SPDX-License-Identifier: Apache-2.0
"""What every tool uses: other programs, ELF images, tables, progress, signals."""
