# SPDX-License-Identifier: Apache-2.0
"""One question each; nothing imports them."""
