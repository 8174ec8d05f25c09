# SPDX-License-Identifier: Apache-2.0
"""The streaming student beside the windowed one: same shape, same people, same passes over the labels.

`invoke streaming --data DIR` trains both on a fold of bami-spc-4fold from labels alone and quantises them. It
prints the int8 errors on the fold's test people. The streaming student sees all that came before a hop.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from jaxtyping import Float32, Float64, Int8
from keras import layers

from wristpulse.config.networks import PaperStudent
from wristpulse.config.settings import Tracking, Training
from wristpulse.core.align import align
from wristpulse.core.bins import bin_bpm
from wristpulse.core.numbers import BINS, HOP, HOPS_PER_WINDOW, INPUT_STEPS, WINDOW
from wristpulse.core.sensor import to_counts
from wristpulse.core.streaming_window import contact_spans, device_hops, hop_inputs
from wristpulse.core.track import track, tracker_tables
from wristpulse.core.window import device_order, window_inputs, windows
from wristpulse.data.folds import PROTOCOLS, person
from wristpulse.data.labels import window_labels
from wristpulse.evaluation.metrics import summarise
from wristpulse.learning.losses import HeartRateLoss
from wristpulse.learning.paper.int8 import quantize
from wristpulse.models import student
from wristpulse.models.layers import Trunk
from wristpulse.oracle import HopModel, IntegerModel
from wristpulse.recordings import Recording, open_dataset
from wristpulse.support.errors import UserError

HISTORY = 16  # hops of a training sequence: the 13 results of its end, with zeros before its first frame
BATCH = 104  # results: 8 sequences, or as many windows
PROTOCOL = "bami-spc-4fold"


@dataclass(frozen=True, kw_only=True)
class Span:
    """Hops of one recording that follow one another: both front ends, and what they should say.

    hops int8 (n, 64, 4); windows int8 (n - 3, 1024), which end with hops 3, 4, ...; bpm float (n,) or NaN.
    """

    person: str
    hops: Int8[np.ndarray, "n 64 4"]
    windows: Int8[np.ndarray, "w 1024"]
    bpm: Float64[np.ndarray, " n"]


def spans(recording: Recording) -> Iterator[Span]:
    """Cut a recording's default channel into spans with at least one window, labels aligned.

    Parameters
    ----------
    recording : Recording

    Yields
    ------
    Span
    """
    hops = align(to_counts(recording))
    bpm = window_labels(recording, hops.end_us, aligned=True)
    for span in contact_spans(hops):
        if span.stop - span.start >= HOPS_PER_WINDOW:
            ends = np.arange(span.start + HOPS_PER_WINDOW - 1, span.stop)
            yield Span(
                person="/".join(person(recording)),
                hops=hop_inputs(hops.ppg[span], hops.acc[span]),
                windows=device_order(window_inputs(windows(hops, ends))),
                bpm=bpm[span],
            )


def unrolled(config: PaperStudent, hops: int) -> keras.Model:
    """The student along several hops, as it is trained.

    Parameters
    ----------
    config : PaperStudent
    hops : int
        HOPS_PER_WINDOW or more.

    Returns
    -------
    keras.Model
        Inputs float32 (n, 1, 64 hops, 1) PPG and (n, 1, 64 hops, 3) acceleration; output: logits
        (n, hops - 3, 104) at the end of each hop from the fourth on. The windowed student's head becomes a
        convolution over 16 steps with a stride of a hop's 4.
    """
    sources = [keras.Input((1, hops * HOP, channels)) for channels in (1, 3)]
    sizes = (config.widths, config.depth, config.kernel, config.dilation, config.dropout)
    trunks = [Trunk(name, *sizes)(x) for name, x in zip(("ppg", "acc"), sources, strict=True)]
    stacked = layers.Concatenate(axis=1)(trunks)
    fused = layers.Conv2D(config.widths[-1], (2, 1), activation="relu", name="modality_wise")(stacked)
    steps = fused.shape[2] // hops
    hidden = layers.Conv2D(
        config.hidden,
        (1, steps * HOPS_PER_WINDOW),
        (1, steps),
        activation="relu",
        kernel_initializer="he_normal",
        name="hidden",
    )
    x = layers.Conv2D(BINS, 1, name="logits")(hidden(fused))
    return keras.Model(sources, layers.Reshape((-1, BINS))(x))


def of_windows(model: keras.Model, config: PaperStudent) -> keras.Model:
    """Build the student of windows with the weights of an unrolled one.

    Parameters
    ----------
    model : keras.Model
        The unrolled student.
    config : PaperStudent

    Returns
    -------
    keras.Model
    """
    result = student.build(config)
    for layer in result.layers:
        if layer.get_weights():
            given = model.get_layer(layer.name).get_weights()
            layer.set_weights(
                [w.reshape(own.shape) for w, own in zip(given, layer.get_weights(), strict=True)]
            )
    return result


def sequences(
    examples: Sequence[Span], rng: np.random.Generator
) -> tuple[Int8[np.ndarray, "m 1024 4"], Float32[np.ndarray, "m 13"]]:
    """All results of an epoch, each once.

    Parameters
    ----------
    examples : sequence of Span
    rng : numpy Generator
        Draws the first hop of each span.

    Returns
    -------
    frames : int8 (n, 1024, 4)
        PPG and three axes of HISTORY hops.
    bpm : float32 (n, 13)
        At the end of each hop from the fourth on; NaN: no label.
    """
    step = HISTORY - HOPS_PER_WINDOW + 1
    x, y = [], []
    for span in examples:
        for first in range(int(rng.integers(step)), len(span.hops) - HISTORY + 1, step):
            x.append(span.hops[first : first + HISTORY].reshape(-1, 4))
            y.append(span.bpm[first + HOPS_PER_WINDOW - 1 : first + HISTORY])
    return np.array(x), np.array(y, np.float32)


def network_inputs(frames: Int8[np.ndarray, "m t 4"]) -> list[np.ndarray]:
    """Scale frames as the networks take them.

    Parameters
    ----------
    frames : ndarray, int8 (n, t, 4)

    Returns
    -------
    list of ndarray, float32
        PPG (n, 1, t, 1) and ACC (n, 1, t, 3), in standard deviations.
    """
    scaled = frames.astype(np.float32)[:, None] / INPUT_STEPS
    return [scaled[..., :1], scaled[..., 1:]]


def train(
    config: PaperStudent,
    examples: Sequence[Span],
    streaming: bool,
    epochs: int,
    seed: int,
    progress: Callable[[str], None],
) -> keras.Model:
    """Train a student from the labels.

    Parameters
    ----------
    config : PaperStudent
    examples : sequence of Span
    streaming : bool
        Along sequences of HISTORY hops with the streaming front end; else window by window.
    epochs : int
        Passes over the labels.
    seed : int
        Of weights and draws.
    progress : callable
        Takes a line an epoch.

    Returns
    -------
    keras.Model
        Of windows, also where it was trained along sequences.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = unrolled(config, HISTORY if streaming else HOPS_PER_WINDOW)
    outputs = sum(len(span.windows) for span in examples)
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, epochs * outputs // BATCH, alpha=0.01)
    loss = HeartRateLoss(Training())
    model.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        lambda bpm, logits: loss.call(keras.ops.reshape(bpm, (-1, 1)), keras.ops.reshape(logits, (-1, BINS))),
    )
    for epoch in range(epochs):
        start = time.monotonic()
        if streaming:
            frames, bpm = sequences(examples, rng)
        else:
            flat = np.concatenate([span.windows for span in examples])
            frames = np.concatenate(
                [flat[:, :WINDOW, None], flat[:, WINDOW:].reshape(len(flat), WINDOW, 3)], axis=2
            )
            bpm = np.concatenate([span.bpm[HOPS_PER_WINDOW - 1 :] for span in examples])
            bpm = bpm.astype(np.float32)[:, None]
        done = model.fit(network_inputs(frames), bpm, batch_size=BATCH // bpm.shape[1], verbose=0)
        progress(
            f"{'streaming' if streaming else 'windowed'}: epoch {epoch + 1}/{epochs}  {bpm.size} results  "
            f"loss {done.history['loss'][0]:.3f}  {time.monotonic() - start:.1f} s"
        )
    return of_windows(model, config)


def hop_windows(span: Span) -> Int8[np.ndarray, "w 1024"]:
    """Cut windows of a span's streaming inputs, for calibration.

    Parameters
    ----------
    span : Span
        Of n hops.

    Returns
    -------
    ndarray, int8 (n - 3, 1024)
        In the device's order.
    """
    at = np.arange(len(span.hops) - HOPS_PER_WINDOW + 1)[:, None] + np.arange(HOPS_PER_WINDOW)
    frames = span.hops[at].reshape(len(at), WINDOW, 4)
    return device_order(np.moveaxis(frames, 2, 1))


def int8(model: keras.Model, calibration: Int8[np.ndarray, "w 1024"], count: int = 512) -> IntegerModel:
    """Convert a student to int8.

    Parameters
    ----------
    model : keras.Model
    calibration : ndarray, int8 (w, 1024)
        Windows that set the ranges of the activations.
    count : int
        So many of them are used, evenly spread.

    Returns
    -------
    IntegerModel
    """
    chosen = calibration[np.linspace(0, len(calibration) - 1, count).round().astype(int)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "student.tflite"
        path.write_bytes(quantize(model, chosen))
        return IntegerModel.load(path)


def by_hops(model: IntegerModel, tested: Sequence[Span]) -> list[np.ndarray]:
    """Logits of spans, computed hop by hop as a device would; the spans side by side.

    Parameters
    ----------
    model : IntegerModel
        Causal, of windows int8 (1, 1024).
    tested : sequence of Span

    Returns
    -------
    list of int8 (n - 3, 104)
        One a span of n hops.

    Raises
    ------
    ModelError
        The model cannot stream.
    """
    longest = max(len(span.hops) for span in tested)
    streams = np.zeros((longest, len(tested), HOP * 4), np.int8)
    for i, span in enumerate(tested):
        streams[: len(span.hops), i] = device_hops(span.hops)
    logits = HopModel(model, HOP).run(streams)
    return [logits[HOPS_PER_WINDOW - 1 : len(span.hops), i] for i, span in enumerate(tested)]


def errors(tested: Sequence[Span], logits: Iterable[np.ndarray], scale: float) -> dict[str, float]:
    """MAE of spans, the mean over people.

    Parameters
    ----------
    tested : sequence of Span
    logits : iterable of int8 (n - 3, 104)
        One a span of n hops.
    scale : float
        Of the int8 logits.

    Returns
    -------
    dict of str to float
        BPM: "tracked", and "untracked" by each window's highest bin.
    """
    tables = tracker_tables(scale, Tracking())
    rows: dict[str, list] = {"tracked": [], "untracked": []}
    for span, q in zip(tested, logits, strict=True):
        bpm = span.bpm[HOPS_PER_WINDOW - 1 :]
        rows["tracked"].append((span.person, track(q, tables)[0] / 256, bpm, None))
        rows["untracked"].append((span.person, bin_bpm()[q.argmax(axis=1)], bpm, None))
    return {name: summarise(of).mae.mean for name, of in rows.items()}


def report(
    data: Path, epochs: int = 30, fold: int = 1, seed: int = 1, say: Callable[[str], None] = print
) -> None:
    """Train both students, and print the errors of each.

    Parameters
    ----------
    data : Path
        Holds the data sets' folders.
    epochs : int
        Passes over the labels.
    fold : int
        Test group of PROTOCOL, 1 to 4.
    seed : int
        Of weights and draws.
    say : callable
        Takes the lines.

    Raises
    ------
    UserError
        There is no such fold, or a data set cannot be read.
    """
    protocol = PROTOCOLS[PROTOCOL]
    folds = protocol.folds([r for name in protocol.datasets for r in open_dataset(name, data)])
    if not 1 <= fold <= len(folds):
        raise UserError("--fold", "", f"1 to {len(folds)}", fold)
    chosen = folds[fold - 1]
    examples, tested = ([span for r in side for span in spans(r)] for side in (chosen.train, chosen.test))
    say(f"{chosen.name}: {len(chosen.train)} recordings to learn from, {len(chosen.test)} to test")
    say(f"{'int8, mean over people':32}{'tracked':>9}{'untracked':>11}  MAE, BPM")

    def show(name: str, model: IntegerModel, logits: Iterable[np.ndarray]) -> None:
        row = errors(tested, logits, float(model.output.scale[0]))
        say(f"{name:32}{row['tracked']:9.2f}{row['untracked']:11.2f}")

    for streaming in (False, True):
        model = train(PaperStudent(), examples, streaming, epochs, seed, say)
        inputs: Callable[[Span], np.ndarray] = hop_windows if streaming else lambda span: span.windows
        integer = int8(model, np.concatenate([inputs(span) for span in examples]))
        if streaming:
            show("streaming, hop by hop", integer, by_hops(integer, tested))
        name = f"{'streaming' if streaming else 'windowed'}, window by window"
        show(name, integer, [integer.predict(inputs(span)) for span in tested])
