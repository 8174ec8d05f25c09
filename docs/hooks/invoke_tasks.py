# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: the page of tasks, made from what `./dev invoke --list` lists."""

import sys
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
PAGE = "reference/tasks.md"

INTRO = """# Tasks

Run a task with `./dev invoke TASK`, from any folder. `./dev invoke --help TASK` prints what stands
here. `./dev` makes the environment the first time and runs any command inside it.
"""


def grouped() -> dict[str, dict]:
    """Title -> name -> task, as `./dev invoke --list` shows them."""
    sys.path[:0] = [str(ROOT / folder) for folder in ("training", "python_tools")]
    from wristpulse_tools.tasks.program import collection, groups

    namespace = collection()
    return {title: {name: namespace[name] for name in names} for title, names in groups(namespace).items()}


def options(task) -> list[tuple[str, str, str]]:
    """Of each option: how it is typed, its default, what it means."""
    found = []
    for argument in task.get_arguments():
        long = max(argument.names, key=len)
        typed = f"--{long}" if argument.kind is bool else f"--{long} {long.upper().replace('-', '_')}"
        default = "" if argument.default in (None, False, "") else str(argument.default)
        found.append((typed, default.replace(str(ROOT) + "/", ""), (argument.help or "").replace("|", "\\|")))
    return found


def page() -> str:
    """Markdown of all tasks."""
    parts = [INTRO.strip()]
    for title, tasks in grouped().items():
        parts.append(f"## {title}")
        for name, task in tasks.items():
            parts += [f"### {name}", (task.__doc__ or "").strip().replace("\n", " ")]
            rows = [f"| `{typed}` | {default} | {text} |" for typed, default, text in options(task)]
            if rows:
                parts.append("\n".join(["| option | default | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def on_files(files, config):
    """Add the page to the site."""
    files.append(File.generated(config, PAGE, content=page()))
    return files
