# SPDX-License-Identifier: Apache-2.0
"""The knobs of the simulated world: every number that differs from one simulated recording to the next.

Each has a range, a unit and a source. `python -m wristpulse.recordings.world` prints the table of
docs/simulator.md. Sources: "physiology": textbook ranges; "wider": beyond any data set on purpose, so that
real wrists lie inside; "datasheet": of wrist sensors; "users": a failure that they reported; "measured": set
beside real sets by `invoke realism`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wristpulse.support import markdown
from wristpulse.support.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Knob:
    """A uniform draw from low to high, or a log-uniform one; `off` is the value with the knob left out."""

    low: float
    high: float
    unit: str
    meaning: str
    source: str
    off: float
    log: bool = False


def _uniform(low: float, high: float, unit: str, meaning: str, source: str, off: float) -> Knob:
    return Knob(low=low, high=high, unit=unit, meaning=meaning, source=source, off=off)


def _log(low: float, high: float, unit: str, meaning: str, source: str, off: float) -> Knob:
    return Knob(low=low, high=high, unit=unit, meaning=meaning, source=source, off=off, log=True)


KNOBS: dict[str, Knob] = {
    # Heart
    "rest_bpm": _uniform(32, 95, "BPM", "heart rate at rest", "physiology; athletes", 60),
    "highest_bpm": _uniform(150, 215, "BPM", "heart rate at full effort", "physiology", 185),
    "rise_s": _log(6, 60, "s", "time constant of a rise", "physiology; measured", 20),
    "fall_s": _log(12, 100, "s", "time constant of a recovery", "physiology; measured", 40),
    "sinus_bpm": _log(0.3, 7, "BPM", "amplitude of sinus arrhythmia at rest", "physiology", 0.3),
    "paced_bpm": _uniform(6, 15, "BPM", "the same in paced breathing, 4 to 8 a minute", "users", 0),
    "mayer_bpm": _log(0.3, 4, "BPM", "amplitude of 0.1 Hz waves at rest", "physiology", 0.3),
    "drift_bpm": _log(0.5, 4, "BPM", "slow drift, correlated over 25 s", "measured", 0.5),
    "beat_jitter": _log(0.002, 0.03, "of a beat", "beat-to-beat irregularity", "physiology", 0.002),
    "ectopic_share": _log(0.003, 0.1, "of beats", "premature beats, in one person of ten", "physiology", 0),
    "fibrillation": _uniform(0.12, 0.3, "of a beat", "irregularity of atrial fibrillation", "physiology", 0),
    # Pulse
    "systole": _uniform(0.07, 0.2, "of a beat", "width of the systolic wave at 60 BPM", "physiology", 0.12),
    "reflection": _uniform(0.0, 0.6, "of systole", "height of the reflected wave", "physiology", 0.3),
    "reflection_at": _uniform(0.24, 0.44, "of a beat", "delay of the reflected wave", "physiology", 0.4),
    "run_off": _uniform(0.0, 0.8, "of systole", "exponential decay after systole", "users", 0),
    "tissue_hz": _log(1.5, 12, "Hz", "low-pass of tissue and averaging front ends", "wider", 8),
    "breath_am": _log(0.02, 0.4, "of the pulse", "breathing in the pulse's amplitude", "physiology", 0.05),
    "breath_base": _log(0.03, 1.5, "of the pulse", "breathing in the baseline", "physiology", 0.3),
    "tone_swing": _uniform(0.1, 0.7, "nepers", "slow change of the vessels' tone", "physiology", 0.1),
    "constriction": _log(0.08, 0.7, "of the pulse", "what a vasoconstriction leaves", "physiology", 1),
    "baseline": _log(0.1, 8, "of the pulse", "slow drift of the constant light", "measured", 0.3),
    # Arm
    "cadence_jitter": _log(0.002, 0.05, "of a cycle", "irregularity of a gait's cycle", "measured", 0.01),
    "cadence_drift": _log(0.003, 0.1, "of cadence", "slow change of cadence", "measured", 0.01),
    "cycle_swing": _uniform(0.05, 0.5, "nepers", "change of a cycle's amplitude", "measured", 0.1),
    "roll_off": _uniform(0.3, 0.9, "a harmonic", "fall of the gait's harmonics", "measured", 0.5),
    # Coupling of motion into light
    "coupling": _log(0.4, 12, "pulse per g", "artefact of the acceleration", "measured", 2.5),
    "compress": _uniform(0, 1, "exponent", "fall of the coupling with the strength of motion", "measured", 0),
    "loose": _log(3, 15, "factor", "the same of a sensor that lies loose", "measured (PhysioNet)", 1),
    "response": _uniform(0.3, 1.5, "nepers", "roughness of its response in frequency", "wider", 0),
    "lag_s": _uniform(0, 0.25, "s", "delay of the artefact, each axis", "measured", 0.1),
    "squared": _log(0.05, 1, "of coupling", "part that goes with the square of the shake", "wider", 0.05),
    "limit": _log(6, 60, "pulse", "where tissue gives way", "wider", 20),
    "hidden": _log(0.1, 6, "pulse", "gait in the light, not in acceleration", "measured (PhysioNet)", 0),
    "hidden_loose": _log(3, 40, "pulse", "the same of a loose strap", "measured (PhysioNet)", 0),
    "flexion": _log(0.3, 15, "pulse", "bursts by wrist and fingers, hardly in acceleration", "wider", 0),
    "flexion_rate": _log(0.002, 0.06, "per s", "how often", "wider", 0.002),
    "tilt": _log(0.1, 3, "pulse per g", "gravity's direction in the light", "wider", 0.3),
    "pressing": _uniform(0, 0.6, "of the pulse", "motion in the pulse's amplitude", "wider", 0),
    # Sensor
    "counts": _log(6, 4000, "counts", "pulse amplitude, of 18 bits", "measured", 400),
    "resolution": _log(3, 3000, "per pulse", "steps of the converter, 10 to 22 bits", "datasheet", 3000),
    "noise": _log(0.004, 1.0, "pulse", "white noise, standard deviation in 16 Hz", "measured", 0.02),
    "pink": _log(0.004, 0.5, "pulse", "noise of amplitude 1 / sqrt(f), likewise", "measured", 0.01),
    "flicker": _log(0.02, 1.5, "pulse", "ambient light's flicker, aliased to 0.3 to 8 Hz", "users", 0),
    "high_pass_hz": _log(0.2, 0.8, "Hz", "high-pass of sensors like the Empatica E4", "datasheet", 0.2),
    "gain_step": _log(1.5, 60, "pulse", "step of automatic gain or offset", "datasheet", 0),
    "acc_noise_g": _log(0.0004, 0.012, "g", "noise of the accelerometer", "datasheet", 0.002),
    "acc_scale": _uniform(0.93, 1.07, "factor", "error of its scale", "datasheet", 1),
}  # fmt: skip


@dataclass(frozen=True)
class Draws:
    """Draws of knobs by a generator; those in `without` take their `off` value, and cost a draw all the same,
    so that everything else stays as it was.
    """

    rng: np.random.Generator
    without: frozenset[str] = frozenset()

    def __call__(self, name: str) -> float:
        """One value of a knob, in the knob's unit."""
        knob, u = KNOBS[name], self.rng.random()
        if name in self.without:
            return knob.off
        if knob.log:
            return float(knob.low * (knob.high / knob.low) ** u)
        return knob.low + (knob.high - knob.low) * u

    def chance(self, share: float) -> bool:
        """Decide whether something happens.

        Parameters
        ----------
        share : float
            Its probability.

        Returns
        -------
        bool
        """
        return bool(self.rng.random() < share)


def draws(rng: np.random.Generator, without: Iterable[str] = ()) -> Draws:
    """Draws of knobs, some of them left out.

    Parameters
    ----------
    rng : numpy Generator
    without : iterable of str
        Names of KNOBS that take their `off` value.

    Returns
    -------
    Draws

    Raises
    ------
    UserError
        A name is no knob.

    Examples
    --------
    >>> draws(np.random.default_rng(0), without=["tilt"])("tilt")
    0.3
    """
    unknown = sorted(set(without) - KNOBS.keys())
    if unknown:
        raise UserError("knobs", "without", "names of knobs", ", ".join(unknown))
    return Draws(rng, frozenset(without))


def table() -> str:
    """Format all knobs as a Markdown table.

    Returns
    -------
    str
    """
    rows = [
        (f"`{name}`", f"{k.low:g} to {k.high:g}" + (", log" if k.log else ""), k.unit, k.meaning, k.source,
         f"{k.off:g}")
        for name, k in KNOBS.items()
    ]  # fmt: skip
    return markdown.table(("knob", "range", "unit", "meaning", "source", "left out"), rows)
