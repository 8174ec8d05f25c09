# SPDX-License-Identifier: Apache-2.0
"""The quantised graph as plain data: what a .tflite file says, and nothing of how it is stored."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wristpulse.support.errors import UserError


class ModelError(UserError):
    """A model that cannot be used: names the file, the place in it, what was expected and what was found."""


@dataclass(frozen=True)
class Tensor:
    """One tensor: value = scale * (q - zero_point), with one scale and zero point, or one per channel."""

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    scale: np.ndarray
    zero_point: np.ndarray
    axis: int
    data: np.ndarray | None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def zero(self) -> int:
        """Zero point of a tensor quantised as a whole."""
        return int(self.zero_point[0])

    @property
    def constant(self) -> np.ndarray:
        """Data of a constant, in the tensor's shape and type."""
        assert self.data is not None, f"{self} is no constant"  # checked when the model was loaded
        return self.data

    @property
    def quantisation(self) -> str:
        """Scales and zero points, for errors."""
        return f"{self.scale.size} scales, zero points {self.zero_point[:4].tolist()}"

    def __str__(self) -> str:
        return f"tensor {self.index} '{self.name}'"


@dataclass(frozen=True)
class Operator:
    """One operator: `kind` is TFLite's name, inputs and outputs are tensor indices (-1: left out)."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)
    origin: str = ""  # the file's operator, where this one stands for a part of it

    def __str__(self) -> str:
        return f"operator {self.index} {self.origin or self.kind}"


@dataclass(frozen=True)
class Graph:
    """One subgraph in execution order, `digest` being the SHA-256 of the file it was read from."""

    source: str
    digest: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    names: dict[int, str] = field(default_factory=dict)  # of inputs and outputs, in the file's signature

    def error(self, place: object, expected: str, found: object) -> ModelError:
        """Make the error that points into this graph.

        Parameters
        ----------
        place : object
            Operator or tensor; its text names it.
        expected : str
        found : object

        Returns
        -------
        ModelError
            To be raised.
        """
        return ModelError(self.source, str(place), expected, str(found))
