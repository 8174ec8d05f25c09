# SPDX-License-Identifier: Apache-2.0
"""A device's stream of raw samples: decode, record, monitor."""
