# SPDX-License-Identifier: Apache-2.0
"""Several LEDs at once: rules that weight them, compared on recordings."""
