# SPDX-License-Identifier: Apache-2.0
"""Exact integer execution of full-integer .tflite models (numpy)."""

from wristpulse.oracle.graph import Graph, ModelError, Operator, Tensor
from wristpulse.oracle.model import IntegerModel
from wristpulse.oracle.read import read_tflite
from wristpulse.oracle.stream import HopModel

__all__ = ["Graph", "HopModel", "IntegerModel", "ModelError", "Operator", "Tensor", "read_tflite"]
