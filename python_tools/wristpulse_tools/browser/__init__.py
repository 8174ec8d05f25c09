# SPDX-License-Identifier: Apache-2.0
"""The page that runs the firmware in a browser: its WebAssembly, its example, its one file."""
