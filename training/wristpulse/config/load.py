# SPDX-License-Identifier: Apache-2.0
"""Read a configuration strictly from TOML: presets/*.toml, or a file of one's own."""

import dataclasses
import tomllib
from math import inf
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from wristpulse.config.networks import SIZES
from wristpulse.config.settings import Config, Relation
from wristpulse.support.errors import UserError

CONFIGS = Path(__file__).with_name("presets")
# What a student of each front end can learn from its teacher. The spectral student has no fusion whose two
# sides could be compared.
RELATIONS: dict[str, tuple[str, ...]] = {
    "window": get_args(Relation),
    "spectrum": ("rkd", "response", "none"),
}
STUDENT_SIZES: dict[str, tuple[str, ...]] = {"window": (), "spectrum": tuple(SIZES)}


class ConfigError(UserError):
    """A configuration that cannot be used: file, field, expected, found."""


def load(name: str | Path) -> Config:
    """Read a configuration strictly: every field is known, of its type and within its limits.

    Parameters
    ----------
    name : str or Path
        Name of a file in config/presets, or the path of a TOML file.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        The file, field, what was expected and what was found.

    Examples
    --------
    >>> load("people").front_end
    'spectrum'
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = CONFIGS / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        presets = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.toml")))
        raise ConfigError(path, "file", f"one of {presets} or a path", "no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, "syntax", "TOML", error) from None
    if "name" in content:
        raise ConfigError(path, "name", "no such field: the file's name is the configuration's", "one")
    config = Config(name=path.stem, **_read_section(Config, content, path, ""))
    check(config, path)
    return config


def check(config: Config, path: Path | str) -> None:
    """Check the settings that depend on others: what is compared has to be there to be compared.

    Parameters
    ----------
    config : Config
    path : Path or str
        Where it comes from; the error names it.

    Raises
    ------
    ConfigError
        A relation or size that the front end's student does not have, or settings of simulated people that
        others contradict.
    """
    relations, sizes = RELATIONS[config.front_end], STUDENT_SIZES[config.front_end]
    for where, values, allowed in (
        ("distillation.relation", (config.distillation.relation,), relations),
        ("sweep.relations", config.sweep.relations, relations),
        ("sweep.sizes", config.sweep.sizes, sizes),
    ):
        unknown = [value for value in values if value not in allowed]
        if unknown:
            expected = f"some of {', '.join(allowed)}" if allowed else "none: they are the spectral student's"
            raise ConfigError(path, where, expected, ", ".join(unknown))
    _check_world(config, path)


def _check_world(config: Config, path: Path | str) -> None:
    """ConfigError for settings of simulated people that the others contradict."""
    share, data = config.world.share, config.data
    if config.world.confidence and config.front_end == "spectrum":
        expected = "false where front_end is spectrum: simulated people map it if they teach"
        raise ConfigError(path, "world.confidence", expected, "true")
    if share == 0:
        for where, asked in (("data.dataset", not data.dataset), ("data.everyone", data.everyone)):
            if asked:
                expected = "simulated people (world.share) where nobody else teaches or validates"
                raise ConfigError(path, where, expected, "none")
        return
    for where, relations in (
        ("distillation.relation", (config.distillation.relation,)),
        ("sweep.relations", config.sweep.relations),
    ):
        if "decoupled" in relations:
            expected = "another relation where simulated people teach: targets are no single heart rate"
            raise ConfigError(path, where, expected, ", ".join(relations))
    if share == 1 and data.dataset:
        expected = 'dataset = "" where all people are simulated (world.share = 1)'
        raise ConfigError(path, "data.dataset", expected, data.dataset)
    if share < 1 and not data.dataset:
        raise ConfigError(path, "data.dataset", "real people beside the simulated (world.share < 1)", "none")
    held_out = [*data.test, *data.validation]
    if data.everyone and held_out:
        raise ConfigError(path, "data.everyone", "nobody held out", ", ".join(held_out))


def _read_section(section: type, content: dict, path: Path, prefix: str) -> dict:
    """The fields of a section that the file sets, converted."""
    hints = get_type_hints(section, include_extras=True)
    values = {}
    for key, value in content.items():
        where = prefix + key
        if key not in hints:
            raise ConfigError(path, where, f"one of {', '.join(hints)}", "an unknown field")
        hint = hints[key]
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            if not isinstance(value, dict):
                raise ConfigError(path, where, "a table", repr(value))
            values[key] = hint(**_read_section(hint, value, path, where + "."))
            continue
        try:
            values[key] = msgspec.convert(value, hint)
        except msgspec.ValidationError:
            raise ConfigError(path, where, *_explain(hint, value)) from None
    return values


def _explain(hint: Any, value: object) -> tuple[str, str]:
    """What a setting of this type should be, and what the value is instead."""
    if get_origin(hint) is Literal:
        return f"one of {', '.join(get_args(hint))}", repr(value)
    return _explain_type(inspect.type_info(hint), value)


def _explain_type(kind: inspect.Type, value: Any) -> tuple[str, str]:
    match kind:
        case inspect.IntType() | inspect.FloatType():
            number = float if isinstance(kind, inspect.FloatType) else int
            if type(value) not in (int, number):
                return number.__name__, repr(value)
            least, greatest = _limits(kind)
            return f"{least:g} to {greatest:g}", str(number(value))
        case inspect.VarTupleType(item_type=item):
            if not isinstance(value, list) or any(not _right_type(item, v) for v in value):
                return f"a list of {_type_name(item)}", repr(value)
            if not (kind.min_length or 0) <= len(value) <= (kind.max_length or len(value)):
                return f"{kind.min_length} values", str(len(value))
            return next(_explain_type(item, v) for v in value if not _valid(item, v))
        case _:
            return _type_name(kind), repr(value)


_TYPES = {inspect.IntType: int, inspect.FloatType: float, inspect.StrType: str, inspect.BoolType: bool}


def _type_name(kind: inspect.Type) -> str:
    return _TYPES[type(kind)].__name__


def _right_type(kind: inspect.Type, value: object) -> bool:
    wanted = _TYPES[type(kind)]
    return type(value) is wanted or (wanted is float and type(value) is int)


def _valid(kind: inspect.Type, value: Any) -> bool:
    """Whether a number lies within its limits."""
    if not isinstance(kind, inspect.IntType | inspect.FloatType):
        return True
    least, greatest = _limits(kind)
    return least <= value <= greatest


def _limits(kind: inspect.IntType | inspect.FloatType) -> tuple[float, float]:
    return (-inf if kind.ge is None else kind.ge), (inf if kind.le is None else kind.le)


def override(config: Config, dataset: str | None = None, test: tuple[str, ...] | None = None) -> Config:
    """Copy a configuration for another data set or other test subjects; None leaves a field as it is.

    Another data set has other subjects, so the configuration's validation and test subjects go with its own.

    Parameters
    ----------
    config : Config
    dataset : str, optional
        Names of data sets, joined by "+".
    test : tuple of str, optional
        Subjects to test on.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        Settings that contradict each other.

    Examples
    --------
    >>> override(load("ablation"), test=("S1",)).data.test
    ('S1',)
    """
    data = config.data
    if dataset is not None and dataset != data.dataset:
        data = dataclasses.replace(data, dataset=dataset, test=(), validation=())
    if test is not None:
        data = dataclasses.replace(data, test=test)
    changed = dataclasses.replace(config, data=data)
    _check_world(changed, config.name)
    return changed
