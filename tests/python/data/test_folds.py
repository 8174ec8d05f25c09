# SPDX-License-Identifier: Apache-2.0
import dataclasses

import pytest

from wristpulse.data.folds import LEFT_OUT, PROTOCOLS, Fold, person
from wristpulse.recordings import simulate
from wristpulse.support.errors import UserError

ONE = simulate(1, 10.0)


def people(dataset: str, count: int, each: int = 1, letter: str = "S") -> list:
    return [
        dataclasses.replace(ONE, dataset=dataset, subject=f"{letter}{n}", name=f"{n}-{k}")
        for n in range(1, count + 1)
        for k in range(each)
    ]


EVERYONE = (
    people("bami1", 24)
    + people("troika", 12, 2)
    + people("troika", 8, 1, "T")
    + people("bami2", 3)
    + people("physionet-wrist", 4, 2)
    + people("bangle2", 2)
    + people("dalia-s6", 1)
    + people("dalia", 15)
    + people("wesad", 15)
    + people("simulator", 6)
)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_people_are_on_one_side_and_each_is_tested_once(name):
    protocol = PROTOCOLS[name]
    folds = protocol.folds(EVERYONE)
    tested = [set(map(person, fold.test)) for fold in folds]
    for fold, test in zip(folds, tested, strict=True):
        others = set(map(person, fold.train + fold.validation))
        assert not test & others
        assert {r.dataset for r in fold.train + fold.validation + fold.test} <= set(protocol.datasets)
    assert sum(map(len, tested)) == len(set().union(*tested))
    expected = {"bami2"} if name == "bami2-transfer" else set(protocol.datasets)
    assert {who[0] for test in tested for who in test} == expected


def test_group_sizes():
    assert [len(f.validation) for f in PROTOCOLS["dalia-4group"].folds(EVERYONE)] == [3] * 12 + [2] * 3
    sizes = [len(set(map(person, f.test))) for f in PROTOCOLS["bami-spc-4fold"].folds(EVERYONE)]
    assert sizes == [11] * 4
    assert len(PROTOCOLS["wesad-loso"].folds(EVERYONE)) == 15


def test_one_set_is_left_out_at_a_time_and_dalia_never_teaches():
    folds = {fold.name: fold for fold in PROTOCOLS["leave-one-set-out"].folds(EVERYONE)}
    assert list(folds) == [*LEFT_OUT, "dalia-s6"]
    for name, fold in folds.items():
        sets = {r.dataset for r in fold.train}
        assert "dalia-s6" not in sets and (name in ("dalia-s6", "troika-S", "troika-T")) == (len(sets) == 5)
    assert {r.subject[0] for r in folds["troika-S"].test} == {"S"}
    assert {r.subject[0] for r in folds["troika-S"].train if r.dataset == "troika"} == {"T"}


def test_a_person_on_two_sides_is_refused():
    a, b = people("bami1", 2)
    with pytest.raises(UserError, match="bami1/S1: expected on one side"):
        Fold(name="f", train=(a, b), validation=(), test=(a,))
    with pytest.raises(UserError, match="test: expected at least one"):
        Fold(name="f", train=(a,), validation=(), test=())


def test_a_missing_data_set_is_named():
    with pytest.raises(UserError, match="expected troika, found bami1"):
        PROTOCOLS["cross-dataset"].folds(people("bami1", 3))
