# SPDX-License-Identifier: Apache-2.0
"""Published Python-2 pickles, read without running what they might ask for."""

import pickle
from typing import IO

import numpy as np
from numpy._core import multiarray, numeric

from wristpulse.recordings.recording import RecordingError


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """How Python 3 writes bytes for Python 2: `_codecs.encode(text, 'latin1')`, and no other codec."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"_codecs.encode with {encoding!r}")
    return text.encode("latin1")


# What a dict of numpy arrays needs, under the names that numpy 1 and 2, Python 2 and 3 write.
_ADMITTED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): dict,
    **{
        (builtins, kind.__name__): kind
        for builtins in ("__builtin__", "builtins")
        for kind in (set, frozenset)
    },
    **{
        (f"numpy.{core}.{module}", name): getattr(owner, name)
        for core in ("core", "_core")
        for module, owner, name in (
            ("multiarray", multiarray, "_reconstruct"),
            ("multiarray", multiarray, "scalar"),
            ("numeric", numeric, "_frombuffer"),
        )
    },
}


class _Refused(pickle.UnpicklingError):
    pass


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        if (module, name) not in _ADMITTED:
            raise _Refused(f"{module}.{name}")
        return _ADMITTED[module, name]


def load(file: IO[bytes], label: str) -> object:
    """The numpy arrays and plain containers in a pickle; strings of Python 2 are read as latin1.

    `label` names the file. Raises `RecordingError` for a pickle that wants anything else, with the name of
    what it tried to load, and for one that is cut short or is none.
    """
    try:
        return _Unpickler(file, encoding="latin1").load()
    except _Refused as error:
        raise RecordingError(label, "pickle", "numpy arrays and plain containers only", str(error)) from error
    except Exception as error:  # a broken pickle can raise anything
        reason = str(error).strip() or type(error).__name__
        raise RecordingError(label, "pickle", "a whole pickle", reason.splitlines()[0]) from error
