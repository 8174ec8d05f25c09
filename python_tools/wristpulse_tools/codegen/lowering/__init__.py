# SPDX-License-Identifier: Apache-2.0
"""From operators of a graph to layers of kernels: weighted ones, views of tensors, and the rest."""
