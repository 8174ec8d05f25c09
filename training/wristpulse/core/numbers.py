# SPDX-License-Identifier: Apache-2.0
"""Every number that this package and the C core share, with unit and reason: docs/signal_path.md.

`SHARED` names them for C: `invoke numbers` writes zephyr_app/core/include/pulse/numbers.h from it. What
differs from student to student stands in its card instead.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

# The sensors.
PPG_BITS = 18  # MAX30101-class front end, unsigned counts
PPG_MAX = (1 << PPG_BITS) - 1
ACC_LSB_PER_G = 4096  # +-8 g in 16 bits

# Alignment, sections 2 and 3.
RATE_HZ = 32  # of the grid
FRAME_US = 1_000_000 // RATE_HZ
HOP = 64  # frames: 2 s
REACH_US = 125_000  # half the alignment kernel's length
KERNEL_TAPS = 124  # 1024 us apart
GAP_US = 100_000  # a longer step between samples of a channel is a gap
MIN_WEIGHT = 8192  # a quarter of the kernel's peak: below it a mean would amplify noise
PPG_FRACTION_BITS = 4  # of an aligned count
DARK_COUNTS = 4096  # below: no skin before the sensor
DARK_ONE_IN = 4  # dark samples, one in more than so many: no contact

# Windows, section 4.
HOPS_PER_WINDOW = 4
WINDOW = HOP * HOPS_PER_WINDOW  # 256 frames: 8 s
SIGNALS = 4  # PPG, X, Y, Z
BASELINE_REACH = 24  # frames either side that make the baseline: 0.75 s
INPUT_STEPS = 32  # of a network input per standard deviation
ROOT_DEVIATIONS = math.isqrt(WINDOW)  # the root of a window's summed squares is 16 standard deviations
PPG_FLOOR = 64  # of that root: a standard deviation of a quarter of a count
REST_G = 0.04  # acceleration of a wrist at rest, root mean square
ACC_FLOOR = int(ROOT_DEVIATIONS * REST_G * ACC_LSB_PER_G)  # 2621
MOVING = math.ceil(HOP**2 * (REST_G * ACC_LSB_PER_G) ** 2)  # 64 x the summed squares of a hop

# Spectra, section 5.
FEATURES = 5  # of a bin and hop: PPG, PPG at twice the rate, ACC, ACC at twice the rate, motion
PPG_SPECTRUM_FLOOR = 64  # any signal that moves lies far above
ACC_SPECTRUM_FLOOR = 20_480  # 0.02 g swinging steadily: below it, what the wrist does is noise
REST_LOG2 = 180  # 16 log2 of ACC_FLOOR, less a little

# Tracking, section 7.
BINS = 104
FIRST_BIN = 16  # bin b is 1.875 (FIRST_BIN + b) BPM: 30.0 to 223.1
BPM_PER_BIN = 1.875  # 1/32 Hz
BIN_Q8 = int(BPM_PER_BIN * 256)
ONE_Q15 = 1 << 15
MASS = 1 << 24  # of a posterior, about
NEAR = 4  # bins around the highest that make the estimate: +-7.5 BPM
TRACK_GAP_US = 10_000_000  # a longer time between hops says nothing about the heart rate
AROUND = 12  # bins around the highest: +-22.5 BPM. With AROUND_Q15 of the mass in them there is a pulse,
AROUND_Q15 = 29491  # 0.9; light without one has less
VALID_STEP_Q8 = 1280  # 5 BPM from hop to hop: at most so much, and a valid rate may stay so, section 8

# Several LEDs, section 7a.
FUSION_LEDS = 4  # slots of a MAX30101's FIFO, channels of a MAX86141's usual set-up
FUSION_WHOLE = 16  # weight of an LED whose evidence counts in full
FUSION_TRUST = 16_000  # Q15, about a half: of an LED that nothing is known of
FUSION_SHIFT = 4  # trust follows confidence with a time constant of 2^4 runs of the network
FUSION_FULL = 512  # Q15 below the most trusted LED: up to here the whole weight,
FUSION_NONE = 3072  # from here on none
FUSION_BLIND = 2  # more than one raw sample in so many of a window at the end of the range: left out
FUSION_CLIPPED = 8  # more than one in so many: half the weight
FUSION_UNSURE = int(0.3 * ONE_Q15)  # less of the likelihood around its highest bin: half the weight
FUSION_REST = 4  # an LED without weight is looked at every so many hops

# Looking back, section 7b.
ANCHOR_HOPS = 8  # a late value is valid if a valid value stands so near on either side,
ANCHOR_Q8 = 2560  # within 10 BPM of it

# Doubt, section 8a. Features of spectra are 255 sqrt(magnitude / largest).
DOUBT_Q15 = ONE_Q15 // 10  # most confidence of a value in doubt
DOUBT_STEADY_Q8 = 128  # 0.5 BPM: no heart stays so steady at rest
DOUBT_STEADY_HOPS = 6  # for so long
DOUBT_SIDE = 19  # 64ths of a line's feature that stand beside it where nothing widens it: 17 by the window
DOUBT_MOTION = 60  # feature of motion from which cadence is looked for: 0.15 g
DOUBT_JUMP_Q8 = 1920  # 7.5 BPM from hop to hop: another peak
DOUBT_ALIBI_HOPS = 2  # valid hops apart from the motion's multiples that speak for a rate
DOUBT_TWICE = (180, 190, 100)  # ACC at the rate and at half of it, PPG at half of it: above, twice the arm's
DOUBT_THRICE = (190, 150, 150, 80)  # ACC at 2/3 and 1/3 of it, PPG at 2/3 and 1/3: three times the arm's

# Power policy, section 9.
CALM_Q15 = int(0.85 * ONE_Q15)


class PolicyRow(NamedTuple):
    """From so many calm hops in a row on: the network runs every `every`-th hop, LED current >> led_shift."""

    calm_hops: int
    every: int
    led_shift: int


POLICY_ROWS = (PolicyRow(0, 1, 0), PolicyRow(5, 2, 0), PolicyRow(15, 3, 1))


def _kernel() -> np.ndarray:
    """Alignment kernel, int64 (124,), Q15 at 1024 us steps: sinc of cut-off 8 Hz, Kaiser window (beta 5)."""
    t = np.arange(KERNEL_TAPS) * 1024e-6
    shape = np.i0(5.0 * np.sqrt(1.0 - (t / (REACH_US * 1e-6)).clip(max=1.0) ** 2)) / np.i0(5.0)
    h = np.rint(32767 * np.sinc(2 * 8.0 * t) * shape).astype(np.int64)
    h[-1] = 0
    return h


KERNEL = _kernel()
_KERNEL_ROWS = tuple(zip(KERNEL.tolist(), np.diff(KERNEL, append=0).tolist(), strict=True))

SHARED: dict[str, tuple[object, str]] = {  # C's name: value, comment
    "PULSE_PPG_BITS": (PPG_BITS, "width of the PPG sensor's ADC"),
    "PULSE_PPG_FRACTION": (PPG_FRACTION_BITS, "fractional bits of an aligned count"),
    "PULSE_ACC_LSB_PER_G": (ACC_LSB_PER_G, "+-8 g in 16 bits"),
    "PULSE_FRAME_US": (FRAME_US, "one frame: 1/32 s"),
    "PULSE_HOP_FRAMES": (HOP, "2 s"),
    "PULSE_REACH_US": (REACH_US, "of the alignment kernel, either side of a frame"),
    "PULSE_KERNEL_TAPS": (KERNEL_TAPS, "1024 us apart"),
    "PULSE_KERNEL": (_KERNEL_ROWS, "Q15, and the step to the next"),
    "PULSE_GAP_US": (GAP_US, "a longer step between samples is a gap"),
    "PULSE_MIN_WEIGHT": (MIN_WEIGHT, "a quarter of the kernel's peak: below it a mean would amplify noise"),
    "PULSE_DARK_COUNTS": (DARK_COUNTS, "below: no skin before the sensor"),
    "PULSE_DARK_ONE_IN": (DARK_ONE_IN, "dark samples, one in more than so many: no contact"),
    "PULSE_WINDOW_HOPS": (HOPS_PER_WINDOW, "8 s"),
    "PULSE_CHANNELS": (SIGNALS, "PPG, X, Y, Z"),
    "PULSE_BASELINE_REACH": (BASELINE_REACH, "frames either side that make the PPG's baseline: 0.75 s"),
    "PULSE_INPUT_STEPS": (INPUT_STEPS, "of a network input per standard deviation"),
    "PULSE_ROOT_DEVIATIONS": (ROOT_DEVIATIONS, "standard deviations that make a window's root"),
    "PULSE_PPG_ROOT_FLOOR": (PPG_FLOOR, "a standard deviation of a quarter of a count"),
    "PULSE_ACC_REST": (ACC_FLOOR, "16 x 0.04 g: the root of a wrist at rest, and its floor"),
    "PULSE_MOVING": (MOVING, "64 x 64 x (0.04 g)^2: a hop that moves"),
    "PULSE_SPECTRUM_FEATURES": (FEATURES, "of a bin and hop: PPG, PPG at 2 k, ACC, ACC at 2 k, motion"),
    "PULSE_PPG_SPECTRUM_FLOOR": (PPG_SPECTRUM_FLOOR, "any signal that moves lies far above"),
    "PULSE_ACC_SPECTRUM_FLOOR": (ACC_SPECTRUM_FLOOR, "0.02 g swinging: below it, motion is noise"),
    "PULSE_REST_LOG2": (REST_LOG2, "16 log2 of PULSE_ACC_REST, less a little"),
    "PULSE_BINS": (BINS, "bin b is 1.875 x (PULSE_FIRST_BIN + b) BPM: 30.0 to 223.1"),
    "PULSE_FIRST_BIN": (FIRST_BIN, "in units of a bin"),
    "PULSE_BIN_Q8": (BIN_Q8, "1.875 BPM in 1/256 BPM"),
    "PULSE_TRACK_MASS": (MASS, "of a posterior, about"),
    "PULSE_TRACK_NEAR": (NEAR, "bins either side that belong to a peak: 7.5 BPM"),
    "PULSE_TRACK_AROUND": (AROUND, "bins either side of the highest: 22.5 BPM"),
    "PULSE_TRACK_AROUND_Q15": (AROUND_Q15, "with so much mass in these bins there is a pulse"),
    "PULSE_TRACK_GAP_US": (TRACK_GAP_US, "after a longer silence the old rate says nothing"),
    "PULSE_VALID_STEP_Q8": (
        VALID_STEP_Q8,
        "1/256 BPM from hop to hop: no more, and valid stays valid",
    ),
    "PULSE_FUSION_LEDS": (FUSION_LEDS, "LEDs at most"),
    "PULSE_FUSION_WHOLE": (FUSION_WHOLE, "weight of an LED whose evidence counts in full"),
    "PULSE_FUSION_TRUST": (FUSION_TRUST, "Q15, of an LED that nothing is known of"),
    "PULSE_FUSION_SHIFT": (FUSION_SHIFT, "of the running mean of an LED's confidence"),
    "PULSE_FUSION_FULL": (FUSION_FULL, "Q15 below the most trusted LED: whole weight"),
    "PULSE_FUSION_NONE": (FUSION_NONE, "Q15 below it: no weight"),
    "PULSE_FUSION_BLIND": (FUSION_BLIND, "saturated samples, more than one in so many: left out"),
    "PULSE_FUSION_CLIPPED": (FUSION_CLIPPED, "saturated samples, more than one in so many: half"),
    "PULSE_FUSION_UNSURE": (FUSION_UNSURE, "Q15 of the likelihood near its highest bin: half below"),
    "PULSE_FUSION_REST": (FUSION_REST, "hops from look to look at an LED without weight"),
    "PULSE_ANCHOR_HOPS": (ANCHOR_HOPS, "from a late valid value to valid ones on either side"),
    "PULSE_ANCHOR_Q8": (ANCHOR_Q8, "1/256 BPM between them"),
    "PULSE_DOUBT_Q15": (DOUBT_Q15, "most confidence of a value in doubt"),
    "PULSE_DOUBT_STEADY_Q8": (DOUBT_STEADY_Q8, "1/256 BPM: no heart stays so steady at rest"),
    "PULSE_DOUBT_STEADY_HOPS": (DOUBT_STEADY_HOPS, "for so long"),
    "PULSE_DOUBT_SIDE": (DOUBT_SIDE, "64ths of a line's feature beside it where nothing widens it"),
    "PULSE_DOUBT_MOTION": (DOUBT_MOTION, "feature of motion from which cadence is looked for"),
    "PULSE_DOUBT_JUMP_Q8": (DOUBT_JUMP_Q8, "1/256 BPM from hop to hop: another peak"),
    "PULSE_DOUBT_ALIBI_HOPS": (DOUBT_ALIBI_HOPS, "valid hops apart from the motion's multiples"),
    "PULSE_DOUBT_TWICE": (np.array(DOUBT_TWICE), "ACC at 1 and 1/2 of the rate, PPG at 1/2"),
    "PULSE_DOUBT_THRICE": (np.array(DOUBT_THRICE), "ACC at 2/3 and 1/3 of the rate, PPG at 2/3 and 1/3"),
    "PULSE_CALM_Q15": (CALM_Q15, "confidence of 0.85"),
    "PULSE_POLICY_ROWS": (len(POLICY_ROWS), "of PULSE_POLICY_TABLE"),
    "PULSE_POLICY_TABLE": (POLICY_ROWS, "calm hops, hops to a run of the network, shift of the LED current"),
}
