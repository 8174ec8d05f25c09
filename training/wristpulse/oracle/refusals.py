# SPDX-License-Identifier: Apache-2.0
"""What to do about an operator that is not executed: one line a kind."""

from __future__ import annotations

BATCH = (
    "freeze the batch to 1 before converting: with a dynamic batch TensorFlow turns dilated convolutions "
    "into SPACE_TO_BATCH, which costs time and memory and computes wrong values on some runtimes"
)
RECURRENT = (
    "it keeps state between calls; use causal convolutions, which stream (docs/engine.md, Streaming), "
    "or unroll the layer over the window before converting (Keras: unroll=True)"
)
NORMALISATION = "replace LayerNormalization by BatchNormalization, which folds into the convolution"
WAY_OUT = {
    "SPACE_TO_BATCH_ND": BATCH,
    "BATCH_TO_SPACE_ND": BATCH,
    "SHAPE": "fix all sizes before converting",
    "DEQUANTIZE": "convert with inference_input_type = inference_output_type = int8",
    "BATCH_MATMUL": "replace attention by convolutions, or keep that part on the host",
    "CUSTOM": "use built-in operators only",
    "SVDF": "it keeps state between calls; a 1 x 1 convolution with a depthwise one over time after it "
    "computes the same and streams (docs/engine.md, Streaming)",
    "UNIDIRECTIONAL_SEQUENCE": RECURRENT,
    "BIDIRECTIONAL_SEQUENCE": RECURRENT,
    "LSTM": RECURRENT,
    "RNN": RECURRENT,
    "VAR_HANDLE": RECURRENT,
    "READ_VARIABLE": RECURRENT,
    "ASSIGN_VARIABLE": RECURRENT,
    "CALL_ONCE": RECURRENT,
    "WHILE": "unroll the loop before converting (Keras: unroll=True)",
    "IF": "convert one branch",
    "SUM": "use MEAN, which differs by a factor: TFLite's reference reads what SUM adds as unsigned bytes",
    "GELU": "use RELU, RELU6 or HARD_SWISH",
    "ELU": "use RELU, RELU6 or LEAKY_RELU",
    "PRELU": "use LEAKY_RELU",
    "RSQRT": NORMALISATION,
    "SQRT": NORMALISATION,
    "SQUARED_DIFFERENCE": NORMALISATION,
}
FLOATING = "TFLite has no int8 kernel for it, so the converter left it between DEQUANTIZE and QUANTIZE"
FLOAT_WAY_OUT = {
    "NEG": f"subtract with SUB; {NORMALISATION}",
    "CONV_2D": "give the converter a representative data set, so that it quantises activations too",
    "FULLY_CONNECTED": "give the converter a representative data set, so that it quantises activations too",
}


def way_out(kind: str, floating: bool = False) -> str:
    """Name an operator and what to do instead.

    Parameters
    ----------
    kind : str
        TFLite's name.
    floating : bool
        The converter left it in float32.

    Returns
    -------
    str

    Examples
    --------
    >>> way_out("IF")
    'IF (convert one branch)'
    """
    named = (text for start, text in WAY_OUT.items() if kind.startswith(start))
    if floating:
        remedy = FLOAT_WAY_OUT.get(kind) or next(named, "rewrite the model without it")
        return f"{kind} on float32 ({FLOATING}; {remedy})"
    return f"{kind} ({next(named, 'rewrite the model without it')})"
