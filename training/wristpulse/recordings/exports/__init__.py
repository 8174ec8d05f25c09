# SPDX-License-Identifier: Apache-2.0
"""Files that devices and their applications export, one format each."""
