# SPDX-License-Identifier: Apache-2.0
"""Train one network: reproducible, resumable, the best epoch kept."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from wristpulse.config.settings import Training
from wristpulse.learning.curve import HISTORY, MONITOR, history
from wristpulse.learning.losses import bpm_error
from wristpulse.support.files import write_text
from wristpulse.support.stopwatch import Stopwatch

WEIGHTS = "best.weights.h5"


def fit(
    model: keras.Model,
    settings: Training,
    *,
    losses: dict[str, Callable],
    weights: dict[str, float],
    train: tuple[list[np.ndarray], dict[str, np.ndarray]],
    validation: tuple[list[np.ndarray], dict[str, np.ndarray]],
    folder: Path,
    seed: int,
    progress: Callable[[str], None] = print,
) -> dict:
    """Train a network in place and leave it at its best epoch, by validation error.

    Parameters
    ----------
    model : keras.Model
        With named outputs, "logits" among them.
    settings : Training
    losses, weights : dict
        Loss and its weight, by output name.
    train, validation : tuple
        Network inputs, and targets by output name.
    folder : Path
        There; an interrupted training resumes from it. Gets history.csv, the best weights and metrics.json.
    seed : int
        The same seed on the same machine gives the same weights.
    progress : callable
        Takes a line an epoch.

    Returns
    -------
    dict
        What metrics.json holds: parameters, epochs, best_epoch, validation_mae_bpm, training_windows, speed.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    steps = -(-len(train[0][0]) // settings.batch) * settings.epochs
    schedule = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps, alpha=0.01)
    trainee = keras.Model(model.inputs, {name: model.output[name] for name in losses}, name=model.name)
    trainee.compile(
        keras.optimizers.Adam(schedule, global_clipnorm=1.0),  # without it, some seeds never leave the mean
        loss=losses,
        loss_weights=weights,
        metrics={"logits": [bpm_error]},
    )
    earlier = history(folder)
    best = min((row[MONITOR] for row in earlier), default=np.inf)
    since = len(earlier) - 1 - int(np.argmin([row[MONITOR] for row in earlier])) if earlier else 0
    stopwatch = Stopwatch()
    trainee.fit(
        *train,
        validation_data=validation,
        epochs=settings.epochs,
        batch_size=settings.batch,
        verbose=0,
        callbacks=[
            OneName(),
            keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
            keras.callbacks.ModelCheckpoint(
                str(folder / WEIGHTS),
                MONITOR,
                save_best_only=True,
                save_weights_only=True,
                mode="min",
                initial_value_threshold=None if np.isinf(best) else best,
            ),
            keras.callbacks.CSVLogger(str(folder / HISTORY), append=bool(earlier)),
            Patience(settings.patience, best, since),
            EpochLine(model.name, settings.epochs, progress),
        ],
    )
    trainee.load_weights(folder / WEIGHTS)
    rows = history(folder)
    seen = len(train[0][0]) * (len(rows) - len(earlier))
    speed = stopwatch.speed(seen)
    chosen = int(np.argmin([row[MONITOR] for row in rows]))
    summary = {
        "parameters": model.count_params(),
        "epochs": len(rows),
        "best_epoch": chosen + 1,
        "validation_mae_bpm": rows[chosen][MONITOR],
        "training_windows": len(train[0][0]),
        **speed,
    }
    write_text(folder / "metrics.json", json.dumps(summary, indent=1))
    return summary


class OneName(keras.callbacks.Callback):
    """Give the monitored metric one name: Keras prefixes it only if there are several outputs."""

    def on_epoch_end(self, epoch, logs=None):
        """Add the name for the callbacks that follow."""
        logs[MONITOR] = logs.get("val_logits_bpm_error", logs.get("val_bpm_error"))


class Patience(keras.callbacks.Callback):
    """Stop after `patience` epochs without a better validation error, those before a resume included."""

    def __init__(self, patience: int, best: float, since: int):
        super().__init__()
        self.patience, self.best, self.since = patience, best, since

    def on_epoch_end(self, epoch, logs=None):
        """Count the epochs since the best one, and stop if there are too many."""
        self.since = 0 if logs[MONITOR] < self.best else self.since + 1
        self.best = min(self.best, logs[MONITOR])
        self.model.stop_training |= self.since >= self.patience


class EpochLine(keras.callbacks.Callback):
    """One line an epoch."""

    def __init__(self, name: str, epochs: int, progress: Callable[[str], None]):
        super().__init__()
        self.name, self.epochs, self.progress = name, epochs, progress

    def on_epoch_begin(self, epoch, logs=None):
        """Start the clock."""
        self.start = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Report."""
        self.progress(
            f"{self.name}: epoch {epoch + 1}/{self.epochs}  loss {logs['loss']:.3f}  "
            f"validation MAE {logs[MONITOR]:.2f} BPM  {time.monotonic() - self.start:.1f} s"
        )
