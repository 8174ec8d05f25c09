# SPDX-License-Identifier: Apache-2.0
"""What all tools share: other programs, images weighed, tables, progress."""

import io
import shutil
import subprocess
import sys

import pytest
from rich.console import Console
from tests.order import images_first

from wristpulse.support import command, markdown
from wristpulse.support.errors import UserError
from wristpulse_tools.firmware import bare, zephyr_workspace
from wristpulse_tools.support import elf, tables
from wristpulse_tools.support.progress import LOG_LINES, Reporter, StatusLine
from wristpulse_tools.support.repository import c_files, lint_commands, pytest_words, run_all


class BuildFailed(UserError):
    """Stands for any tool's own error."""


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_a_program_that_fails_is_told_with_the_end_of_its_words():
    text = "import sys; print('x' * 5000); print('ld: cannot find -lm', file=sys.stderr); sys.exit(3)"
    with pytest.raises(BuildFailed) as error:
        command.run(script(text), where="build/a", error=BuildFailed)
    said = str(error.value)
    assert said.startswith(f"build/a: {sys.executable} -c failed, status 3:\n")
    assert said.endswith("ld: cannot find -lm") and len(said) < command.TAIL + 200


def test_a_full_disk_is_one_line():
    text = "import sys; sys.exit('CMake Error\\nfatal error: No space left on device\\n40 lines more')"
    with pytest.raises(BuildFailed) as error:
        command.run(script(text), where="build/a", error=BuildFailed)
    assert str(error.value).startswith("build/a: expected room on the disk, found none left")
    assert "\n" not in str(error.value)


def test_a_missing_program_names_what_brings_it():
    for call in (command.run, command.attempt):
        with pytest.raises(
            BuildFailed, match=r"no-such-gcc: expected a program, found none \(Debian: apt-get"
        ):
            call(["no-such-gcc", "--version"], error=BuildFailed)
    with pytest.raises(BuildFailed, match="no-such-gcc: expected in PATH, found none"):
        command.require("python3", "no-such-gcc", error=BuildFailed)


def test_a_program_that_hangs_is_stopped_and_keeps_its_words():
    text = "import time; print('waiting for a probe', flush=True); time.sleep(60)"
    outcome = command.attempt(script(text), timeout_s=3)
    assert outcome.status is None and outcome.last_line == "waiting for a probe"


@pytest.mark.zephyr
def test_a_zephyr_build_in_a_path_with_a_space_is_refused_before_it_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "run", lambda *words, **options: pytest.fail("built"))
    for folder, option in (
        (tmp_path / "my build", "-DA=1"),
        (tmp_path, "-DPULSE_MODEL_DIR=/home/me/my model"),
    ):
        with pytest.raises(bare.BuildError, match="expected a path without a space for a Zephyr build"):
            zephyr_workspace.build("native_sim", folder, option)


@pytest.mark.zephyr
@pytest.mark.parametrize("cached", [True, False])
def test_a_cache_that_names_files_that_are_gone_is_dropped_once(tmp_path, monkeypatch, cached):
    """CMake keeps the names of configuration files; an update of the sources may remove one."""
    cache, ran = tmp_path / "CMakeCache.txt", []
    if cached:
        cache.write_text("CONF_FILE=/gone.conf\n")

    def run(words, **_options):
        ran.append(words[1])
        if words[1] == "-G" and (cache.exists() or not cached):
            raise bare.BuildError("File not found: /gone.conf")

    monkeypatch.setattr(command, "run", run)
    if cached:
        zephyr_workspace.build("native_sim", tmp_path)
        assert ran == ["-G", "-G", "--build"]
    else:
        with pytest.raises(bare.BuildError, match="gone"):
            zephyr_workspace.build("native_sim", tmp_path)
        assert ran == ["-G"]


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc")
def test_an_image_is_weighed_by_symbol_and_by_section(tmp_path):
    source = tmp_path / "a.c"
    source.write_text(
        "const int table[25] = {1}; static int used[10]; int counted[4] = {1};\n"
        "__attribute__((noinline)) int f(int x) { return table[x] + used[x] + counted[x]; }\n"
        "int main(int c, char **v) { used[c] = c; return f(c); }\n"
    )
    subprocess.run(["gcc", "-O1", source, "-o", tmp_path / "a"], check=True)
    sizes = elf.weigh(
        tmp_path / "a", lambda s: s.name if s.kind == "object" else "code" if s.name == "f" else None
    )
    assert (sizes["table"], sizes["used"], sizes["counted"]) == (100, 40, 16) and sizes["code"] > 4
    assert {s.source for s in elf.symbols(tmp_path / "a") if s.name == "used" and s.local} == {"a.c"}
    total = elf.flash_and_ram(tmp_path / "a")
    assert total["flash"] > 116 and total["ram"] > 56


def test_a_linker_map_is_read_by_object_file(tmp_path):
    path = tmp_path / "a.map"
    path.write_text(
        "Discarded input sections\n .text.gone 0x0 0x99 core/nn/conv.c.obj\n"
        "Linker script and memory map\n"
        " .text.conv     0x00000100       0x20 /b/core/nn/conv.c.obj\n"
        " .rodata.table  0x00000200      0x100 pulse_model.c.o\n"
        " .bss.state     0x20000000       0x40 core/align.c.obj\n"
    )
    assert list(elf.flash_by_object(path)) == [("/b/core/nn/conv.c.obj", 0x20), ("pulse_model.c.o", 0x100)]


def test_a_table_is_one_thing_on_a_terminal_and_in_markdown():
    head, rows = ("name", "bytes"), [("a", 1234), ("b", None)]
    lines = markdown.table(head, rows).splitlines()
    assert [[c.strip() for c in line.strip("|").split("|")] for line in (lines[0], *lines[2:])] == [
        ["name", "bytes"], ["a", "1,234"], ["b", "-"],
    ]  # fmt: skip
    assert set(lines[1]) <= set("|-") and lines[1].count("|") == 3
    console = Console(file=io.StringIO(), width=60)
    console.print(tables.table(head, rows, "sizes"))
    assert "1,234" in console.file.getvalue() and "sizes" in console.file.getvalue()


def test_counted_lines_are_few_in_a_log_and_one_bar_on_a_terminal():
    log = io.StringIO()
    report = Reporter(Console(file=log, width=100))
    for n in range(1, 97):
        report(f"spectra: sim{n}, {n}/96")
    report("training the student")
    lines = log.getvalue().splitlines()
    assert len(lines) == LOG_LINES + 1 and lines[-2:] == ["spectra: sim96, 96/96", "training the student"]

    screen = Console(file=io.StringIO(), width=100, force_terminal=True, legacy_windows=False)
    report = Reporter(screen)
    for n in range(1, 97):
        report(f"spectra: sim{n}, {n}/96")
    shown = screen.file.getvalue()
    assert "96/96" in shown and shown.count("\n") < 10


def test_a_status_line_is_written_over_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    line = StatusLine(screen)
    line.show("12 s  PPG 768")
    line.show("13 s")
    line.say("written: a.npz")
    assert screen.getvalue() == "\r12 s  PPG 768\r13 s         \r    \rwritten: a.npz\n"


def test_a_program_on_the_terminal_gives_its_status(capfd):
    assert command.on_terminal(script("import sys; print('shown'); sys.exit(3)")) == 3
    assert capfd.readouterr().out == "shown\n"
    with pytest.raises(UserError, match="no-such-program: expected a program, found none"):
        command.on_terminal(["no-such-program"])


def test_pytest_gets_what_the_user_chose():
    def options(words):
        return {name: value for name, value in zip(words, words[1:], strict=False) if name.startswith("-")}

    assert options(pytest_words()[3:])["-m"] == "not slow"
    assert options(pytest_words(slow=True)[3:])["-m"] == ""
    assert "--no-loadscope-reorder" in pytest_words()  # else pytest-xdist starts the longest files last
    words = pytest_words(select="tracker", markers="qemu", board="desk", junit="a.xml")
    chosen = {"-m": "qemu", "-k": "tracker", "--board": "desk", "--junitxml": "a.xml"}
    assert chosen.items() <= options(words[3:]).items()
    assert "tests/on_target" in words and "-n" not in words  # there is one board


def test_files_that_build_zephyr_images_are_collected_first():
    class Item:
        def __init__(self, path, *markers):
            self.path, self.markers = path, markers

        def get_closest_marker(self, name):
            return name if name in self.markers else None

    items = [Item("a"), Item("b"), Item("b", "zephyr"), Item("c", "slow"), Item("d", "zephyr")]
    images_first(items)
    assert [item.path for item in items] == ["b", "b", "d", "a", "c"]


def test_all_linters_run_and_one_failure_counts(tmp_path, capfd):
    root = bare.ROOT
    assert [words[0] for words in lint_commands(root)] == [
        "ruff",
        "ruff",
        sys.executable,
        "lint-imports",
        "clang-format",
    ]
    assert "zephyr_app/students/nobody/pulse_model.c" not in c_files(
        root
    ) and "zephyr_app/core/src/align.c" in c_files(root)
    said = [script("print('one'); raise SystemExit(1)"), script("print('two')")]
    assert run_all(said, tmp_path) is False and capfd.readouterr().out == "one\ntwo\n"
    assert run_all(said[1:], tmp_path) is True
