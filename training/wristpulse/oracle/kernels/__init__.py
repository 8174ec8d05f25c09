# SPDX-License-Identifier: Apache-2.0
"""Each operator in numpy integers, bit for bit as TFLite's reference kernels compute it.

A kernel takes the graph, an operator and the values of all tensors so far, and returns the operator's output.
Activations have one more axis in front: the samples of a batch. Shapes and scales are as `check` requires, so
a kernel raises no errors. Files named in docstrings lie in TFLite's tensorflow/lite/kernels and its folders
internal/reference and internal/reference/integer_ops.
"""
