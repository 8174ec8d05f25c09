# SPDX-License-Identifier: Apache-2.0
"""What a user can set right: shown as one line, without a traceback."""


class UserError(RuntimeError):
    """Says what is wrong, with what, what was expected, and the way out where there is one."""
