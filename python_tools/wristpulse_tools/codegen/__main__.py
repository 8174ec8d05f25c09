# SPDX-License-Identifier: Apache-2.0
"""Command line: python -m wristpulse_tools.codegen MODEL.tflite -o DIR [--name NAME] [--stream HOP]."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from wristpulse.oracle import ModelError
from wristpulse.support.errors import in_words
from wristpulse_tools.codegen.generate import generate


def main(arguments: list[str] | None = None) -> int:
    """Generate C from the model that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        Exit code: 0, or 1 with one line on stderr.
    """
    parser = argparse.ArgumentParser(
        prog="python -m wristpulse_tools.codegen",
        description="Turn a full-integer .tflite model into C99 that calls zephyr_app/core/nn.",
    )
    parser.add_argument("model", type=Path, help=".tflite file with int8 input and output")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the C files"
    )
    parser.add_argument("--name", default="pulse_model", help="prefix of files, functions and macros")
    parser.add_argument(
        "--stream",
        type=int,
        metavar="HOP",
        help="NAME_stream.c instead: computes what a hop of HOP frames adds",
    )
    parser.add_argument(
        "--input-in-arena",
        action="store_true",
        help="let the caller place the input in the arena, which its life shares with later layers",
    )
    options = parser.parse_args(arguments)
    if options.stream is not None and options.input_in_arena:
        parser.error("--input-in-arena: expected a model of windows, found --stream")
    if options.stream is not None and options.stream < 1:
        parser.error(f"--stream: expected a hop of 1 frame or more, found {options.stream}")
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", options.name):
        parser.error(f"--name: expected lower-case letters, digits and underscores, found '{options.name}'")
    try:
        for path in generate(
            options.model,
            options.output,
            options.name,
            hop=options.stream,
            input_in_arena=options.input_in_arena,
        ):
            print(path)
    except (ModelError, OSError) as error:
        print(f"error: {in_words(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
