# SPDX-License-Identifier: Apache-2.0
"""Compute at once what a graph computes from shapes alone: the batch is 1, so every shape is known.

Keras leaves the batch open and lets Flatten and Reshape ask for it: SHAPE, STRIDED_SLICE, PACK, RESHAPE.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wristpulse.oracle.geometry import slice_ranges
from wristpulse.oracle.graph import Graph, Operator


def fold(graph: Graph) -> Graph:
    """Compute the operators whose outputs follow from shapes and integer constants.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    Graph
        Without these operators; their outputs are constants.
    """
    kept = []
    for op in graph.operators:
        value = _value(graph, op)
        if value is None:
            kept.append(op)
            continue
        tensors = list(graph.tensors)
        out = tensors[op.outputs[0]]
        tensors[out.index] = replace(out, data=value.astype(out.dtype).reshape(out.shape))
        graph = replace(graph, tensors=tuple(tensors))
    return replace(graph, operators=tuple(kept))


def _value(graph: Graph, op: Operator) -> np.ndarray | None:
    """The constant that an operator on shapes computes; None for any other operator."""
    count = len(graph.tensors)
    if len(op.outputs) != 1 or not all(0 <= i < count for i in (*op.inputs, *op.outputs)) or not op.inputs:
        return None
    inputs, out = [graph.tensors[i] for i in op.inputs], graph.tensors[op.outputs[0]]
    if out.dtype not in (np.int32, np.int64) or out.index in graph.outputs or out.data is not None:
        return None
    constants = [t.data for t in inputs if t.data is not None]
    value: np.ndarray
    if op.kind == "SHAPE":
        value = np.array(inputs[0].shape, np.int64)
    elif len(constants) < len(inputs):
        return None
    elif op.kind == "STRIDED_SLICE" and len(inputs) == 4:
        ranges = slice_ranges(graph, op)
        value = constants[0][np.ix_(*ranges)]
    elif op.kind in ("PACK", "CONCATENATION"):
        join = np.stack if op.kind == "PACK" else np.concatenate
        value = join(constants, axis=op.options["Axis"])
    elif op.kind == "REDUCE_PROD":
        value = np.asarray(np.prod(constants[0]))
    else:
        return None
    return value if np.size(value) == out.size else None
