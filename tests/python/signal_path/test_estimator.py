# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from wristpulse.config.settings import Tracking
from wristpulse.core.bins import bin_bpm
from wristpulse.core.estimator import Estimator
from wristpulse.core.numbers import BINS
from wristpulse.core.result import State
from wristpulse.core.sensor import SensorStream, sample_times
from wristpulse.core.track import tracker_tables
from wristpulse.support.errors import UserError

TABLES = tracker_tables(
    0.1, Tracking(half_width=8, spread_bpm=3.0, leak=0.01, temper=0.5, floor=1e-3, valid=0.6)
)


def stream(
    seconds: int = 40, bpm: float = 90.0, motion: float = 0.0, dark: slice | None = None
) -> SensorStream:
    t = sample_times(50 * seconds, 50)
    ppg = 131_072 + 3000 * np.sin(2 * np.pi * bpm / 60e6 * t)
    if dark:
        ppg[dark] = 100
    acc = np.zeros((len(t), 3))
    acc[:, 2] = 4096 + motion * 4096 * np.sin(2 * np.pi * 1.7e-6 * t)
    return SensorStream(np.rint(ppg).astype(np.uint32), t, np.rint(acc).astype(np.int16), t)


def peak(inputs: np.ndarray) -> np.ndarray:
    """A stand-in network: the spectrum of the PPG channel, as logits."""
    assert inputs.dtype == np.int8 and inputs.shape[1:] == (1024,)
    spectrum = np.abs(np.fft.rfft(inputs[:, :256] * np.hanning(256), 1024))[:, 16:120]
    return np.rint(255 * spectrum / spectrum.max(axis=1, keepdims=True) - 128).astype(np.int8)


def flat(inputs: np.ndarray) -> np.ndarray:
    return np.zeros((len(inputs), BINS), np.int8)


def test_a_clean_pulse_becomes_valid_after_eight_seconds():
    results = Estimator(peak, TABLES).run(stream())
    assert [r.hop for r in results] == list(range(len(results)))
    assert [r.state for r in results[:4]] == [State.ACQUIRING] * 3 + [State.VALID]
    assert all(r.state is State.VALID for r in results[3:])
    assert abs(results[-1].bpm_q8 / 256 - 90) < 1.5
    assert results[0].time_us == 125_000 + 2_000_000 and results[1].time_us - results[0].time_us == 2_000_000
    assert str(results[0]) == "HOP 0 t_us=2125000 bpm_q8=0 conf_q15=0 state=acquiring gaps=0"


@pytest.mark.parametrize(("motion", "state"), [(0.0, State.NO_PULSE), (0.3, State.MOTION_UNCERTAIN)])
def test_no_evidence_is_said_so(motion, state):
    results = Estimator(flat, TABLES).run(stream(motion=motion))
    assert {r.state for r in results[3:]} == {state}


def test_lost_contact_is_said_and_left_behind():
    results = Estimator(peak, TABLES).run(stream(dark=slice(50 * 16, 50 * 22)))
    states = [r.state for r in results]
    off = [n for n, s in enumerate(states) if s is State.NO_CONTACT]
    assert 3 <= len(off) <= 4 and off == list(range(off[0], off[-1] + 1))
    assert states[off[-1] + 1 : off[-1] + 5] == [State.ACQUIRING] * 3 + [State.VALID]
    assert all((r.bpm_q8, r.confidence_q15) == (0, 0) for r in results if r.state is State.NO_CONTACT)


def test_a_gap_is_counted_and_costs_one_window():
    s = stream()
    for t in (s.t_ppg_us, s.t_acc_us):
        t[50 * 20 :] += 300_000
    results = Estimator(peak, TABLES).run(s)
    first = next(n for n, r in enumerate(results) if r.gaps)
    # Both channels step: one gap, since the second is found before any hop of the first is whole.
    assert {r.gaps for r in results[first:]} == {1}
    assert [r.state for r in results[first : first + 4]] == [State.ACQUIRING] * 3 + [State.VALID]


def test_the_filter_forgets_over_a_long_gap_only():
    def after(step_us: int) -> int:
        seen = []

        def first_pulse_then_nothing(inputs: np.ndarray) -> np.ndarray:
            seen.append(len(inputs))
            q = np.zeros((len(inputs), BINS), np.int8)
            q[: len(inputs) // 3, 32] = 120
            return q

        s = stream()
        for t in (s.t_ppg_us, s.t_acc_us):
            t[50 * 20 :] += step_us
        results = Estimator(first_pulse_then_nothing, TABLES).run(s)
        assert len(seen) == 1
        return next(r for r in results if r.gaps and r.bpm_q8).bpm_q8

    assert abs(after(200_000) / 256 - bin_bpm()[32]) < 4
    assert abs(after(20_000_000) / 256 - bin_bpm()[32]) > 10


def test_a_stream_too_short_has_no_results():
    assert Estimator(peak, TABLES).run(stream(seconds=2)) == []


def test_a_network_without_a_logit_a_bin_is_refused():
    """The paper's scalar output, of which a tracker would make nonsense."""
    with pytest.raises(UserError, match="logits: expected 104, found 1"):
        Estimator(lambda inputs: flat(inputs)[:, :1], TABLES).run(stream())
