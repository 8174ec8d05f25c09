# SPDX-License-Identifier: Apache-2.0
"""Published estimators: BeliefPPG and KID-PPG, each run in the peers' environment by a script of its own.

Neither package says all that its weights were trained on: their figures may be of people whom they know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wristpulse.recordings import Recording
from wristpulse.support.files import replacing
from wristpulse_tools.peers.environment import run
from wristpulse_tools.peers.estimates import Estimates

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A package, how it is run, and what it is given of a recording's PPG (n, leds).

    runner: script that reads RECORDINGS.npz (key/ppg, key/fs_ppg, key/acc, key/fs_acc) and writes to FOLDER
    each key.npy, float64 (3, n): window's end in seconds, BPM, certainty.
    """

    title: str
    package: str
    runner: Path
    ppg: Callable[[Recording], np.ndarray]
    sets: tuple[str, ...] = ()  # data sets that its authors say it learnt from

    def knows(self, recording: Recording) -> bool:
        """Whether it learnt from the recording's data set."""
        return recording.dataset in self.sets


def _one_led(recording: Recording) -> np.ndarray:
    return recording.ppg[:, recording.led, None]


BELIEFPPG = Peer(
    title="BeliefPPG, all LEDs",
    package="beliefppg",  # Bieri et al., UAI 2023; MIT
    runner=HERE / "run_beliefppg.py",
    ppg=lambda recording: recording.ppg,
)
BELIEFPPG_ONE_LED = Peer(
    title="BeliefPPG, one LED", package="beliefppg", runner=BELIEFPPG.runner, ppg=_one_led
)
KID_PPG = Peer(
    title="KID-PPG, one LED",
    package="kid-ppg",  # Kechris et al., IEEE TBME 2024; GPL-3.0: run as it is, nothing of it is here
    runner=HERE / "run_kid_ppg.py",
    ppg=_one_led,
    sets=("dalia", "dalia-s6"),
)
BY_NAME = {"beliefppg": BELIEFPPG, "beliefppg-one-led": BELIEFPPG_ONE_LED, "kid-ppg": KID_PPG}


def version(python: Path, package: str) -> str:
    """The installed version of a package; PeerError if it is not there."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return run([python, "-c", code], f"find {package}").strip()


def runs_of(
    peer: Peer, python: Path, recordings: Sequence[Recording], folder: Path
) -> tuple[str, list[Estimates]]:
    """The package's version and its estimates of the recordings.

    Estimates are kept in `folder`/PACKAGE-VERSION, a file for each input, as they come: run again, only
    those that are missing are made.
    """
    found = version(python, peer.package)
    kept = folder / f"{peer.package}-{found}"
    kept.mkdir(parents=True, exist_ok=True)
    wanted: list[tuple[Recording, Path]] = []
    missing: dict[str, Any] = {}
    for recording in recordings:
        arrays = {
            "ppg": peer.ppg(recording),
            "fs_ppg": recording.fs_ppg,
            "acc": recording.acc,
            "fs_acc": recording.fs_acc,
        }
        estimates = kept / f"{_digest(peer.runner, arrays)}.npy"
        wanted.append((recording, estimates))
        if not estimates.exists():
            missing |= {f"{estimates.stem}/{name}": value for name, value in arrays.items()}
    if missing:
        given = folder / "recordings.npz"
        with replacing(given) as beside, beside.open("wb") as file:
            np.savez(file, **missing)
        run([python, peer.runner, given, kept], "run the package", shown=True)
        given.unlink()
    runs = []
    for recording, estimates in wanted:
        end_s, bpm, certainty = np.load(estimates)
        runs.append(
            Estimates(
                method=peer.title,
                recording=recording,
                end_s=end_s,
                bpm=bpm,
                certainty=certainty,
                knows=peer.knows,
            )
        )
    return found, runs


def _digest(runner: Path, arrays: dict[str, object]) -> str:
    """Of the script and its input: other preparation, other estimates."""
    digest = hashlib.sha256(runner.read_bytes())
    for name, value in arrays.items():
        value = np.ascontiguousarray(value)
        digest.update(f"{name} {value.dtype} {value.shape}".encode() + value.tobytes())
    return digest.hexdigest()
