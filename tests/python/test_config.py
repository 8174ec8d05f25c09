# SPDX-License-Identifier: Apache-2.0
import pytest

from training.config import CONFIGS, ConfigError, load, override


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
        ("[data]\naligned_labels = 1", r"data.aligned_labels: expected bool, found 1"),
    ],
)
def test_an_error_names_file_field_expected_and_found(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=rf"mine\.toml: {message}"):
        load(path)


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
