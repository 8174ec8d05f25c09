# SPDX-License-Identifier: Apache-2.0
"""The student that ships: network, card and confidence map."""
