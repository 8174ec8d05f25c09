# SPDX-License-Identifier: Apache-2.0
"""The command line: help wherever it is asked for, what a typo probably means, options named in errors."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from wristpulse.support.errors import UserError, in_words
from wristpulse_tools.tasks.options import SHORT, converted, flag, required
from wristpulse_tools.tasks.program import GROUPS, PulseProgram, collection, groups

ROOT = Path(__file__).resolve().parents[3]
TASKS = collection()


@pytest.fixture
def run(capsys):
    """A function: what a command line prints on stdout and stderr, and its exit status."""

    def run(*words: str) -> tuple[str, str, int]:
        status = 0
        try:
            PulseProgram(TASKS).run(["invoke", *words])
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        return said.out, said.err, status

    return run


@pytest.mark.parametrize("task", TASKS.task_names)
def test_help_explains_every_option_of_every_task(run, task):
    out, err, status = run(task, "--help")
    assert (err, status) == ("", 0)
    assert out.startswith(f"usage: ./dev invoke {task} ")
    for block in out.split("Options:")[1].strip().split("\n  -"):
        assert len(" ".join(block.split()).split("   ")[-1].split()) > 3, block


def test_help_says_what_kind_of_value_an_option_takes(run):
    out, _, _ = run("evaluate", "-h")
    assert "--workers=NUMBER" in out and "--seeds=A,B" in out and "-o PATH, --output=PATH" in out
    assert "--protocol=TEXT" in out and "STRING" not in out


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "-h"),
        ("--help", "replay"),
        ("-h", "replay"),
        ("replay", "-t", "host", "-h"),
        ("replay", "--record", "x.npz", "--help"),
    ],
)
def test_help_is_help_wherever_it_stands(run, words):
    assert run(*words) == run("replay", "--help")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("train distill -c x", "train -c x distill -c x"),
        ("train distill quantize --config=x --force", "train {0} distill {0} quantize {0}"),
        ("train --config x distill", "train --config x distill"),
        ("lint train --config x", "lint train --config x"),  # lint knows no such option
        ("train distill", "train distill"),
    ],
)
def test_tasks_in_a_row_share_the_options_after_the_last(words, meant):
    program = PulseProgram(TASKS)
    program._tasks = TASKS
    program.normalize_argv(["invoke", *words.split()])
    assert program.argv[1:] == meant.format("--config=x --force").split()


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",), ("--list",)])
def test_without_a_task_all_are_shown_in_groups(run, words):
    out, err, status = run(*words)
    assert (err, status) == ("", 0)
    for title in GROUPS:
        assert f"{title}:" in out
    for task in TASKS.task_names:
        assert f"  {task} " in out


def test_every_task_is_in_one_group():
    listed = [name for names in groups(TASKS).values() for name in names]
    assert sorted(listed) == sorted(TASKS.task_names)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("replya",), "error: replya: no such task; did you mean replay or replay-all?"),
        (("replay", "--tagret", "x"), "error: --tagret: no such option of replay; did you mean --target"),
        (("lint", "--forse"), "error: --forse: no such option of lint; ./dev invoke lint --help lists them"),
        (("--help", "reprot"), "error: reprot: no such task; did you mean report?"),
        (("frobnicate",), "error: frobnicate: no such task; ./dev invoke lists the tasks"),
        (("replay",), "error: --record: expected a value, found none; --help explains"),
        (("replay", "--record"), "error: --record: expected a value, found none"),
        (
            ("record", "--out", "a.npz", "--baud", "fast"),
            "error: --baud: expected a whole number, found fast",
        ),
        (
            ("record", "--out", "a.npz", "--seconds", "soon"),
            "error: --seconds: expected a number, found soon",
        ),
        (("soak", "--hours", "-1"), "error: --hours: expected 0 or more, found -1"),
        (("soak", "--seed", "1.5"), "error: --seed: expected a whole number, found 1.5"),
        (("replay-all", "--jobs", "two"), "error: --jobs: expected a whole number, found two"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(run, words, message):
    out, err, status = run(*words)
    assert status == 1 and out == ""
    assert err.startswith(message) and err.count("\n") == 1


def test_a_value_right_after_its_task_needs_no_option(run):
    _, err, _ = run("replay", "/no/such.npz", "--target", "host")
    assert err.startswith("error: /no/such.npz: file: expected ")


def test_short_options_are_the_same_everywhere():
    for name in TASKS.task_names:
        for argument in TASKS[name].get_arguments():
            short = [nick for nick in argument.nicknames if len(nick) == 1]
            attribute = argument.attr_name or argument.names[0]
            assert short == ([SHORT[attribute]] if attribute in SHORT else []), (name, attribute)
    assert "h" not in SHORT.values()


def test_values_become_what_a_task_annotates():
    def task(_context, out: Path, seconds: float | None = None, names: list[str] | None = None, seed=1):
        pass

    options = {"out": "a/b.npz", "seconds": "1.5", "names": "x, y", "seed": "7"}
    assert converted(task, options) == {
        "out": Path("a/b.npz"),
        "seconds": 1.5,
        "names": ["x", "y"],
        "seed": 7,
    }
    assert required(task) == ["out"] and flag("one_led") == "--one-led"
    with pytest.raises(UserError, match="--seed: expected a whole number, found x"):
        converted(task, {**options, "seed": "x"})

    def postponed(_context, names: "list[str]"):  # as of `from __future__ import annotations`
        pass

    assert converted(postponed, {"names": "x, y"}) == {"names": ["x", "y"]}


def test_plain_invoke_is_the_same_command_line():
    command = [sys.executable, "-m", "invoke", "--search-root", ROOT, "replay", "-h"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0 and done.stdout.startswith("usage: ./dev invoke replay --record TEXT"), done


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "expected room on the disk, found none left"),
        (OSError(errno.ENOENT, "No such file or directory", "/a.npz"), "/a.npz: No such file or directory"),
        (OSError("gone"), "gone"),
        (UserError("a.toml", "seed", "int", "'one'"), "a.toml: seed: expected int, found 'one'"),
    ],
)
def test_an_error_of_the_system_is_in_words(error, words):
    assert in_words(error) == words
