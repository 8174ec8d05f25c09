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
    r"""Load the numpy arrays and plain containers in a pickle; Python 2's strings are read as latin1.

    Only the classes in `_ADMITTED` are made, so a pickle cannot run code
    (https://docs.python.org/3/library/pickle.html#restricting-globals).

    Parameters
    ----------
    file : binary file
    label : str
        Names the file in errors.

    Returns
    -------
    object

    Raises
    ------
    RecordingError
        The pickle asks for another class (the error names it), is cut short, or is no pickle.

    Examples
    --------
    >>> import io
    >>> load(io.BytesIO(pickle.dumps({"ppg": np.arange(3)}, protocol=2)), "S1.pkl")
    {'ppg': array([0, 1, 2])}
    >>> load(io.BytesIO(b"cos\nsystem\n."), "S1.pkl")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    wristpulse.recordings.recording.RecordingError: S1.pkl: pickle: expected numpy arrays ... found os.system
    """
    try:
        return _Unpickler(file, encoding="latin1").load()
    except _Refused as error:
        raise RecordingError(label, "pickle", "numpy arrays and plain containers only", str(error)) from error
    except Exception as error:  # a broken pickle can raise anything
        reason = str(error).strip() or type(error).__name__
        raise RecordingError(label, "pickle", "a whole pickle", reason.splitlines()[0]) from error
