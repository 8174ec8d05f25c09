# SPDX-License-Identifier: Apache-2.0
"""What the generated function calls the model's inputs and outputs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wristpulse.oracle.graph import Graph, Tensor

# Of C, and of the generated files.
TAKEN = {
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum",
    "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void",
    "volatile", "while", "class", "new", "delete", "this", "template", "arena", "memory", "state",
    "macs", "layers", "hash", "abi",
}  # fmt: skip


OWN = re.compile(r"(weights|channels|constant|table|conv|pool|add|sub|mul|mean|sum|softmax|copy|\w+imum)_\d+")


@dataclass(frozen=True)
class Argument:
    """A tensor of the caller's and its name, a C identifier in lower case."""

    name: str
    tensor: Tensor

    @property
    def macro(self) -> str:
        """Its part of the names of constants."""
        return self.name.upper()


def arguments(graph: Graph) -> tuple[list[Argument], list[Argument]]:
    """Inputs and outputs in the file's order.

    One is `input` or `output`. Several have the names of the file's signature, else of their tensors, as far
    as these are identifiers and differ; else `input_0`, `output_1`. Names as `conv_0` are the files' own.
    """
    used: set[str] = set(TAKEN)
    return _named(graph, graph.inputs, "input", used), _named(graph, graph.outputs, "output", used)


def _named(graph: Graph, ends: tuple[int, ...], kind: str, used: set[str]) -> list[Argument]:
    found = []
    for position, index in enumerate(ends):
        tensor = graph.tensors[index]
        name = kind if len(ends) == 1 else _identifier(graph.names.get(index) or tensor.name)
        if name in used or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or OWN.fullmatch(name):
            name = f"{kind}_{position}"
        used.add(name)
        found.append(Argument(name, tensor))
    return found


def _identifier(name: str) -> str:
    """`serving_default_ppg:0` to `ppg`."""
    name = name.rsplit("/", 1)[-1].removeprefix("serving_default_").split(":")[0]
    return re.sub(r"[^a-z0-9_]", "_", name.lower())
