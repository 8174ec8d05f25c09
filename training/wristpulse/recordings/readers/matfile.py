# SPDX-License-Identifier: Apache-2.0
"""MATLAB files: named numeric matrices, or one clear error."""

from pathlib import Path

import numpy as np

from wristpulse.recordings.recording import RecordingError


def read_matrices(path: Path, names: tuple[str, ...]) -> list[np.ndarray]:
    """The named numeric 2-D matrices of a .mat file (versions 4 to 7), in the order asked for.

    Raises `RecordingError` if the file is missing, cut short, not a .mat file, or lacks one of them.
    """
    if not path.is_file():
        raise RecordingError(path, "file", "a .mat recording", "no such file")
    import scipy.io  # 0.1 s, for these files only

    try:
        content = scipy.io.loadmat(path, variable_names=names, appendmat=False)
    except Exception as error:  # scipy raises many kinds (ValueError, TypeError, zlib.error...) on bad bytes
        reason = str(error).strip() or type(error).__name__
        raise RecordingError(path, "file", "a whole .mat file", f"{reason.splitlines()[0]}") from error
    matrices = []
    for name in names:
        matrix = content.get(name)
        if matrix is None:
            raise RecordingError(path, name, "a matrix of that name", f"only {_names(path)}")
        if not isinstance(matrix, np.ndarray) or matrix.dtype.kind not in "iuf" or matrix.ndim != 2:
            raise RecordingError(
                path, name, "a numeric matrix", f"type {getattr(matrix, 'dtype', type(matrix))}"
            )
        matrices.append(matrix)
    return matrices


def rows(path: Path, field: str, matrix: np.ndarray, count: int) -> np.ndarray:
    """`matrix` if it has `count` rows (channels), else `RecordingError`."""
    if matrix.shape[0] != count:
        raise RecordingError(path, field, f"{count} rows of samples", f"shape {matrix.shape}")
    return matrix


def _names(path: Path) -> str:
    import scipy.io

    return ", ".join(name for name, _, _ in scipy.io.whosmat(path)) or "nothing"
