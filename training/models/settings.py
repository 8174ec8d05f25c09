# SPDX-License-Identifier: Apache-2.0
"""Configurations of the networks; free of Keras, so that reading one does not start TensorFlow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Teacher:
    """Configuration of the teacher."""

    trunk: str = "shared"  # "shared": one trunk over the four channels; "separate": one for PPG, one for ACC
    widths: tuple[int, ...] = (32, 48, 64)
    depth: int = 3
    kernel: int = 5
    dilation: int = 2
    heads: int = 4
    key: int = 16
    hidden: int = 32
    dropout: float = 0.5
    head: str = "bins"


@dataclass(frozen=True)
class Student:
    """Configuration of the modality-wise student."""

    fusion: str = (
        "across"  # "across": (2 x 1) convolution over the modality axis; "separate": one filter set each
    )
    widths: tuple[int, ...] = (12, 16, 24)
    depth: int = 2
    kernel: int = 5
    dilation: int = 2
    hidden: int = 32
    dropout: float = 0.0
    head: str = "bins"
