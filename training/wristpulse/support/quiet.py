# SPDX-License-Identifier: Apache-2.0
"""Suppress what libraries print from C, past Python's own streams."""

import contextlib
import io
import os


@contextlib.contextmanager
def quiet():
    """Keep from the reader what TensorFlow prints and writes straight to file descriptor 2."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(io.StringIO()):
        os.dup2(nothing.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def start_tensorflow() -> None:
    """Import TensorFlow without its start-up notes."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import tensorflow

        tensorflow.config.list_physical_devices()
