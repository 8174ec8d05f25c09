# SPDX-License-Identifier: Apache-2.0
"""The integer oracle: what a full-integer .tflite computes, in numpy, for many samples at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from wristpulse.oracle.check import check
from wristpulse.oracle.graph import Graph, Tensor
from wristpulse.oracle.operators import KERNELS
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
        """Read and check a .tflite file."""
        return cls(read_tflite(path))

    @property
    def input(self) -> Tensor:
        """The only input."""
        return self.graph.tensors[self.graph.inputs[0]]

    @property
    def output(self) -> Tensor:
        """The only output."""
        return self.graph.tensors[self.graph.outputs[0]]

    def run(self, inputs: np.ndarray, batch: int = 64) -> np.ndarray:
        """Compute int8 (n, *input shape) -> int8 (n, *output shape), both shapes less their leading 1.

        Any shape with the right number of elements per sample is taken. Raises ValueError otherwise.
        """
        inputs = np.asarray(inputs)
        if inputs.dtype != np.int8 or inputs.ndim < 1 or inputs.size != len(inputs) * self.input.size:
            raise ValueError(
                f"expected int8 of shape (n, {self.input.size} elements), found {inputs.dtype} {inputs.shape}"
            )
        samples = inputs.reshape(-1, *self.input.shape)
        parts = [
            self.values(samples[i : i + batch])[self.output.index] for i in range(0, len(samples), batch)
        ]
        shape = self.output.shape[1:] if self.output.shape[:1] == (1,) else self.output.shape
        return np.concatenate(parts).reshape(-1, *shape) if parts else np.zeros((0, *shape), np.int8)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """`run` with the output flattened: int8 (n, ...) -> int8 (n, outputs)."""
        return self.run(inputs).reshape(len(inputs), -1)

    def values(self, samples: np.ndarray) -> dict[int, np.ndarray]:
        """Every tensor's value by index; activations are (n, *shape), constants as stored."""
        values = {t.index: t.data for t in self.graph.tensors if t.data is not None}
        values[self.input.index] = samples
        for op in self.graph.operators:
            values[op.outputs[0]] = KERNELS[op.kind](self.graph, op, values)
        return values
