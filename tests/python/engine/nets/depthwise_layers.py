# SPDX-License-Identifier: Apache-2.0
"""Instructions per product of depthwise layers on QEMU: `python depthwise_layers.py` in this folder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from builder import SAME, Builder

from wristpulse_tools.bench.measure import Measurement, measure

RELU = 1


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Height, width, channels; kernel; step; activation; instructions per product that tests allow."""

    shape: tuple[int, int, int]
    kernel: tuple[int, int]
    stride: int = 1
    activation: int = 0
    limit: float

    @property
    def name(self) -> str:
        """As in docs/engine.md."""
        height, width, channels = self.shape
        step = ", every second position" if self.stride == 2 else ""
        relu = ", ReLU" if self.activation else ""
        return f"{height} x {width}, {channels} channels, {self.kernel[0]} x {self.kernel[1]}{step}{relu}"


LAYERS = (
    Layer(shape=(1, 128, 16), kernel=(1, 5), limit=4.4),
    Layer(shape=(1, 256, 32), kernel=(1, 9), limit=3.0),
    Layer(shape=(32, 32, 16), kernel=(3, 3), limit=4.6),
    Layer(shape=(1, 128, 16), kernel=(1, 5), stride=2, limit=7.2),
    Layer(shape=(1, 128, 32), kernel=(1, 3), activation=RELU, limit=6.3),
    Layer(shape=(25, 5, 64), kernel=(3, 3), activation=RELU, limit=5.9),
    Layer(shape=(6, 6, 128), kernel=(3, 3), activation=RELU, limit=6.3),
    Layer(shape=(3, 3, 256), kernel=(3, 3), activation=RELU, limit=8.3),
)


def model(layer: Layer) -> bytes:
    """The layer alone, weights and bias at random; ReLU's zero point is -128, as converters choose it."""
    rng, channels = np.random.default_rng(1), layer.shape[2]
    b = Builder()
    x = b.source((1, *layer.shape), 0.05, -128)
    down = 1 if layer.shape[0] == 1 else layer.stride
    y = b.convolution(
        x, rng.integers(-127, 128, (1, *layer.kernel, channels)), rng.integers(-500, 500, channels),
        np.full(channels, 0.01), (0.3, -128 if layer.activation else 3), depthwise=True,
        stride=(down, layer.stride), padding=SAME, activation=layer.activation,
    )  # fmt: skip
    return b.finish(y)


def measured(layer: Layer, folder: Path) -> Measurement:
    """The layer on QEMU, its outputs checked."""
    path = folder / "layer.tflite"
    path.write_bytes(model(layer))
    return measure(path, folder / "build")


def main() -> None:
    """Print the table of docs/engine.md."""
    print("| depthwise layer | products | instructions per product |\n|---|---|---|")
    for layer in LAYERS:
        with tempfile.TemporaryDirectory() as name:
            cost = measured(layer, Path(name))
        print(f"| {layer.name} | {cost.macs:,} | {cost.per_mac:.1f} |", flush=True)


if __name__ == "__main__":
    main()
