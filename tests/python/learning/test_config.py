# SPDX-License-Identifier: Apache-2.0
import dataclasses
from typing import get_type_hints

import pytest
from msgspec import inspect

from wristpulse.config.load import CONFIGS, ConfigError, load, override
from wristpulse.config.settings import Config


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_configuration_loads(path):
    config = load(path.stem)
    assert config.name == path.stem
    assert config == load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sede = 1", r"sede: expected one of name, seed.*found an unknown field"),
        ("seed = 'one'", r"seed: expected int, found 'one'"),
        ("[student]\nwidths = [12, 'x', 24]", r"student.widths: expected a list of int"),
        ("[student]\nwidth = 3", r"student.width: expected one of .*widths"),
        ("student = 3", r"student: expected a table, found 3"),
        ("seed = ", r"syntax: expected TOML"),
        ("front_end = 'ears'", r"front_end: expected one of window, spectrum, found 'ears'"),
        ("[distillation]\nrelation = 'love'", r"distillation.relation: expected one of rkd, gram"),
        ("name = '../evil'", r"name: expected no such field"),
        ("calibration_windows = 0", r"calibration_windows: expected 1 to inf, found 0"),
        ("[student]\nwidths = [32, 48]", r"student.widths: expected 3 values, found 2"),
        ("[student]\nwidths = [32, 48, 0]", r"student.widths: expected 1 to 1024, found 0"),
        ("[student]\nfusion = 'none'", r"student.fusion: expected one of across, separate, found 'none'"),
        ("[sweep]\nseeds = [1, -1]", r"sweep.seeds: expected 0 to 4\.29497e\+09, found -1"),
        ("[augmentation]\nstretches = [1, true]", r"augmentation.stretches: expected a list of float"),
        ("[student_training]\nbatch = 0", r"student_training.batch: expected 1 to inf, found 0"),
        ("[spectral_training]\nlearning_rate = -1", r"spectral_training.learning_rate: expected 1e-09 to 1"),
        ("[data]\nmax_windows = -5", r"data.max_windows: expected 0 to inf, found -5"),
        ("[tracking]\nvalid = 1.5", r"tracking.valid: expected 0 to 1, found 1.5"),
        ("[tracking]\nspread_bpm = 0", r"tracking.spread_bpm: expected 0.1 to 100, found 0.0"),
        ("[tracking]\ntemper = nan", r"tracking.temper: expected 0.01 to 4, found nan"),
        ("[distillation]\nunlabelled_share = 7", r"distillation.unlabelled_share: expected 0 to 1, found 7"),
        ("[data]\naligned_labels = 1", r"data.aligned_labels: expected bool, found 1"),
    ],
)
def test_an_error_names_file_field_expected_and_found(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=rf"mine\.toml: {message}"):
        load(path)


def numbers(section: type, prefix: str = ""):
    """Every number of a section: its name, its type for msgspec, and its default."""
    for name, hint in get_type_hints(section, include_extras=True).items():
        if dataclasses.is_dataclass(hint):
            yield from numbers(hint, f"{prefix}{name}.")
            continue
        kind = inspect.type_info(hint)
        item = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind
        if isinstance(item, inspect.IntType | inspect.FloatType):
            default = {f.name: f.default for f in dataclasses.fields(section)}[name]
            yield f"{prefix}{name}", item, default if isinstance(default, tuple) else (default,)


def test_every_number_has_limits_that_its_default_keeps():
    found = list(numbers(Config))
    assert len(found) > 50
    for name, kind, defaults in found:
        assert kind.ge is not None, name
        assert all(kind.ge <= default <= (kind.le or default) for default in defaults), name


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ConfigError, match=r"nope\.toml: file: expected one of .*demo"):
        load("nope")


def test_integers_serve_as_floats(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[tracking]\ntemper = 1")
    assert load(path).tracking.temper == 1.0


def test_another_data_set_brings_its_own_subjects():
    config = load("demo")
    assert config.data.test and config.data.validation
    other = override(config, dataset="bami1")
    assert other.data.dataset == "bami1" and not other.data.test and not other.data.validation
    assert other.student == config.student
    assert override(config, dataset="simulator") == config == override(config)
    assert override(config, test=("sim3",)).data.test == ("sim3",)
