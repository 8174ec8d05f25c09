# SPDX-License-Identifier: Apache-2.0
"""The streaming student beside the windowed one: same shape, same people, same passes over the labels.

`python -m wristpulse.experiments.streaming --data DIR` trains both on a fold of bami-spc-4fold from labels
alone, quantises them and prints the int8 errors on the fold's test people; the streaming one sees all that
came before a hop.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers

from wristpulse.config.load import Tracking, Training
from wristpulse.config.networks import Student
from wristpulse.core.align import align
from wristpulse.core.bins import bin_bpm
from wristpulse.core.numbers import BINS, HOP, HOPS_PER_WINDOW, INPUT_STEPS, WINDOW
from wristpulse.core.sensor import to_counts
from wristpulse.core.streaming_window import device_hops, hop_inputs, runs
from wristpulse.core.track import track, tracker_tables
from wristpulse.core.window import device_order, window_inputs, windows
from wristpulse.data.folds import PROTOCOLS, person
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import summarise
from wristpulse.learning.losses import HeartRateLoss
from wristpulse.learning.quantize import quantize
from wristpulse.models import student
from wristpulse.models.layers import Trunk
from wristpulse.oracle import HopModel, IntegerModel
from wristpulse.recordings import Recording, open_dataset

HISTORY = 16  # hops of a training sequence: the 13 results of its end, with zeros before its first frame
BATCH = 104  # results: 8 sequences, or as many windows
PROTOCOL = "bami-spc-4fold"


@dataclass(frozen=True)
class Run:
    """Hops of one recording that follow one another: both front ends, and what they should say.

    hops int8 (n, 64, 4); windows int8 (n - 3, 1024), which end with hops 3, 4, ...; bpm float (n,) or NaN.
    """

    person: str
    hops: np.ndarray
    windows: np.ndarray
    bpm: np.ndarray


def read(recording: Recording) -> Iterator[Run]:
    """Runs of a recording's default channel with at least one window, labels aligned."""
    hops = align(to_counts(recording))
    bpm = window_labels(recording, hops.end_us, aligned=True)
    for run in runs(hops):
        if run.stop - run.start >= HOPS_PER_WINDOW:
            ends = np.arange(run.start + HOPS_PER_WINDOW - 1, run.stop)
            yield Run(
                "/".join(person(recording)),
                hop_inputs(hops.ppg[run], hops.acc[run]),
                device_order(window_inputs(windows(hops, ends))),
                bpm[run],
            )


def unrolled(config: Student, hops: int) -> keras.Model:
    """The student along `hops` hops: its logits (hops - 3, 104) at the end of each from the fourth on.

    The windowed student's head becomes a convolution over 16 steps with a stride of a hop's 4.
    """
    sources = [keras.Input((1, hops * HOP, channels)) for channels in (1, 3)]
    sizes = (config.widths, config.depth, config.kernel, config.dilation, config.dropout)
    trunks = [Trunk(name, *sizes)(x) for name, x in zip(("ppg", "acc"), sources, strict=True)]
    stacked = layers.Concatenate(axis=1)(trunks)
    fused = layers.Conv2D(config.widths[-1], (2, 1), activation="relu", name="modality_wise")(stacked)
    steps = fused.shape[2] // hops
    x = layers.Conv2D(
        config.hidden, (1, steps * HOPS_PER_WINDOW), (1, steps), activation="relu",
        kernel_initializer="he_normal", name="hidden",
    )(fused)  # fmt: skip
    x = layers.Conv2D(BINS, 1, name="logits")(x)
    return keras.Model(sources, layers.Reshape((-1, BINS))(x))


def of_windows(model: keras.Model, config: Student) -> keras.Model:
    """The student of windows with the weights of an unrolled one."""
    result = student.build(config)
    for layer in result.layers:
        if layer.get_weights():
            given = model.get_layer(layer.name).get_weights()
            layer.set_weights(
                [w.reshape(own.shape) for w, own in zip(given, layer.get_weights(), strict=True)]
            )
    return result


def sequences(taught: Sequence[Run], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """All results once: sequences int8 (n, 1024, 4) from a drawn first hop on, and their BPM (n, 13)."""
    step = HISTORY - HOPS_PER_WINDOW + 1
    x, y = [], []
    for run in taught:
        for first in range(int(rng.integers(step)), len(run.hops) - HISTORY + 1, step):
            x.append(run.hops[first : first + HISTORY].reshape(-1, 4))
            y.append(run.bpm[first + HOPS_PER_WINDOW - 1 : first + HISTORY])
    return np.array(x), np.array(y, np.float32)


def network_inputs(frames: np.ndarray) -> list[np.ndarray]:
    """Frames int8 (n, t, 4) as the networks take them."""
    scaled = frames.astype(np.float32)[:, None] / INPUT_STEPS
    return [scaled[..., :1], scaled[..., 1:]]


def train(
    config: Student,
    taught: Sequence[Run],
    streaming: bool,
    epochs: int,
    seed: int,
    progress: Callable[[str], None],
) -> keras.Model:
    """Train a student from the labels; always returned as one of windows."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = unrolled(config, HISTORY if streaming else HOPS_PER_WINDOW)
    outputs = sum(len(run.windows) for run in taught)
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, epochs * outputs // BATCH, alpha=0.01)
    loss = HeartRateLoss(Training())
    model.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        lambda bpm, logits: loss.call(keras.ops.reshape(bpm, (-1, 1)), keras.ops.reshape(logits, (-1, BINS))),
    )
    for epoch in range(epochs):
        start = time.monotonic()
        if streaming:
            frames, bpm = sequences(taught, rng)
        else:
            flat = np.concatenate([run.windows for run in taught])
            frames = np.concatenate(
                [flat[:, :WINDOW, None], flat[:, WINDOW:].reshape(len(flat), WINDOW, 3)], axis=2
            )
            bpm = np.concatenate([run.bpm[HOPS_PER_WINDOW - 1 :] for run in taught]).astype(np.float32)[
                :, None
            ]
        done = model.fit(network_inputs(frames), bpm, batch_size=BATCH // bpm.shape[1], verbose=0)
        progress(
            f"{'streaming' if streaming else 'windowed'}: epoch {epoch + 1}/{epochs}  {bpm.size} results  "
            f"loss {done.history['loss'][0]:.3f}  {time.monotonic() - start:.1f} s"
        )
    return of_windows(model, config)


def hop_windows(run: Run) -> np.ndarray:
    """Windows int8 (n - 3, 1024) of a run's streaming inputs, for calibration."""
    at = np.arange(len(run.hops) - HOPS_PER_WINDOW + 1)[:, None] + np.arange(HOPS_PER_WINDOW)
    frames = run.hops[at].reshape(len(at), WINDOW, 4)
    return device_order(np.moveaxis(frames, 2, 1))


def int8(model: keras.Model, calibration: np.ndarray, count: int = 512) -> IntegerModel:
    """Quantise; calibration int8 (n, 1024)."""
    chosen = calibration[np.linspace(0, len(calibration) - 1, count).round().astype(int)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "student.tflite"
        path.write_bytes(quantize(model, chosen))
        return IntegerModel.load(path)


def by_hops(model: IntegerModel, tested: Sequence[Run]) -> list[np.ndarray]:
    """Logits int8 (n - 3, 104) of each run, computed hop by hop from its start on; the runs side by side."""
    longest = max(len(run.hops) for run in tested)
    streams = np.zeros((longest, len(tested), HOP * 4), np.int8)
    for i, run in enumerate(tested):
        streams[: len(run.hops), i] = device_hops(run.hops)
    logits = HopModel(model, HOP).run(streams)
    return [logits[HOPS_PER_WINDOW - 1 : len(run.hops), i] for i, run in enumerate(tested)]


def errors(tested: Sequence[Run], logits: Iterable[np.ndarray], scale: float) -> dict[str, float]:
    """MAE in BPM, mean over people: tracked and untracked int8 logits of each run's windows."""
    tables = tracker_tables(scale, **asdict(Tracking()))
    rows = {"tracked": [], "untracked": []}
    for run, q in zip(tested, logits, strict=True):
        bpm = run.bpm[HOPS_PER_WINDOW - 1 :]
        rows["tracked"].append((run.person, track(q, tables)[0] / 256, bpm, None))
        rows["untracked"].append((run.person, bin_bpm()[q.argmax(axis=1)], bpm, None))
    return {name: summarise(of).mae.mean for name, of in rows.items()}


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse.experiments.streaming", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the labels")
    parser.add_argument("--fold", type=int, default=1, choices=range(1, 5), help=f"test group of {PROTOCOL}")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    protocol = PROTOCOLS[PROTOCOL]
    try:
        recordings = [r for name in protocol.datasets for r in open_dataset(name, options.data)]
    except ValueError as error:
        parser.exit(1, f"{error}\n")
    fold = protocol.folds(recordings)[options.fold - 1]
    taught, tested = ([run for r in side for run in read(r)] for side in (fold.train, fold.test))
    print(f"{fold.name}: {len(fold.train)} recordings to learn from, {len(fold.test)} to test", flush=True)
    print(f"{'int8, mean over people':32}{'tracked':>9}{'untracked':>11}  MAE, BPM")

    def show(name: str, model: IntegerModel, logits: Iterable[np.ndarray]) -> None:
        row = errors(tested, logits, float(model.output.scale[0]))
        print(f"{name:32}{row['tracked']:9.2f}{row['untracked']:11.2f}", flush=True)

    for streaming in (False, True):
        model = train(
            Student(), taught, streaming, options.epochs, options.seed, lambda x: print(x, flush=True)
        )
        inputs = hop_windows if streaming else lambda run: run.windows
        integer = int8(model, np.concatenate([inputs(run) for run in taught]))
        if streaming:
            show("streaming, hop by hop", integer, by_hops(integer, tested))
        show(
            f"{'streaming' if streaming else 'windowed'}, window by window",
            integer,
            [integer.predict(inputs(run)) for run in tested],
        )


if __name__ == "__main__":
    main()
