# SPDX-License-Identifier: Apache-2.0
"""Simulated people: a heart, an arm, a strap and a sensor, drawn anew for every seed.

A `Session` is what happened, on the grid of BASE_HZ; `delivery` makes of it what a sensor would have
delivered, `wristpulse.data.world_examples` the windows that a student learns from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from wristpulse.recordings.world import coupling, lamps, sensor
from wristpulse.recordings.world import heart as hearts
from wristpulse.recordings.world import motion as motions
from wristpulse.recordings.world import pulse as pulses
from wristpulse.recordings.world.knobs import draws
from wristpulse.recordings.world.slow import BASE_HZ
from wristpulse.support.errors import UserError

LAMP_SHARE = 0.1  # of sessions without any wrist
TAKEN_OFF = 0.04  # of sessions that lose the wrist in the middle


@dataclass(frozen=True, eq=False)
class Session:
    """What happens to one sensor for a while, on the grid of BASE_HZ.

    Attributes
    ----------
    light
        Counts (n, leds), before noise and rounding.
    pulse
        The pulse's part in it, counts (n, leds), zero without a wrist.
    noise
        White noise in 16 Hz, counts (leds,).
    step
        What the converter tells apart, counts (leds,).
    acc
        In g, (n, 3), as the sensor rounds it.
    worn
        bool (n,).
    heart
        None where there never is one.
    kind
        The activities, or the lamp.
    """

    seed: int
    light: Float64[np.ndarray, "n leds"]
    pulse: Float64[np.ndarray, "n leds"]
    noise: Float64[np.ndarray, " leds"]
    step: Float64[np.ndarray, " leds"]
    acc: Float64[np.ndarray, "n 3"]
    worn: Bool[np.ndarray, " n"]
    heart: hearts.Heart | None
    kind: str

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.acc) / BASE_HZ


def session(
    seed: int, seconds: float = 180.0, *, leds: int = 1, without: Iterable[str] = (), worn: bool | None = None
) -> Session:
    """Draw one session: a person, or a sensor that lies without one.

    Parameters
    ----------
    seed : int
        The same seed gives the same session.
    seconds : float
        16 or more.
    leds : int
        Channels of light, each with its own front end and coupling.
    without : iterable of str
        Knobs left out (`wristpulse.recordings.world.knobs`).
    worn : bool, optional
        None: LAMP_SHARE of sessions have no wrist.

    Returns
    -------
    Session

    Raises
    ------
    UserError
        A knob that does not exist, or less than 16 s.

    Examples
    --------
    >>> made = session(1, 16.0, leds=2, worn=True)
    >>> made.light.shape, made.acc.shape, made.seconds, made.heart is None
    ((512, 2), (512, 3), 16.0, False)
    """
    if seconds < 16:
        raise UserError("session", "seconds", "at least 16", f"{seconds:g}")
    draw = draws(np.random.default_rng([seed, 17]), without)
    count = round(seconds * BASE_HZ)
    bouts = motions.plan(draw, seconds)
    off = draw.chance(LAMP_SHARE) if worn is None else not worn
    if off:
        rest = motions.ACTIVITIES[0]
        still = [motions.Bout(0.0, seconds, rest, 0.0)]
        name = lamps.kind(draw)
        bouts = bouts if name == "swinging" else still
    arm = motions.motion(draw, bouts, count)
    where = np.ones(count, bool)
    if off:
        heart, where[:] = None, False
        parts = [(lamps.lamp(draw, name, arm), np.zeros(count)) for _ in range(leds)]
    else:
        heart, name = (
            hearts.heart(draw, bouts, count),
            ", ".join(dict.fromkeys(b.activity.name for b in bouts)),
        )
        wave = pulses.pulse(draw, heart)
        common = pulses.baseline(draw, heart)
        parts = []
        for _ in range(leds):
            beat = wave * coupling.pressing(draw, arm)
            parts.append((beat + common + coupling.artefact(draw, bouts, arm), beat))
        if draw.chance(TAKEN_OFF):
            where[int(draw.rng.uniform(0.3, 0.8) * count) :] = False
            lying = lamps.lamp(draw, lamps.kind(draw), arm)
            parts = [(np.where(where, light, lying), np.where(where, beat, 0)) for light, beat in parts]
    light, beats, fronts = [], [], []
    for whole, beat in parts:
        front = sensor.optics(draw)
        whole = front.filtered(whole + sensor.disturbances(draw, count))
        light.append(front.converted(whole))
        beats.append(front.counts * front.filtered(beat))
        fronts.append(front)
    acc = sensor.accelerometer(draw, arm.dynamic + arm.gravity)
    return Session(
        seed,
        np.stack(light, axis=1),
        np.stack(beats, axis=1),
        np.array([front.counts * front.noise for front in fronts]),
        np.array([front.step for front in fronts]),
        acc,
        where,
        heart,
        name,
    )
