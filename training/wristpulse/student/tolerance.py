# SPDX-License-Identifier: Apache-2.0
"""How far off an estimate may be: what counts as correct, and what as wrong."""

WITHIN_BPM = 5.0  # an estimate within this of the reference is correct: what confidence is the chance of
WRONG_BPM = 10.0  # one further off is wrong; the share of `valid` ones that are is wrong-valid
