# SPDX-License-Identifier: Apache-2.0
"""Several LEDs as one: what fusion may not depend on, and one LED alone, bit for bit as the estimator."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

pytest.importorskip("tensorflow")

from wristpulse.config.settings import Tracking  # noqa: E402
from wristpulse.core.numbers import BINS, PPG_MAX  # noqa: E402
from wristpulse.core.sensor import to_counts  # noqa: E402
from wristpulse.core.track import track, tracker_tables  # noqa: E402
from wristpulse.experiments.leds import fusion, rules  # noqa: E402
from wristpulse.recordings import simulate  # noqa: E402
from wristpulse.student.card import SHIPPED, load_student  # noqa: E402

HOPS = 12
STEP = 0.06  # of a logit, about the shipped student's
TRACKING = Tracking(half_width=8, spread_bpm=3.0, leak=0.01, temper=0.4, floor=1e-5, valid=0.5)
TABLES = tracker_tables(STEP, TRACKING)
END_US = 2_000_000 * np.arange(1, HOPS + 1)
logits = arrays(np.int8, (HOPS, BINS), elements=st.integers(0, 127))


def heard(logits: np.ndarray, **changed) -> rules.Channel:
    """An LED with a whole window at every hop, whose network says `logits`."""
    values = logits.astype(np.int64)
    steps = values.max(axis=1, keepdims=True) - values
    sure = rules.certainty(steps, TABLES)
    always, never = np.ones(len(values), bool), np.zeros(len(values), bool)
    one = rules.Channel(
        end_us=END_US,
        steps=steps,
        contact=always,
        whole=always,
        blind=never,
        unsure=sure < rules.UNSURE,
        certainty=sure,
    )
    return dataclasses.replace(one, **changed)


def unheard(one: rules.Channel) -> list[rules.Channel]:
    """An LED that is dark, and one that is blind, whatever their networks say."""
    never = np.zeros(HOPS, bool)
    dark = dataclasses.replace(one, steps=0 * one.steps, contact=never, whole=never)
    return [dark, dataclasses.replace(one, blind=~never)]


def said(channels, rule) -> np.ndarray:
    return np.stack(rules.track(channels, rule, TABLES)[:2])


@settings(max_examples=25, deadline=None)
@given(logits, logits, logits)
def test_the_order_of_leds_does_not_matter(a, b, c):
    leds = [heard(a), heard(b), heard(c)]
    for rule in (rules.added, rules.halved, rules.by_quality):
        assert (said(leds, rule) == said(leds[::-1], rule)).all()


@settings(max_examples=25, deadline=None)
@given(logits, logits, logits)
def test_a_dead_led_changes_nothing(a, b, dead):
    leds = [heard(a), heard(b)]
    for lost in unheard(heard(dead)):
        for rule in (rules.by_quality, rules.most_certain):
            assert (said(leds, rule) == said([lost, *leds], rule)).all()
            assert (said(leds, rule) == said([*leds, lost], rule)).all()


@settings(max_examples=25, deadline=None)
@given(logits)
def test_leds_that_say_the_same_are_one_with_as_many_times_the_temper(a):
    alone = said([heard(a)], rules.added)
    assert (alone == np.stack(track(a, TABLES))).all()
    even = heard(a & ~1)
    assert (said([even, even], rules.halved) == said([even], rules.added)).all()
    assert (said([heard(a)] * 2, rules.most_certain) == alone).all()
    twice = tracker_tables(STEP, dataclasses.replace(TRACKING, temper=0.8))
    assert (said([heard(a)] * 2, rules.added) == np.stack(track(a, twice))).all()


def test_unsure_evidence_has_half_a_say():
    peak = 127 - np.minimum(8 * np.abs(np.arange(BINS) - 50), 127)
    flat = np.full(BINS, 100)
    flat[20] = 127
    sharp, unsure = (heard(np.tile(x, (HOPS, 1)).astype(np.int8)) for x in (peak, flat))
    assert not sharp.unsure.any() and unsure.unsure.all()
    assert (rules.by_quality([sharp, unsure])[:, 0] == (0, 1)).all()
    fused = rules.fuse([sharp, unsure], rules.by_quality([sharp, unsure]))
    below = sharp.steps + (unsure.steps >> 1)
    assert (fused == 127 - np.minimum(below - below.min(axis=1, keepdims=True), 255)).all()


@pytest.fixture(scope="module")
def student():
    return load_student(SHIPPED)


def test_one_led_is_the_estimator_and_light_says_what_it_is_worth(student):
    recording = simulate(3, 60.0, leds=2)
    stream = to_counts(recording)
    ppg = stream.ppg.copy()
    ppg[len(ppg) // 2 : 2 * len(ppg) // 3] = 0  # off the wrist for ten seconds
    stream = dataclasses.replace(stream, ppg=ppg)
    one = rules.channel(stream, student)
    bpm, confidence, raw = rules.track([one], rules.added, student.tables)
    run = student.estimator().full_run(stream)
    results = run.results
    assert raw.tolist() == run.raw_confidence_q15.tolist()
    assert bpm.tolist() == [r.bpm_q8 for r in results] and (bpm > 0).any() and not one.contact.all()
    assert confidence.tolist() == [r.confidence_q15 for r in results]

    other = rules.channel(to_counts(recording, 1), student)
    both = rules.track([one, other], rules.by_quality, student.tables)[0]
    assert (both[3:] > 0).all()  # as long as one LED is on the skin
    steady = np.full_like(ppg, 100_000)
    without = np.stack(rules.track([other], rules.by_quality, student.tables))
    for light in (np.full_like(ppg, PPG_MAX), steady):
        lost = rules.channel(dataclasses.replace(stream, ppg=light), student)
        assert lost.whole[3:].all() and lost.blind[3:].all()
        with_it = np.stack(rules.track([lost, other], rules.by_quality, student.tables))
        assert (with_it == without).all()
    as_recorded = rules.channel(to_counts(recording), student)
    glaring = rules.channel(fusion.glare(to_counts(recording)), student)
    assert not as_recorded.blind.any()
    assert (glaring.blind | glaring.unsure).sum() > as_recorded.unsure.sum()
