# SPDX-License-Identifier: Apache-2.0
"""Who trains, who is tested, and the windows and labels of their recordings."""
