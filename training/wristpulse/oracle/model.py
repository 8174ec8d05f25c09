# SPDX-License-Identifier: Apache-2.0
"""The integer oracle: what a full-integer .tflite computes, in numpy, for many samples at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Int8

from wristpulse.oracle.check import check
from wristpulse.oracle.graph import Graph, Tensor
from wristpulse.oracle.kernels.table import KERNELS
from wristpulse.oracle.read import read_tflite


class IntegerModel:
    """A checked model. Bit for bit what TFLite's builtin reference kernels compute.

    `load` raises ModelError for a model outside the supported operators.
    """

    def __init__(self, graph: Graph) -> None:
        check(graph)
        self.graph = graph

    @classmethod
    def load(cls, path: Path | str) -> IntegerModel:
        """Read and check a .tflite file.

        Parameters
        ----------
        path : Path or str

        Returns
        -------
        IntegerModel

        Raises
        ------
        ModelError
            No sound .tflite, or an operator that cannot be executed exactly; it says which and the way out.
        OSError
            The file cannot be opened.
        """
        return cls(read_tflite(path))

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """All inputs in the file's order."""
        return tuple(self.graph.tensors[i] for i in self.graph.inputs)

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """All outputs in the file's order."""
        return tuple(self.graph.tensors[i] for i in self.graph.outputs)

    @property
    def input(self) -> Tensor:
        """The only input. Raises ModelError if there are several."""
        return self._only("inputs", self.inputs)

    @property
    def output(self) -> Tensor:
        """The only output. Raises ModelError if there are several."""
        return self._only("outputs", self.outputs)

    def _only(self, what: str, ends: tuple[Tensor, ...]) -> Tensor:
        if len(ends) != 1:
            raise self.graph.error(f"graph {what}", "exactly one for this use", len(ends))
        return ends[0]

    def run(self, inputs: np.ndarray, batch: int = 64) -> Int8[np.ndarray, "n ..."]:
        """Compute a model of one output in the output's own shape.

        Parameters
        ----------
        inputs : ndarray, int8 (n, ...)
            As of `predict`.
        batch : int
            Samples computed at once.

        Returns
        -------
        ndarray, int8 (n, *output shape less its leading 1)

        Raises
        ------
        ModelError
            The model has several outputs.
        ValueError
            Another type or number of elements.
        """
        shape = self.output.shape[1:] if self.output.shape[:1] == (1,) else self.output.shape
        return self.predict(inputs, batch).reshape(-1, *shape)

    def predict(self, inputs: np.ndarray, batch: int = 64) -> Int8[np.ndarray, "n elements"]:
        """Compute a batch, several outputs one after the other.

        Parameters
        ----------
        inputs : ndarray, int8 (n, ...)
            Any shape with the right number of elements a sample, several inputs one after the other.
        batch : int
            Samples computed at once; bounds the memory.

        Returns
        -------
        ndarray, int8 (n, elements)

        Raises
        ------
        ValueError
            Another type or number of elements.

        Examples
        --------
        >>> from wristpulse.student.card import load_student
        >>> load_student("nobody").model.predict(np.zeros((2, 104, 20), np.int8)).shape
        (2, 104)
        """
        inputs, size = np.asarray(inputs), sum(tensor.size for tensor in self.inputs)
        if inputs.dtype != np.int8 or inputs.ndim < 1 or inputs.size != len(inputs) * size:
            raise ValueError(
                f"expected int8 of shape (n, {size} elements), found {inputs.dtype} {inputs.shape}"
            )
        samples, parts = inputs.reshape(-1, size), []
        for start in range(0, len(samples), batch):
            values = self.values(samples[start : start + batch])
            count = len(samples[start : start + batch])
            parts.append(np.concatenate([values[t.index].reshape(count, -1) for t in self.outputs], axis=1))
        width = sum(tensor.size for tensor in self.outputs)
        return np.concatenate(parts) if parts else np.zeros((0, width), np.int8)

    def values(self, samples: Int8[np.ndarray, "n elements"]) -> dict[int, np.ndarray]:
        """Compute every tensor's value.

        Parameters
        ----------
        samples : ndarray, int8 (n, elements of all inputs)

        Returns
        -------
        dict of int to ndarray
            By the tensor's index; activations are (n, ...), constants as stored.
        """
        values = {t.index: t.data for t in self.graph.tensors if t.data is not None}
        ends = np.cumsum([tensor.size for tensor in self.inputs])
        parts = np.split(samples.reshape(len(samples), -1), ends[:-1], axis=1)
        for tensor, part in zip(self.inputs, parts, strict=True):
            values[tensor.index] = part.reshape(-1, *tensor.shape)
        for op in self.graph.operators:
            values[op.outputs[0]] = KERNELS[op.kind](self.graph, op, values)
        return values
