# SPDX-License-Identifier: Apache-2.0
"""What all kernels share: their form, and an operator's tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from wristpulse.oracle.graph import Graph, Operator, Tensor

Values = Mapping[int, np.ndarray]
Kernel = Callable[[Graph, Operator, Values], np.ndarray]


def ends(graph: Graph, op: Operator) -> tuple[Tensor, Tensor]:
    """Give an operator's first input and its output.

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    source, out : Tensor
    """
    return graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]


def tensors(graph: Graph, op: Operator) -> tuple[Tensor, ...]:
    """Give all tensors of an operator: its inputs, less those left out, then its outputs.

    Parameters
    ----------
    graph : Graph
    op : Operator

    Returns
    -------
    tuple of Tensor
    """
    return tuple(graph.tensors[i] for i in (*op.inputs, *op.outputs) if i >= 0)
