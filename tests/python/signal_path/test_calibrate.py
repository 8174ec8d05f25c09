# SPDX-License-Identifier: Apache-2.0
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wristpulse.core.numbers import ONE_Q15
from wristpulse.core.track import IDENTITY, calibrate
from wristpulse.student.confidence import confidence_map

samples = st.lists(st.tuples(st.integers(0, ONE_Q15), st.booleans()), min_size=1, max_size=50)


@given(samples)
def test_the_map_rises_within_its_range(pairs):
    values = confidence_map(*map(np.array, zip(*pairs, strict=True)))
    assert len(values) == 17 and values[0] >= 0 and values[-1] <= ONE_Q15
    assert all(a <= b for a, b in zip(values, values[1:], strict=False))


def test_an_honest_confidence_stays_as_it_is():
    rng = np.random.default_rng(4)
    raw = rng.integers(0, ONE_Q15 + 1, 20_000)
    values = confidence_map(raw, rng.random(20_000) < raw / ONE_Q15)
    assert np.abs(np.array(values) - IDENTITY).max() < 0.05 * ONE_Q15


def test_a_boastful_confidence_is_cut_to_what_it_earns():
    rng = np.random.default_rng(5)
    raw = rng.integers(0, ONE_Q15 + 1, 20_000)
    truth = 0.2 + 0.5 * (raw / ONE_Q15) ** 2
    mapped = calibrate(np.array(confidence_map(raw, rng.random(20_000) < truth)), raw) / ONE_Q15
    assert np.abs(mapped - truth).mean() < 0.02
