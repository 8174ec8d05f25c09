# SPDX-License-Identifier: Apache-2.0
"""What the paper's networks learn from: windows as recorded, and changed copies of them.

Teacher and students of a configuration get the same copies, so that only distillation tells them apart.
"""

from __future__ import annotations

import numpy as np

from wristpulse.config.settings import Config
from wristpulse.data.corpus import Corpus, Examples
from wristpulse.data.stretch import TAUGHT_BPM, stretched_windows
from wristpulse.learning.paper.augment import augmented

_kept: dict[tuple, list[Examples]] = {}  # the last copies: the networks of a fold learn from the same ones


def training_examples(config: Config, corpus: Corpus) -> Examples:
    """Give the labelled windows of the training people, and changed copies of them.

    Parameters
    ----------
    config : Config
        `window_augmentation` says how many copies at which stretches.
    corpus : Corpus

    Returns
    -------
    Examples
    """
    return _joined([corpus.train, *_copies(config, corpus)])


def distillation_examples(config: Config, corpus: Corpus) -> Examples:
    """Give the same as `training_examples`, and windows without a label, on which the teacher alone teaches.

    Parameters
    ----------
    config : Config
    corpus : Corpus

    Returns
    -------
    Examples
    """
    return _joined([corpus.distillation, *_copies(config, corpus)])


def _copies(config: Config, corpus: Corpus) -> list[Examples]:
    key = corpus.digest, config.window_augmentation, config.seed
    if key not in _kept:
        _kept.clear()
        _kept[key] = _made(config, corpus)
    return _kept[key]


def _made(config: Config, corpus: Corpus) -> list[Examples]:
    settings, data = config.window_augmentation, config.data
    rng = np.random.default_rng(config.seed)
    parts = []
    for recording in corpus.recordings["train"] if settings.copies else ():
        for led in range(recording.ppg.shape[1]) if data.all_leds else (None,):
            for stretch in (1.0, *settings.stretches):
                windows, bpm = stretched_windows(recording, led, stretch, data.aligned_labels)
                usable = (bpm >= TAUGHT_BPM[0]) & (bpm <= TAUGHT_BPM[1])
                x = np.repeat(windows.x[usable], settings.copies, axis=0)
                if len(x):
                    copied = augmented(x, np.repeat(bpm[usable], settings.copies), settings, rng)
                    parts.append(Examples(inputs=copied[0], bpm=copied[1]))
    return parts


def _joined(parts: list[Examples]) -> Examples:
    return Examples(
        inputs=np.concatenate([part.inputs for part in parts]),
        bpm=np.concatenate([part.bpm for part in parts]),
    )
