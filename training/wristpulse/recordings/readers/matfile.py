# SPDX-License-Identifier: Apache-2.0
"""MATLAB files: named numeric matrices, or one clear error."""

from pathlib import Path

import numpy as np
from jaxtyping import Num

from wristpulse.recordings.recording import RecordingError


def read_matrices(path: Path, names: tuple[str, ...]) -> list[Num[np.ndarray, "_ _"]]:
    """Read named numeric matrices of a .mat file (MATLAB's versions 4 to 7).

    Parameters
    ----------
    path : Path
    names : tuple of str

    Returns
    -------
    list of ndarray, each of two axes
        In the order of `names`.

    Raises
    ------
    RecordingError
        The file is missing, cut short or no .mat file, or a matrix is missing or not numeric.

    Examples
    --------
    >>> import io, tempfile, scipy.io
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "one.mat"
    ...     scipy.io.savemat(path, {"sigPPG": np.zeros((3, 500))})
    ...     read_matrices(path, ("sigPPG",))[0].shape
    (3, 500)
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


def rows(
    path: Path, field: str, matrix: Num[np.ndarray, "channels n"], count: int
) -> Num[np.ndarray, "{count} n"]:
    """Check that a matrix has a row for each channel.

    Parameters
    ----------
    path : Path
        Names the file in errors.
    field : str
        Names the matrix in errors.
    matrix : ndarray (channels, samples)
    count : int
        Channels expected.

    Returns
    -------
    ndarray (count, samples)
        `matrix` itself.

    Raises
    ------
    RecordingError
        It has another number of rows.
    """
    if matrix.shape[0] != count:
        raise RecordingError(path, field, f"{count} rows of samples", f"shape {matrix.shape}")
    return matrix


def _names(path: Path) -> str:
    import scipy.io

    return ", ".join(name for name, _, _ in scipy.io.whosmat(path)) or "nothing"
