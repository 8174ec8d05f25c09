# SPDX-License-Identifier: Apache-2.0
"""Evaluation protocols: who trains, who validates, who is tested. No person is ever on two sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wristpulse.recordings.recording import Recording
from wristpulse.support.errors import UserError

Person = tuple[str, str]  # data set, subject


class FoldError(UserError):
    """A protocol that its recordings do not allow."""


# Data sets whose people are another's: WESAD's wrist signals without labels, one person of PPG-DaLiA.
SAME_PEOPLE = {"wrist-npz": "wesad", "dalia-s6": "dalia"}


def person(recording: Recording) -> Person:
    """Name the person of a recording as its data set does.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    dataset, subject : str
    """
    return recording.dataset, recording.subject


def wearer(recording: Recording) -> Person:
    """Name the person of a recording by one name in all data sets.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    dataset, subject : str
    """
    return SAME_PEOPLE.get(recording.dataset, recording.dataset), recording.subject


def sides_of(roles: Mapping[str, Iterable[Recording]]) -> dict[Person, list[str]]:
    """List the sides that each person is on: one, unless there is a mistake.

    Parameters
    ----------
    roles : mapping of str to iterable of Recording

    Returns
    -------
    dict of (str, str) to list of str
        By `wearer`.
    """
    sides: dict[Person, list[str]] = {}
    for role, recordings in roles.items():
        for who in dict.fromkeys(map(wearer, recordings)):
            sides.setdefault(who, []).append(role)
    return sides


@dataclass(frozen=True, kw_only=True)
class Fold:
    """One training and its test; FoldError if training or test is empty, or a person is on two sides."""

    name: str
    train: tuple[Recording, ...]
    validation: tuple[Recording, ...]
    test: tuple[Recording, ...]

    def __post_init__(self) -> None:
        """Check the sides."""
        sides = {"train": self.train, "validation": self.validation, "test": self.test}
        for side in ("train", "test"):
            if not sides[side]:
                raise FoldError(f"fold {self.name}", side, "at least one recording", "none")
        for who, on in sides_of(sides).items():
            if len(on) > 1:
                raise FoldError(f"fold {self.name}", "/".join(who), "on one side", f"on {' and '.join(on)}")


def _of(recordings: Iterable[Recording], people: Iterable[Person]) -> tuple[Recording, ...]:
    wanted = set(people)
    return tuple(r for r in recordings if person(r) in wanted)


def _fold(
    recordings: Sequence[Recording],
    name: str,
    *,
    train: Iterable[Person],
    validation: Iterable[Person] = (),
    test: Iterable[Person],
) -> Fold:
    """The recordings of these people on each side, in the order given."""
    return Fold(
        name=name,
        train=_of(recordings, train),
        validation=_of(recordings, validation),
        test=_of(recordings, test),
    )


def _people(recordings: Iterable[Recording], *datasets: str) -> list[Person]:
    """People of the data sets, in order; FoldError if a data set is absent."""
    recordings = list(recordings)
    for dataset in datasets:
        if not any(r.dataset == dataset for r in recordings):
            found = ", ".join(sorted({r.dataset for r in recordings})) or "none"
            raise FoldError("protocol", "data sets", dataset, found)
    return sorted({person(r) for r in recordings if r.dataset in datasets}, key=_natural)


def _natural(who: Person) -> tuple[str, str, int]:
    digits = "".join(c for c in who[1] if c.isdigit())
    return who[0], who[1].rstrip("0123456789"), int(digits or 0)


def bami_spc_4fold(recordings: Sequence[Recording]) -> list[Fold]:
    """Deal the people of BAMI-1 and of SPC into four groups; each group is tested once.

    Parameters
    ----------
    recordings : sequence of Recording
        Of both data sets.

    Returns
    -------
    list of Fold
        Four; the shuffle is fixed, and nobody validates.

    Raises
    ------
    FoldError
        A data set is absent.
    """
    groups: list[list[Person]] = [[], [], [], []]
    for dataset in ("bami1", "troika"):
        people = _people(recordings, dataset)
        for place, number in enumerate(np.random.default_rng(0).permutation(len(people))):
            groups[place % 4].append(people[number])
    everyone = {who for group in groups for who in group}
    return [
        _fold(recordings, f"group-{n + 1}", train=everyone - set(group), test=group)
        for n, group in enumerate(groups)
    ]


def cross_dataset(recordings: Sequence[Recording]) -> list[Fold]:
    """Train on one data set and test on the other, both ways: BAMI-1 and SPC.

    Parameters
    ----------
    recordings : sequence of Recording
        Of both data sets.

    Returns
    -------
    list of Fold
        Two.

    Raises
    ------
    FoldError
        A data set is absent.
    """
    bami, spc = (_people(recordings, dataset) for dataset in ("bami1", "troika"))
    return [
        _fold(recordings, "troika-to-bami1", train=spc, test=bami),
        _fold(recordings, "bami1-to-troika", train=bami, test=spc),
    ]


def bami2_transfer(recordings: Sequence[Recording]) -> list[Fold]:
    """Make the fold that trains on BAMI-1 and SPC and tests on BAMI-2.

    Parameters
    ----------
    recordings : sequence of Recording

    Returns
    -------
    list of Fold
        One.
    """
    train, test = _people(recordings, "bami1", "troika"), _people(recordings, "bami2")
    return [_fold(recordings, "bami1+troika-to-bami2", train=train, test=test)]


# Sets that are left out one at a time: data set, and the first letter of the subjects that count.
LEFT_OUT = {
    "bami1": ("bami1", ""),
    "bami2": ("bami2", ""),
    "troika-S": ("troika", "S"),
    "troika-T": ("troika", "T"),
    "physionet-wrist": ("physionet-wrist", ""),
    "bangle2": ("bangle2", ""),
}
ONLY_TESTED = "dalia-s6"


def leave_one_set_out(recordings: Sequence[Recording]) -> list[Fold]:
    """Make the folds that train on all sets but one and test on that one.

    Parameters
    ----------
    recordings : sequence of Recording

    Returns
    -------
    list of Fold
        One for each set. That of ONLY_TESTED trains on all others; no fold trains on it.
    """
    people = {name: _people(recordings, dataset) for name, (dataset, _) in LEFT_OUT.items()}
    people = {
        name: [who for who in of if who[1].startswith(LEFT_OUT[name][1])] for name, of in people.items()
    }
    people[ONLY_TESTED] = _people(recordings, ONLY_TESTED)
    taught = {name: of for name, of in people.items() if name != ONLY_TESTED}
    return [
        _fold(
            recordings, name, train={who for n, of in taught.items() if n != name for who in of}, test=tested
        )
        for name, tested in people.items()
    ]


def dalia_4group(recordings: Sequence[Recording]) -> list[Fold]:
    """Deal PPG-DaLiA's people into groups of 4, 4, 4 and 3, as the paper does.

    Each person is tested once; the others of its group validate.

    Parameters
    ----------
    recordings : sequence of Recording

    Returns
    -------
    list of Fold
        One a person.

    Raises
    ------
    FoldError
        The data set is absent.
    """
    people = _people(recordings, "dalia")
    folds = []
    for start in range(0, len(people), 4):
        group = people[start : start + 4]
        train = set(people) - set(group)
        for who in group:
            others = set(group) - {who}
            folds.append(_fold(recordings, who[1], train=train, validation=others, test=[who]))
    return folds


def wesad_loso(recordings: Sequence[Recording]) -> list[Fold]:
    """Leave one person of WESAD out at a time; the next one validates.

    Parameters
    ----------
    recordings : sequence of Recording

    Returns
    -------
    list of Fold
        One a person.

    Raises
    ------
    FoldError
        The data set is absent, or holds fewer than three people.
    """
    people = _people(recordings, "wesad")
    if len(people) < 3:
        raise FoldError("protocol wesad-loso", "subjects", "at least 3", len(people))
    folds = []
    for n, who in enumerate(people):
        validation = people[(n + 1) % len(people)]
        train = set(people) - {who, validation}
        folds.append(_fold(recordings, who[1], train=train, validation=[validation], test=[who]))
    return folds


def simulator_3fold(recordings: Sequence[Recording]) -> list[Fold]:
    """Split simulated people into three groups, to try the machinery; results say nothing about people.

    Parameters
    ----------
    recordings : sequence of Recording

    Returns
    -------
    list of Fold
        Three.
    """
    people = _people(recordings, "simulator")
    groups = [set(people[n::3]) for n in range(3)]
    return [
        _fold(recordings, f"group-{n + 1}", train=set(people) - group, test=group)
        for n, group in enumerate(groups)
    ]


@dataclass(frozen=True)
class Protocol:
    """The data sets that a protocol needs, and its folds from their recordings."""

    datasets: tuple[str, ...]
    folds: Callable[[Sequence[Recording]], list[Fold]]


PROTOCOLS: dict[str, Protocol] = {
    "bami-spc-4fold": Protocol(("bami1", "troika"), bami_spc_4fold),
    "cross-dataset": Protocol(("bami1", "troika"), cross_dataset),
    "bami2-transfer": Protocol(("bami1", "troika", "bami2"), bami2_transfer),
    "leave-one-set-out": Protocol(
        (*dict.fromkeys(dataset for dataset, _ in LEFT_OUT.values()), ONLY_TESTED), leave_one_set_out
    ),
    "dalia-4group": Protocol(("dalia",), dalia_4group),
    "wesad-loso": Protocol(("wesad",), wesad_loso),
    "simulator-3fold": Protocol(("simulator",), simulator_3fold),
}


def protocol_named(name: str) -> Protocol:
    """Find an evaluation protocol.

    Parameters
    ----------
    name : str
        Key of `PROTOCOLS`.

    Returns
    -------
    Protocol

    Raises
    ------
    FoldError
        No protocol of this name.

    Examples
    --------
    >>> protocol_named("wesad-loso").datasets
    ('wesad',)
    """
    if name not in PROTOCOLS:
        raise FoldError("--protocol", "", f"one of {', '.join(PROTOCOLS)}", name)
    return PROTOCOLS[name]
