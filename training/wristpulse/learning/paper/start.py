# SPDX-License-Identifier: Apache-2.0
"""Begin with the weights of another configuration's networks, such as those taught by simulated people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wristpulse.support import steps
from wristpulse.support.errors import UserError

if TYPE_CHECKING:
    import keras


def begin(model: keras.Model, network: Path) -> None:
    """Give `model` the weights of the saved `network`; UserError if it is not there or of another shape."""
    from wristpulse.models.saved import load_network

    if not network.exists():
        raise UserError("start", "", "a folder with the networks of a finished training", f"no {network}")
    weights = load_network(network).get_weights()
    have, want = ([w.shape for w in of] for of in (weights, model.get_weights()))
    if have != want:
        raise UserError(network, "network", f"one like the {model.name} of this configuration", "another")
    model.set_weights(weights)


def fingerprint(start: str, network: str) -> dict[str, object]:
    """What a step's inputs say of the start: nothing without one; StepError where it is unfinished."""
    return {"start": steps.stamp(steps.require(Path(start) / network, "invoke train"))} if start else {}
