# SPDX-License-Identifier: Apache-2.0
"""Read a .tflite file (schema version 3) into a Graph; every malformed file ends in one ModelError."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tflite

from wristpulse.oracle.fold import fold
from wristpulse.oracle.graph import Graph, ModelError, Operator, Tensor
from wristpulse.oracle.refusals import way_out
from wristpulse.oracle.rewrite import rewrite

DTYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.FLOAT64: np.float64,
    tflite.TensorType.INT8: np.int8,
    tflite.TensorType.UINT8: np.uint8,
    tflite.TensorType.INT16: np.int16,
    tflite.TensorType.INT32: np.int32,
    tflite.TensorType.INT64: np.int64,
    tflite.TensorType.BOOL: np.bool_,
}
KINDS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if not name.startswith("_")}
MAX_BYTES = 64 << 20  # far above anything a microcontroller can hold

_POOL = ("Padding", "StrideH", "StrideW", "FilterHeight", "FilterWidth", "FusedActivationFunction")
_CONV = ("Padding", "StrideH", "StrideW", "DilationHFactor", "DilationWFactor", "FusedActivationFunction")
OPTIONS: dict[str, tuple[type, tuple[str, ...]]] = {
    "CONV_2D": (tflite.Conv2DOptions, _CONV),
    "DEPTHWISE_CONV_2D": (tflite.DepthwiseConv2DOptions, (*_CONV, "DepthMultiplier")),
    "AVERAGE_POOL_2D": (tflite.Pool2DOptions, _POOL),
    "MAX_POOL_2D": (tflite.Pool2DOptions, _POOL),
    "FULLY_CONNECTED": (
        tflite.FullyConnectedOptions,
        ("FusedActivationFunction", "WeightsFormat", "KeepNumDims"),
    ),
    "ADD": (tflite.AddOptions, ("FusedActivationFunction",)),
    "MUL": (tflite.MulOptions, ("FusedActivationFunction",)),
    "SUB": (tflite.SubOptions, ("FusedActivationFunction",)),
    "LEAKY_RELU": (tflite.LeakyReluOptions, ("Alpha",)),
    "CONCATENATION": (tflite.ConcatenationOptions, ("Axis", "FusedActivationFunction")),
    "PACK": (tflite.PackOptions, ("Axis", "ValuesCount")),
    "MEAN": (tflite.ReducerOptions, ("KeepDims",)),
    "SOFTMAX": (tflite.SoftmaxOptions, ("Beta",)),
    "STRIDED_SLICE": (
        tflite.StridedSliceOptions,
        ("BeginMask", "EndMask", "EllipsisMask", "NewAxisMask", "ShrinkAxisMask"),
    ),
    "SPLIT": (tflite.SplitOptions, ("NumSplits",)),
    "UNPACK": (tflite.UnpackOptions, ("Axis", "Num")),
    "TRANSPOSE_CONV": (
        tflite.TransposeConvOptions,
        ("Padding", "StrideH", "StrideW", "FusedActivationFunction"),
    ),
    "RESIZE_NEAREST_NEIGHBOR": (
        tflite.ResizeNearestNeighborOptions,
        ("AlignCorners", "HalfPixelCenters"),
    ),
    "REDUCE_MAX": (tflite.ReducerOptions, ("KeepDims",)),
}
MALFORMED = (
    struct.error,
    ValueError,
    IndexError,
    TypeError,
    OverflowError,
    AttributeError,
    KeyError,
    MemoryError,
)


def read_tflite(path: Path | str) -> Graph:
    """Read the only subgraph of a .tflite file, without checking what its operators do.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    Graph

    Raises
    ------
    ModelError
        No sound .tflite file, or one of several subgraphs.
    OSError
        The file cannot be opened.
    """
    blob = Path(path).read_bytes()
    source = str(path)
    if len(blob) > MAX_BYTES:
        raise ModelError(source, "file size", f"at most {MAX_BYTES} bytes", f"{len(blob)}")
    if len(blob) < 16 or blob[4:8] != b"TFL3":
        raise ModelError(source, "file identifier", "'TFL3' at byte 4 (a .tflite file)", repr(blob[4:8]))
    try:
        return _Reader(source, blob).graph()
    except ModelError:
        raise
    except (*MALFORMED, AssertionError) as error:
        raise ModelError(source, "flatbuffer", "a sound .tflite file", f"damage ({error})") from error


class _Reader:
    """One file being read; the lengths it states are believed only as far as the file is long."""

    def __init__(self, source: str, blob: bytes) -> None:
        self.source, self.blob = source, blob
        self.model = tflite.Model.GetRootAs(bytearray(blob), 0)
        self.users: dict[int, Operator] = {}

    def graph(self) -> Graph:
        if self.model.Version() != 3:
            raise ModelError(self.source, "schema version", "3", str(self.model.Version()))
        subgraphs = self._length(self.model.SubgraphsLength())
        if subgraphs != 1:
            raise ModelError(self.source, "subgraphs", "1 (no control flow, one signature)", str(subgraphs))
        sub = self.model.Subgraphs(0)
        operators = self._list(sub.OperatorsLength(), sub.Operators, self._operator)
        self.users = {i: op for op in reversed(operators) for i in (*op.inputs, *op.outputs)}
        tensors = self._list(sub.TensorsLength(), sub.Tensors, self._tensor)
        inputs, outputs = self._indices(sub.InputsAsNumpy()), self._indices(sub.OutputsAsNumpy())
        digest = hashlib.sha256(self.blob).hexdigest()
        return rewrite(fold(Graph(self.source, digest, tensors, operators, inputs, outputs, self._names())))

    def _names(self) -> dict[int, str]:
        """Names that the file's signature gives to inputs and outputs, where it has just one."""
        if self._length(self.model.SignatureDefsLength()) != 1:
            return {}
        signature = self.model.SignatureDefs(0)
        ends = [
            *self._list(signature.InputsLength(), signature.Inputs, lambda _, end: end),
            *self._list(signature.OutputsLength(), signature.Outputs, lambda _, end: end),
        ]
        return {end.TensorIndex(): (end.Name() or b"").decode("utf-8", "replace") for end in ends}

    def _length(self, length: int) -> int:
        if not 0 <= length <= len(self.blob):
            raise ValueError(f"a vector of {length} entries in a file of {len(self.blob)} bytes")
        return length

    def _list(self, length: int, get: Callable[[int], Any], convert: Callable[[int, Any], Any]) -> tuple:
        return tuple(convert(i, get(i)) for i in range(self._length(length)))

    def _indices(self, vector: Any) -> tuple[int, ...]:
        return tuple(int(v) for v in np.atleast_1d(self._vector(vector, np.int32)))

    def _vector(self, vector: Any, dtype: type) -> np.ndarray:
        """Numpy view of a flatbuffer vector; the generated accessor returns 0 for an absent one."""
        return np.array([] if isinstance(vector, int) else vector, dtype)

    def _tensor(self, index: int, table: Any) -> Tensor:
        name = (table.Name() or b"").decode("utf-8", "replace")
        place = f"tensor {index} '{name}'"
        if table.Type() not in DTYPES:
            raise self._unusable(index, place, "a numeric type", f"TFLite type {table.Type()}")
        if table.Sparsity() is not None:
            raise self._unusable(index, place, "a dense tensor", "a sparse one")
        if table.IsVariable():
            raise self._unusable(index, place, "a tensor without state", "a variable one")
        dtype = np.dtype(DTYPES[table.Type()])
        shape = self._indices(table.ShapeAsNumpy())
        signature = self._indices(table.ShapeSignatureAsNumpy())
        # Keras leaves the batch open (-1) and writes shape 1: operators that look at it are refused by name.
        if any(d < 1 for d in (*shape, *signature[1:])) or (
            shape[:1] != (1,) and any(d < 1 for d in signature)
        ):
            raise ModelError(
                self.source,
                place,
                "a fixed shape but for a batch of 1; fix it before converting, for example with "
                "tf.function(model).get_concrete_function(tf.TensorSpec((1, ...)))",
                f"shape {shape}, signature {signature}",
            )
        scale, zero, axis = self._quantisation(table.Quantization(), place)
        data = self._data(table.Buffer(), dtype, shape, place)
        return Tensor(index, name, shape, dtype, scale, zero, axis, data)

    def _unusable(self, index: int, place: str, expected: str, found: str) -> ModelError:
        """An error that names the operator which needs such a tensor."""
        user = self.users.get(index)
        if user is not None:
            place, found = f"{user}, {place}", f"{found} of {way_out(user.kind)}"
        return ModelError(self.source, place, expected, found)

    def _quantisation(self, table: Any, place: str) -> tuple[np.ndarray, np.ndarray, int]:
        if table is None:
            return np.zeros(0, np.float32), np.zeros(0, np.int64), 0
        scale = self._vector(table.ScaleAsNumpy(), np.float32)
        zero = self._vector(table.ZeroPointAsNumpy(), np.int64)
        if zero.size == 0:
            zero = np.zeros(scale.shape, np.int64)
        if scale.shape != zero.shape or not np.all(np.isfinite(scale) & (scale > 0)):
            raise ModelError(
                self.source, place, "finite positive scales and a zero point each", f"{scale[:4]}, {zero[:4]}"
            )
        return scale, zero, table.QuantizedDimension()

    def _data(self, buffer: int, dtype: np.dtype, shape: tuple[int, ...], place: str) -> np.ndarray | None:
        if buffer >= self._length(self.model.BuffersLength()):
            raise ModelError(self.source, place, "a buffer of the file", f"buffer {buffer}")
        table = self.model.Buffers(buffer)
        if table.Offset() > 1:
            raise ModelError(self.source, place, "constants inside the flatbuffer", "an external buffer")
        raw = self._vector(table.DataAsNumpy(), np.uint8)
        if raw.size == 0:
            return None
        expected = dtype.itemsize * int(np.prod(shape, dtype=object))
        if raw.size != expected:
            raise ModelError(self.source, place, f"{expected} bytes for shape {shape}", f"{raw.size}")
        data = raw.view(dtype).reshape(shape)
        data.setflags(write=False)
        return data

    def _operator(self, index: int, table: Any) -> Operator:
        code = self.model.OperatorCodes(table.OpcodeIndex())
        if not 0 <= table.OpcodeIndex() < self._length(self.model.OperatorCodesLength()):
            raise ValueError(f"operator {index} has code index {table.OpcodeIndex()}")
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        kind = KINDS.get(number, f"builtin {number}")
        if kind == "CUSTOM":
            kind = f"CUSTOM {(code.CustomCode() or b'').decode('utf-8', 'replace')}"
        inputs = self._indices(table.InputsAsNumpy())
        outputs = self._indices(table.OutputsAsNumpy())
        return Operator(index, kind, inputs, outputs, self._options(kind, table))

    def _options(self, kind: str, table: Any) -> dict[str, Any]:
        if kind not in OPTIONS:
            return {}
        reader, fields = OPTIONS[kind]
        options = reader()
        union = table.BuiltinOptions()
        if union is None:
            raise ModelError(self.source, f"a {kind}", "its options", "none")
        options.Init(union.Bytes, union.Pos)
        return {field: getattr(options, field)() for field in fields}
