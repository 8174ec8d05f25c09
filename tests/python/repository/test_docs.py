# SPDX-License-Identifier: Apache-2.0
"""The documentation: it builds without a warning, and names only what exists."""

import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [
    *DOCS,
    *(
        ROOT / name
        for name in (
            "README.md",
            "CONTRIBUTING.md",
            "SECURITY.md",
            "CHANGELOG.md",
            "zephyr_app/core/README.md",
        )
    ),
]
COLUMNS = 100
FOLDERS = (
    "training",
    "python_tools",
    "zephyr_app",
    "tests",
    "docs",
    "boards",
    "sysbuild",
    "zephyr",
    ".github",
)
# Where a path in a page may start.
BASES = (
    "",
    "training/wristpulse",
    "python_tools/wristpulse_tools",
    "zephyr_app",
    "zephyr_app/src",
    "tests",
    "docs",
    "zephyr_app/core/include",
    "zephyr_app/core/nn",
    "zephyr_app/drivers/include",
)
FENCE = re.compile(r"^[ \t]*(```|~~~)")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
GENERATED = {
    f"reference/{name}.md" for name in ("c_api", "kconfig", "shell", "tasks")
}  # docs/hooks make these


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def code_and_prose(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Numbered lines within blocks of code, and those outside."""
    code, prose, fenced = [], [], False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
            continue
        indented = line.startswith("    ") and not re.match(r"\s+([-*]|\d+\.) ", line)
        (code if fenced or indented else prose).append((number, line))
    return code, prose


def spans(text: str) -> list[tuple[int, str]]:
    """Numbered pieces of code of a page: lines of blocks, and what stands in backticks."""
    code, prose = code_and_prose(text)
    return code + [(number, span) for number, line in prose for span in re.findall(r"`([^`]+)`", line)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_prose_fits_100_columns(page):
    _, prose = code_and_prose(page.read_text())
    long = [f"{name(page)}:{n}: {len(line)}" for n, line in prose if len(line) > COLUMNS and "|" not in line]
    assert not long


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_linked_files_exist(page):
    _, prose = code_and_prose(page.read_text())
    text = re.sub(r"`[^`]*`", "", "\n".join(line for _, line in prose))
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path = unquote(target.split("#")[0])
        if not path or re.match(r"\w+:", path):
            continue
        place = (page.parent / path).resolve()
        made = (
            place.is_relative_to(ROOT / "docs") and place.relative_to(ROOT / "docs").as_posix() in GENERATED
        )
        if not place.exists() and not made:
            missing.append(target)
    assert not missing


def offered() -> dict[str, set[str]]:
    """Task -> its options, as `invoke --help TASK` shows them."""
    from wristpulse_tools.tasks.program import collection

    namespace = collection()
    return {
        task: {
            f"--{spelt}" if len(spelt) > 1 else f"-{spelt}"
            for arg in found.get_arguments()
            for spelt in arg.names
        }
        for task in namespace.task_names
        for found in [namespace[task]]
    }


def wrong_uses(line: str, tasks: dict[str, set[str]]) -> list[str]:
    """What a line of code asks of `invoke` that it does not offer."""
    wrong = []
    for used in re.findall(r"\binvoke ([^#`&;|]+)", line):
        words = used.split()
        named = [word for word in words if re.fullmatch(r"[a-z][a-z0-9.-]*", word)]
        if not words or words[0] in ("-l", "--list") or words[0].isupper() or words[0].startswith("<"):
            continue
        if words[0] in ("--help", "-h"):
            words = [word for word in words[1:] if not word.isupper()]
            wrong += [f"task {word}" for word in words if word not in tasks]
            continue
        if words[0] not in tasks:
            wrong.append(f"task {words[0]}")
            continue
        options = set().union(*(tasks[word] for word in named if word in tasks)) | {"--help", "-h"}
        flags = [word.split("=")[0].strip("[]") for word in words if word.lstrip("[").startswith("--")]
        wrong += [f"{words[0]} {flag}" for flag in flags if flag not in options]
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_tasks_and_options_exist(page):
    tasks = offered()
    text = page.read_text()
    wrong = [f"{n}: {use}" for n, line in spans(text) for use in wrong_uses(line, tasks)]
    assert not wrong


def test_a_wrong_task_and_a_wrong_option_are_noticed():
    tasks = {"replay": {"--record"}, "train": {"--data"}, "distill": {"--config"}}
    assert wrong_uses("./dev invoke replay --record FILE --sideways", tasks) == ["replay --sideways"]
    assert wrong_uses("./dev invoke replai FILE", tasks) == ["task replai"]
    assert wrong_uses("./dev invoke train distill --config x.toml --data DIR  # both", tasks) == []
    assert wrong_uses("./dev invoke --help replay", tasks) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_modules_that_are_run_exist(page):
    named = {m for _, line in spans(page.read_text()) for m in re.findall(r"-m (wristpulse[\w.]*)", line)}
    missing = [module for module in sorted(named) if not found(module)]
    assert not missing


def found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_in_backticks_exist(page):
    _, prose = code_and_prose(page.read_text())
    missing = []
    for number, line in prose:
        for span in re.findall(r"`([^`]+)`", line):
            looks_so = PATH.fullmatch(span) and (
                span.split("/")[0] in FOLDERS or Path(span).suffix in SUFFIXES
            )
            if looks_so and not re.search(r"\b[A-Z]{3,}\b|^build/|^\.\.", span) and not exists(span):
                missing.append(f"{number}: {span}")
    assert not missing


SUFFIXES = (".md", ".py", ".toml", ".c", ".h", ".yml", ".conf", ".dtsi")


def exists(path: str) -> bool:
    return any((ROOT / base / path).exists() for base in BASES) or any((ROOT / "tests").rglob(path))


def test_messages_of_troubleshooting_are_those_of_the_code():
    sources = [ROOT / "dev", *(ROOT / "training").rglob("*.py"), *(ROOT / "python_tools").rglob("*.py")]
    code = "".join(source.read_text() for source in sources)
    code = re.sub(r'"\s*f?"', "", code)  # strings over several lines
    page = (ROOT / "docs/troubleshooting.md").read_text().split("## Arrays and files")[1]
    rows = [line.split("|")[1] for line in page.split("## On the device")[0].splitlines() if line[:1] == "|"]
    messages = [message for row in rows for message in re.findall(r"`([^`]+)`", row)]
    assert len(messages) > 20
    assert not [message for message in messages if message not in code]


class References(HTMLParser):
    """Addresses and anchors of a page of the site."""

    def __init__(self):
        super().__init__()
        self.links, self.loaded, self.anchors = set(), set(), set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors.update(given[key] for key in ("id", "name") if given.get(key))
        if tag == "a" and given.get("href"):
            self.links.add(given["href"])
        if tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.loaded.add(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload") and given.get("href"):
            self.loaded.add(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    for package in ("material", "mkdocstrings", "latex2mathml"):
        pytest.importorskip(package)
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert built.returncode == 0, built.stdout + built.stderr
    return {path.relative_to(folder).as_posix(): read(path) for path in folder.rglob("*.html")}, folder


def read(path: Path) -> References:
    references = References()
    references.feed(path.read_text())
    return references


def test_the_site_builds_strictly_and_its_links_lead_somewhere(site):
    pages, folder = site
    assert {
        "index.html",
        "reference/c_api.html",
        "reference/tasks.html",
        "reference/kconfig.html",
    } <= pages.keys()
    broken = []
    for page, references in pages.items():
        for link in references.links:
            path, _, anchor = unquote(link).partition("#")
            if re.match(r"\w+:|//", path) or page == "404.html":
                continue
            place = Path(os.path.normpath(Path(page).parent / path)).as_posix() if path else page
            if not (folder / place).is_file():
                broken.append(f"{page}: {link}")
            elif anchor and place in pages and anchor not in pages[place].anchors:
                broken.append(f"{page}: {link}")
    assert not broken


def test_the_site_loads_nothing_from_elsewhere(site):
    pages, _ = site
    loaded = {(page, address) for page, found in pages.items() for address in found.loaded}
    assert not {entry for entry in loaded if re.match(r"https?:|//", entry[1])}


def test_the_c_api_and_the_options_are_made_from_the_sources(site):
    _, folder = site
    c_api = (folder / "reference/c_api.html").read_text()
    assert all(
        call in c_api for call in ("pulse_align_take()", "pulse_estimator_hop()", "struct pulse_result")
    )
    options = (folder / "reference/kconfig.html").read_text()
    assert "CONFIG_PULSE_HOP_QUEUE" in options and "CONFIG_PULSE_ESTIMATOR" in options
    assert "pulse config set" in (folder / "reference/shell.html").read_text()
    assert "<math" in (folder / "explanation/models.html").read_text()
