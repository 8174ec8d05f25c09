# SPDX-License-Identifier: Apache-2.0
"""The workflow calls tasks that exist, with options that they have, and pins what it fetches."""

import re
import shlex

import pytest
import tasks
import yaml

from wristpulse_tools.firmware.places import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
CALLS = [step["run"] for step in STEPS if "./dev" in step.get("run", "")]


@pytest.mark.parametrize("call", CALLS)
def test_every_call_is_a_task_with_its_options(call) -> None:
    program, tool, name, *options = shlex.split(re.sub(r"\$\{\{.*?\}\}", "value", call))
    assert (program, tool) == ("./dev", "invoke")
    known = {argument.names[0] for argument in tasks.namespace[name].get_arguments()}
    assert {option[2:] for option in options if option.startswith("--")} <= known


def test_what_is_not_a_call_only_gets_git() -> None:
    rest = [step["run"] for step in STEPS if "run" in step and step["run"] not in CALLS]
    assert all("git" in command for command in rest) and len(rest) <= 2


def test_actions_are_pinned() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action) for action in used)


def test_hardware_never_runs_for_a_pull_request() -> None:
    assert WORKFLOW["jobs"]["hardware"]["if"].startswith("github.event_name == 'schedule' && ")
