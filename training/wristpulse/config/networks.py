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


@dataclass(frozen=True)
class Spectral:
    """Configuration of a spectral student; the default has about 8 k parameters."""

    width: int = 20
    first_kernel: int = 5
    kernel: int = 5
    dilations: tuple[int, ...] = (1, 2, 4)  # a residual convolution each
    dropout: float = 0.0


SIZES = {"2k": Spectral(width=8), "8k": Spectral(), "30k": Spectral(width=40)}  # by their parameters


def size_name(config: Spectral) -> str:
    """Its name in SIZES, or its width."""
    return next((name for name, known in SIZES.items() if known == config), f"{config.width}wide")


@dataclass(frozen=True)
class SpectralTeacher:
    """Configuration of the spectral line's teacher; the default has about 62 k parameters."""

    width: int = 32
    kernel: int = 5
    dilations: tuple[int, ...] = (1, 2, 4)  # of each signal's trunk, a residual convolution each
    fused_dilations: tuple[int, ...] = (1, 2, 4)  # after the attention
    heads: int = 4
    key: int = 16
    dropout: float = 0.1


@dataclass(frozen=True)
class Augmentation:
    """How strongly spectra are changed while a student learns; what was tried: docs/experiments.md."""

    stretches: tuple[float, ...] = (0.8, 0.88, 1.13, 1.25)  # of time, pulse, motion and label alike
    stretched_share: float = 0.35  # of a stretched recording's weight, against 1 for the original
    motion_gain: float = 0.8  # standard deviation of the logarithm
    foreign_motion: float = 0.3  # share of windows at rest that are given another's motion
    artefact: float = 0.7  # share of windows into whose pulse the motion leaks
    noise: float = 0.8  # of the pulse's highest peak, at most
    tilt: float = 0.6  # standard deviation of the exponent in frequency
    no_pulse: float = 0.4  # share of windows with noise for a pulse: any heart rate is then as likely


@dataclass(frozen=True)
class Recipe:
    """How long and how fast a spectral student learns; about a minute on one core."""

    steps: int = 4000
    batch: int = 64
    learning_rate: float = 2e-3  # falls to nothing along a cosine
    weight_decay: float = 1e-4
    label_spread_bpm: float = 2.5  # standard deviation of the soft label over the bins
