# SPDX-License-Identifier: Apache-2.0
"""What a user gives: arrays with their rates or times, units and scales, or files."""
