# SPDX-License-Identifier: Apache-2.0
"""Settings of the networks; free of Keras, so that reading a configuration does not start TensorFlow.

Limits stand beside the number that they limit, both ends included; of a list, each item.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

Width = Annotated[int, Meta(ge=1, le=1024)]  # channels
Kernel = Annotated[int, Meta(ge=1, le=64)]  # steps or bins
Dilation = Annotated[int, Meta(ge=1, le=64)]
Stages = Annotated[tuple[Width, ...], Meta(min_length=3, max_length=3)]  # one a pooling stage
Dilations = tuple[Dilation, ...]  # a residual convolution each
Depth = Annotated[int, Meta(ge=1, le=16)]
Hidden = Annotated[int, Meta(ge=1, le=4096)]
Dropout = Annotated[float, Meta(ge=0, le=0.95)]
Heads = Annotated[int, Meta(ge=1, le=64)]
Key = Annotated[int, Meta(ge=1, le=512)]  # channels of a head
Share = Annotated[float, Meta(ge=0, le=1)]


@dataclass(frozen=True)
class PaperTeacher:
    """The PULSE teacher of windows."""

    # "shared": one trunk over the four channels; "separate": one for PPG, one for the accelerometer
    trunk: Literal["shared", "separate"] = "shared"
    widths: Stages = (32, 48, 64)
    depth: Depth = 3
    kernel: Kernel = 5
    dilation: Dilation = 2
    heads: Heads = 4
    key: Key = 16
    hidden: Hidden = 32
    dropout: Dropout = 0.5


@dataclass(frozen=True)
class PaperStudent:
    """The modality-wise student of windows."""

    # "across": (2 x 1) convolution over the modality axis; "separate": one filter set each
    fusion: Literal["across", "separate"] = "across"
    widths: Stages = (12, 16, 24)
    depth: Depth = 2
    kernel: Kernel = 5
    dilation: Dilation = 2
    hidden: Hidden = 32
    dropout: Dropout = 0.0


@dataclass(frozen=True)
class SpectralStudent:
    """A student of spectra; the default has about 8 k parameters."""

    width: Width = 20
    first_kernel: Kernel = 5
    kernel: Kernel = 5
    dilations: Dilations = (1, 2, 4)
    dropout: Dropout = 0.0
    bins_a_step: Literal[1, 2] = 1  # that share a step of the network: a peak is 16 bins wide


# By their parameters.
SIZES = {"2k": SpectralStudent(width=8), "8k": SpectralStudent(), "30k": SpectralStudent(width=40)}


def size_name(network: SpectralStudent) -> str:
    """Name a student of spectra by its size.

    Parameters
    ----------
    network : SpectralStudent

    Returns
    -------
    str
        Its name in SIZES, or its width.
    """
    return next((name for name, size in SIZES.items() if size == network), f"{network.width}wide")


@dataclass(frozen=True)
class SpectralTeacher:
    """The teacher of spectra; the default has about 62 k parameters."""

    width: Width = 32
    kernel: Kernel = 5
    dilations: Dilations = (1, 2, 4)  # of each signal's trunk
    fused_dilations: Dilations = (1, 2, 4)  # after the attention
    heads: Heads = 4
    key: Key = 16
    dropout: Dropout = 0.1
    attention: bool = True  # False: the student's network, `width` wide, without the parts after attention


@dataclass(frozen=True)
class Augmentation:
    """How strongly spectra are changed while a student learns; what was tried: docs/experiments.md."""

    # of time, pulse, motion and label alike
    stretches: tuple[Annotated[float, Meta(ge=0.5, le=2)], ...] = (0.8, 0.88, 1.13, 1.25)
    stretched_share: Share = 0.35  # of a stretched recording's weight, against 1 for the original
    motion_gain: Annotated[float, Meta(ge=0, le=10)] = 0.8  # standard deviation of the logarithm
    foreign_motion: Share = 0.3  # share of windows at rest that are given another's motion
    artefact: Share = 0.7  # share of windows into whose pulse the motion leaks
    noise: Annotated[float, Meta(ge=0, le=10)] = 0.8  # of the pulse's highest peak, at most
    tilt: Annotated[float, Meta(ge=0, le=10)] = 0.6  # standard deviation of the exponent in frequency
    no_pulse: Share = 0.4  # share of windows with noise for a pulse: any heart rate is then as likely


@dataclass(frozen=True)
class World:
    """Simulated sessions that networks learn from while they are made: docs/simulator.md."""

    share: Share = 0.0  # of each batch; the rest is real people's; 1: nobody real
    seconds: Annotated[float, Meta(ge=16, le=3600)] = 180.0  # of a session
    chunk_sessions: Annotated[int, Meta(ge=1, le=10_000)] = 128  # made at a time
    chunk_steps: Annotated[int, Meta(ge=1, le=100_000)] = 256  # that a chunk serves
    without: tuple[str, ...] = ()  # knobs of wristpulse.recordings.world left out
    confidence: bool = False  # they map the confidence also where none of them teaches
    # Of 300 s, which map the confidence; no student learns from them.
    validation_sessions: Annotated[int, Meta(ge=3, le=10_000)] = 400


# Of the settings of simulated people, those that a trained network depends on.
_TEACHING = ("share", "seconds", "chunk_sessions", "chunk_steps", "without")


def teaching_settings(world: World) -> dict[str, object]:
    """The settings of simulated people that a trained network depends on.

    Parameters
    ----------
    world : World

    Returns
    -------
    dict of str to object
        By the field's name; those of validation and confidence are left out.
    """
    return {name: getattr(world, name) for name in _TEACHING}


@dataclass(frozen=True)
class WindowAugmentation:
    """How windows of time are changed for the paper's line; docs/training.md."""

    copies: Annotated[int, Meta(ge=0, le=100)] = 0  # of each window at each stretch; 0: as recorded only
    stretches: tuple[Annotated[float, Meta(ge=0.5, le=2)], ...] = (0.7, 0.85, 1.2, 1.4)  # as Augmentation's
    motion_gain: Annotated[float, Meta(ge=0, le=10)] = 0.15  # standard deviation of the logarithm
    foreign_motion: Share = 0.3  # share of windows at rest that are given another's motion
    leak: Share = 0.6  # share of windows into whose light the motion leaks
    leak_gain: Annotated[float, Meta(ge=0.2, le=100)] = 10.0  # at most, in standard deviations of the pulse
    noise: Annotated[float, Meta(ge=0, le=10)] = 0.15  # mean deviation of white noise, in those of the pulse
    baseline: Annotated[float, Meta(ge=0, le=10)] = 0.4  # mean size of a slow baseline, likewise
    tilt: Annotated[float, Meta(ge=0, le=10)] = 0.4  # standard deviation of the exponent in frequency
    turned: Share = 0.5  # share of windows of the other polarity
    no_pulse: Share = 0.05  # share of windows with noise for a pulse: any heart rate is then as likely
