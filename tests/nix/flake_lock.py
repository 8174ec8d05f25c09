# SPDX-License-Identifier: Apache-2.0
"""What flake.lock holds beside flakes: the source trees, Zephyr and its modules."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def source_trees() -> dict[str, dict]:
    """By input's name what flake.nix asks for: owner, repo and either ref or rev."""
    nodes = json.loads((ROOT / "flake.lock").read_text())["nodes"]
    inputs = {name: nodes[name] for name, node in nodes["root"]["inputs"].items() if node == name}
    return {name: node["original"] for name, node in inputs.items() if not node.get("flake", True)}
