# SPDX-License-Identifier: Apache-2.0
"""A stream takes chunks as a device does and yields the results of the whole."""

import numpy as np
import pytest
import wrists
from hypothesis import given, settings
from hypothesis import strategies as st

import wristpulse as wp

RECORDING = wp.simulate(4, 90, leds=2)
STUDENT = wp.load_student()
WHOLE = wp.estimate(RECORDING, led=1).results


def cuts(rng: np.random.Generator, total: int, count: int) -> np.ndarray:
    """Borders of chunks, 0 and `total` included; some chunks are empty."""
    return np.sort(np.concatenate([[0, total], rng.integers(0, total + 1, count)]))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 200), st.booleans())
def test_chunks_give_the_results_of_the_whole(seed, count, timed) -> None:
    rng = np.random.default_rng(seed)
    ppg, acc = RECORDING.ppg, RECORDING.acc
    t_ppg, t_acc = np.arange(len(ppg)) / 64, np.arange(len(acc)) / 32
    rates = {} if timed else {"fs_ppg": 64, "fs_acc": 32}
    stream, results = STUDENT.stream(**rates, led=1), []
    at_ppg, at_acc = cuts(rng, len(ppg), count), cuts(rng, len(acc), count)
    for p, p_end, a, a_end in zip(at_ppg, at_ppg[1:], at_acc, at_acc[1:], strict=False):
        times = {"t_ppg": t_ppg[p:p_end], "t_acc": t_acc[a:a_end]} if timed else {}
        results += stream.update(ppg[p:p_end], acc[a:a_end], **times).results
    assert tuple(results) == WHOLE


def test_a_stream_scales_as_told() -> None:
    ppg, acc = wrists.ppg(), wrists.acc()
    stream = STUDENT.stream(64, 32, scale=(1 / 64, 131072), acc_unit="m/s2")
    hr = stream.update((ppg - 100_000) / 64, 9.80665 * acc)
    whole = wp.estimate(
        (ppg - 100_000) / 64, 9.80665 * acc, fs_ppg=64, fs_acc=32, scale=(1 / 64, 131072), acc_unit="m/s2"
    )
    assert hr.results == whole.results and hr.valid.sum() > 6


def test_wrong_chunks_are_refused_and_change_nothing() -> None:
    stream = STUDENT.stream()
    ppg, acc = wrists.ppg(10), wrists.acc(10)
    t_ppg, t_acc = np.arange(640) / 64, np.arange(320) / 32
    first = {"t_ppg": t_ppg[:320], "t_acc": t_acc[:160]}
    done = stream.update(ppg[:320], acc[:160], **first)
    with pytest.raises(wp.SignalError, match="t_ppg: expected times that increase from chunk to chunk"):
        stream.update(ppg[:320], acc[160:], t_ppg=t_ppg[:320], t_acc=t_acc[160:])
    with pytest.raises(wp.SignalError, match="t_acc: expected times in seconds: the stream has no rate"):
        stream.update(ppg[320:], acc[160:], t_ppg=t_ppg[320:])
    rest = stream.update(ppg[320:], acc[160:], t_ppg=t_ppg[320:], t_acc=t_acc[160:])
    whole = wp.estimate(ppg, acc, t_ppg=t_ppg, t_acc=t_acc)
    assert done.results + rest.results == whole.results


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fs_ppg": 5, "fs_acc": 32}, "fs_ppg: expected 10 Hz or more"),
        ({"scale": "auto"}, 'scale: expected "counts" or a pair'),
        ({"acc_unit": "auto"}, "acc_unit: expected one of g"),
    ],
)
def test_a_stream_says_what_it_cannot_take(options, message) -> None:
    with pytest.raises(wp.SignalError, match=message):
        STUDENT.stream(**options)
