# SPDX-License-Identifier: Apache-2.0
"""Exact integer execution of full-integer .tflite models (numpy)."""

from training.integer.graph import Graph, ModelError, Operator, Tensor
from training.integer.model import IntegerModel
from training.integer.read import read_tflite
from training.integer.stream import HopModel

__all__ = ["Graph", "HopModel", "IntegerModel", "ModelError", "Operator", "Tensor", "read_tflite"]
