# SPDX-License-Identifier: Apache-2.0
"""Front end and training of the streaming student."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wristpulse.core.align import Hops
from wristpulse.core.streaming_window import contact_spans, device_hops, hop_inputs


def signals(hops: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    ppg = rng.integers(0, 1 << 22, (hops, 64)) if seed % 2 else 900_000 + rng.integers(-40, 40, (hops, 64))
    return ppg.astype(np.int32), rng.integers(-32768, 32768, (hops, 64, 3)).astype(np.int16)


def by_the_book(ppg: np.ndarray, acc: np.ndarray) -> list[list[list[int]]]:
    """docs/signal_path.md, section 4a, in plain integers."""
    frames = [[int(p), *map(int, a)] for p, a in zip(ppg.ravel(), acc.reshape(-1, 3), strict=True)]
    level = [v << 5 for v in frames[0]]
    energies: list[tuple[int, int]] = []
    result = []
    for h in range(len(ppg)):
        d = []
        for frame in frames[64 * h : 64 * h + 64]:
            d.append([v - (b >> 5) for v, b in zip(frame, level, strict=True)])
            level = [b + e for b, e in zip(level, d[-1], strict=True)]
        energies.append((sum(e[0] ** 2 for e in d), sum(v * v for e in d for v in e[1:])))
        known = energies[-4:]
        r = [
            max(math.isqrt(4 * sum(e[i] for e in known) // len(known)), floor)
            for i, floor in ((0, 64), (1, 2621))
        ]
        r = [r[0], r[1], r[1], r[1]]
        result.append(
            [[max(-128, min(127, (512 * v + s // 2) // s)) for v, s in zip(e, r, strict=True)] for e in d]
        )
    return result


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_definition(seed: int) -> None:
    ppg, acc = signals(7, seed)
    np.testing.assert_array_equal(hop_inputs(ppg, acc), by_the_book(ppg, acc))


def test_no_hop_changes_an_earlier_one() -> None:
    ppg, acc = signals(9)
    whole = hop_inputs(ppg, acc)
    for n in range(1, 9):
        np.testing.assert_array_equal(hop_inputs(ppg[:n], acc[:n]), whole[:n])


def test_a_still_wrist_stays_at_zero() -> None:
    x = hop_inputs(np.full((5, 64), 123_456, np.int32), np.full((5, 64, 3), -4000, np.int16))
    assert not x.any()


def test_device_order() -> None:
    x = np.arange(2 * 256).astype(np.int8).reshape(2, 64, 4)
    hop = device_hops(x)[1]
    np.testing.assert_array_equal(hop[:64], x[1, :, 0])
    np.testing.assert_array_equal(hop[64:70], x[1, :2, 1:].ravel())


def test_spans_end_at_gaps_and_without_contact() -> None:
    n = np.full(8, 200, np.int64)
    dark, discontinuous = np.zeros(8, np.int64), np.zeros(8, bool)
    dark[2] = 51
    discontinuous[5] = True
    hops = Hops(
        end_us=np.arange(8),
        ppg=np.zeros((8, 64), np.int32),
        acc=np.zeros((8, 64, 3), np.int16),
        discontinuous=discontinuous,
        samples=n,
        saturated=n * 0,
        dark=dark,
    )
    assert contact_spans(hops) == [slice(0, 2), slice(3, 5), slice(5, 8)]


def test_unrolled_student_is_the_windowed_one() -> None:
    """The same logits for a first window, and as many results as hops from the fourth on."""
    from wristpulse.config.networks import PaperStudent
    from wristpulse.experiments.streaming import network_inputs, of_windows, unrolled

    config = PaperStudent(widths=(4, 4, 8), hidden=8)
    model = unrolled(config, 6)
    frames = np.random.default_rng(3).integers(-128, 128, (2, 6 * 64, 4)).astype(np.int8)
    logits = model.predict(network_inputs(frames), verbose=0)
    windowed = of_windows(model, config).predict(network_inputs(frames[:, :256]), verbose=0)["logits"]
    assert logits.shape == (2, 3, 104)
    np.testing.assert_allclose(logits[:, 0], windowed, atol=1e-4)
