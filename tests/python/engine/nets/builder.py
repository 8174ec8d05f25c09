# SPDX-License-Identifier: Apache-2.0
"""Write small int8 .tflite files by hand: every operator, any scale, zero point and weight."""

from __future__ import annotations

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

VALID, SAME = schema.Padding.VALID, schema.Padding.SAME
NONE, RELU, RELU6 = 0, 1, 3


class Builder:
    """One graph under construction; methods add an operator and return its output's index."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = b"engine test"
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, shape, dtype=np.int8, scale=(), zero=(), data=None, axis=0) -> int:  # noqa: ANN001
        t = schema.TensorT()
        t.shape = [int(d) for d in shape]
        t.type = {np.int8: schema.TensorType.INT8, np.int32: schema.TensorType.INT32}[dtype]
        t.name = f"t{len(self.graph.tensors)}".encode()
        t.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.ascontiguousarray(data, dtype).view(np.uint8).ravel()
            t.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        t.quantization = schema.QuantizationParametersT()
        t.quantization.scale = [float(s) for s in np.atleast_1d(scale)]
        t.quantization.zeroPoint = [int(z) for z in np.atleast_1d(zero)]
        t.quantization.quantizedDimension = axis
        self.graph.tensors.append(t)
        return len(self.graph.tensors) - 1

    def source(self, shape, scale: float = 0.1, zero: int = 0) -> int:  # noqa: ANN001
        index = self.tensor(shape, scale=scale, zero=zero)
        self.graph.inputs = [index]
        return index

    def shape(self, index: int) -> tuple[int, ...]:
        return tuple(self.graph.tensors[index].shape)

    def quantisation(self, index: int) -> tuple[float, int]:
        q = self.graph.tensors[index].quantization
        return q.scale[0], q.zeroPoint[0]

    def operator(self, kind: str, inputs: list[int], output, options=None, **fields):  # noqa: ANN001, ANN201
        """`output`: an index, or a list of them; returned as it is."""
        number = getattr(schema.BuiltinOperator, kind)
        codes = [c.builtinCode for c in self.model.operatorCodes]
        if number not in codes:
            code = schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
            self.model.operatorCodes.append(code)
            codes.append(number)
        op = schema.OperatorT()
        op.opcodeIndex = codes.index(number)
        op.inputs, op.outputs = inputs, output if isinstance(output, list) else [output]
        if options is not None:
            op.builtinOptions = options()
            name = type(op.builtinOptions).__name__.removesuffix("T")
            op.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            for key, value in fields.items():
                assert hasattr(op.builtinOptions, key), key
                setattr(op.builtinOptions, key, value)
        self.graph.operators.append(op)
        return output

    def constant(self, values, dtype=np.int32, **quantisation) -> int:  # noqa: ANN001
        values = np.asarray(values, dtype)
        return self.tensor(values.shape, dtype, data=values, **quantisation)

    def like(self, source: int, shape) -> int:  # noqa: ANN001
        """Tensor quantised as another one."""
        scale, zero = self.quantisation(source)
        return self.tensor(shape, scale=scale, zero=zero)

    def convolution(
        self, source: int, weights: np.ndarray, bias: np.ndarray, scales, out, *, depthwise=False,  # noqa: ANN001
        stride=(1, 1), dilation=(1, 1), padding=VALID, activation=NONE,
    ) -> int:  # fmt: skip
        """weights (out, KH, KW, in / groups), or (1, KH, KW, out) if depthwise; out: (scale, zero)."""
        _, height, width, depth = self.shape(source)
        channels = weights.shape[3] if depthwise else weights.shape[0]
        filters = self.constant(
            weights,
            np.int8,
            scale=scales,
            zero=np.zeros(len(np.atleast_1d(scales))),
            axis=3 if depthwise else 0,
        )
        biases = self.constant(bias)
        sides = [
            -(-size // s) if padding == SAME else (size - (k - 1) * d - 1) // s + 1
            for size, k, s, d in zip((height, width), weights.shape[1:3], stride, dilation, strict=True)
        ]
        result = self.tensor((1, *sides, channels), scale=out[0], zero=out[1])
        extra = {"depthMultiplier": channels // depth} if depthwise else {}
        return self.operator(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
            [source, filters, biases],
            result,
            schema.DepthwiseConv2DOptionsT if depthwise else schema.Conv2DOptionsT,
            padding=padding, strideH=stride[0], strideW=stride[1], dilationHFactor=dilation[0],
            dilationWFactor=dilation[1], fusedActivationFunction=activation, **extra,
        )  # fmt: skip

    def connected(
        self, source: int, weights: np.ndarray, bias: np.ndarray, scales, out, activation=NONE
    ) -> int:  # noqa: ANN001
        filters = self.constant(weights, np.int8, scale=scales, zero=np.zeros(len(np.atleast_1d(scales))))
        rows = int(np.prod(self.shape(source))) // weights.shape[1]
        result = self.tensor((rows, weights.shape[0]), scale=out[0], zero=out[1])
        return self.operator(
            "FULLY_CONNECTED", [source, filters, self.constant(bias)], result,
            schema.FullyConnectedOptionsT, fusedActivationFunction=activation,
        )  # fmt: skip

    def pool(self, source: int, average: bool, kernel, stride, padding=VALID, activation=NONE) -> int:  # noqa: ANN001
        _, *size, channels = self.shape(source)
        sides = [
            -(-n // s) if padding == SAME else (n - k) // s + 1
            for n, k, s in zip(size, kernel, stride, strict=True)
        ]
        kind, result = (
            "AVERAGE_POOL_2D" if average else "MAX_POOL_2D",
            self.like(source, (1, *sides, channels)),
        )
        return self.operator(
            kind, [source], result,
            schema.Pool2DOptionsT, padding=padding, filterHeight=kernel[0], filterWidth=kernel[1],
            strideH=stride[0], strideW=stride[1], fusedActivationFunction=activation,
        )  # fmt: skip

    def elementwise(self, kind: str, a: int, b: int, out, activation=NONE) -> int:  # noqa: ANN001
        shape = np.broadcast_shapes(self.shape(a), self.shape(b))
        result = self.tensor(shape, scale=out[0], zero=out[1])
        if kind in ("MAXIMUM", "MINIMUM"):
            return self.operator(kind, [a, b], result, schema.MaximumMinimumOptionsT)
        options = {"ADD": schema.AddOptionsT, "SUB": schema.SubOptionsT, "MUL": schema.MulOptionsT}[kind]
        return self.operator(kind, [a, b], result, options, fusedActivationFunction=activation)

    def unary(self, kind: str, source: int, out, alpha: float = 0.1) -> int:  # noqa: ANN001
        options, fields = {
            "SOFTMAX": (schema.SoftmaxOptionsT, {"beta": 1.0}),
            "LEAKY_RELU": (schema.LeakyReluOptionsT, {"alpha": alpha}),
            "HARD_SWISH": (schema.HardSwishOptionsT, {}),
        }.get(kind, (None, {}))
        result = self.tensor(self.shape(source), scale=out[0], zero=out[1])
        return self.operator(kind, [source], result, options, **fields)

    def mean(self, source: int, axes: list[int], keep: bool, out) -> int:  # noqa: ANN001
        shape = self.shape(source)
        kept = [1 if i in axes else d for i, d in enumerate(shape) if keep or i not in axes]
        result = self.tensor(kept, scale=out[0], zero=out[1])
        return self.operator(
            "MEAN", [source, self.constant(axes)], result, schema.ReducerOptionsT, keepDims=keep
        )

    def pad(self, source: int, widths) -> int:  # noqa: ANN001
        shape = [d + sum(w) for d, w in zip(self.shape(source), widths, strict=True)]
        return self.operator(
            "PAD", [source, self.constant(widths)], self.like(source, shape), schema.PadOptionsT
        )

    def reshape(self, source: int, shape) -> int:  # noqa: ANN001
        result = self.like(source, shape)
        return self.operator(
            "RESHAPE", [source, self.constant(shape)], result, schema.ReshapeOptionsT, newShape=list(shape)
        )

    def transpose(self, source: int, order) -> int:  # noqa: ANN001
        shape = [self.shape(source)[i] for i in order]
        inputs = [source, self.constant(order)]
        return self.operator("TRANSPOSE", inputs, self.like(source, shape), schema.TransposeOptionsT)

    def slice(self, source: int, begin, end, step) -> int:  # noqa: ANN001
        shape = [len(range(b, e, s)) for b, e, s in zip(begin, end, step, strict=True)]
        inputs = [source, *(self.constant(v) for v in (begin, end, step))]
        return self.operator("STRIDED_SLICE", inputs, self.like(source, shape), schema.StridedSliceOptionsT)

    def concatenate(self, sources: list[int], axis: int) -> int:
        shape = list(self.shape(sources[0]))
        shape[axis] = sum(self.shape(s)[axis] for s in sources)
        result = self.like(sources[0], shape)
        return self.operator("CONCATENATION", sources, result, schema.ConcatenationOptionsT, axis=axis)

    def finish(self, *outputs: int) -> bytes:
        self.graph.outputs = list(outputs)
        builder = flatbuffers.Builder(4096)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
