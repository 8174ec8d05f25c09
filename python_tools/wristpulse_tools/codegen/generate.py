# SPDX-License-Identifier: Apache-2.0
"""From a .tflite file to C files in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from wristpulse.oracle import Graph, HopModel, IntegerModel, ModelError
from wristpulse.support.files import write_text
from wristpulse_tools.codegen import emit, stream
from wristpulse_tools.codegen.layers import Place
from wristpulse_tools.codegen.lowering.lower import lower
from wristpulse_tools.codegen.pack import PackError
from wristpulse_tools.codegen.plan import plan

GOLDEN_COUNT = 3
UINT16_MAX = 65535


def compile_model(oracle: IntegerModel, name: str, input_in_arena: bool = False) -> emit.Model:
    """Lower a model, check the limits of the kernels, and plan the arena.

    Parameters
    ----------
    oracle : IntegerModel
    name : str
        Prefix of files, functions and macros.
    input_in_arena : bool
        The caller may place inputs in the arena, each at the offset that the header states.

    Returns
    -------
    emit.Model

    Raises
    ------
    ModelError
        A shape that the kernels' 16-bit fields cannot hold.
    """
    graph = oracle.graph
    _check_limits(graph)
    layers = lower(graph)
    if input_in_arena:
        for buffer in {view.buffer for layer in layers for view in layer.inputs}:
            if buffer.place is Place.INPUT:
                buffer.shared, buffer.first = True, 0
    return emit.Model(name, graph, layers, plan(layers))


def _check_limits(graph: Graph) -> None:
    for tensor in graph.tensors:
        if max(tensor.shape, default=1) > UINT16_MAX:
            raise graph.error(tensor, f"at most {UINT16_MAX} elements along an axis", tensor.shape)


def files(
    oracle: IntegerModel,
    name: str = "pulse_model",
    golden: np.ndarray | None = None,
    input_in_arena: bool = False,
) -> dict[str, str]:
    """Generate the text of each file.

    Parameters
    ----------
    oracle : IntegerModel
    name : str
        Prefix of files, functions and macros.
    golden : ndarray, int8 (n, elements), optional
        Inputs whose outputs are written as a test; by default seeded ones.
    input_in_arena : bool
        As `compile_model` takes it.

    Returns
    -------
    dict of str to str
        By the file's name.

    Raises
    ------
    ModelError
        A shape or a constant that the kernels cannot hold.
    """
    model = compile_model(oracle, name, input_in_arena)
    if golden is None:
        golden = golden_inputs(oracle)
    golden = golden.reshape(len(golden), sum(tensor.size for tensor in oracle.inputs))
    try:
        return {
            f"{name}.h": emit.header(model),
            f"{name}.c": emit.source(model),
            f"{name}_golden.h": emit.golden_header(model, len(golden)),
            f"{name}_golden.c": emit.golden_source(model, golden, oracle.predict(golden)),
        }
    except PackError as error:
        raise _too_large(oracle.graph, error) from error


def stream_files(
    oracle: IntegerModel, hop: int, name: str = "pulse_model", golden: np.ndarray | None = None
) -> dict[str, str]:
    """Generate the text of each file of a streaming model.

    Parameters
    ----------
    oracle : IntegerModel
        Of windows.
    hop : int
        Frames that are new in a hop.
    name : str
        Prefix of files, functions and macros.
    golden : ndarray, int8 (n, elements), optional
        Inputs of the hops that follow a start; by default seeded ones.

    Returns
    -------
    dict of str to str
        By the file's name.

    Raises
    ------
    ModelError
        The model cannot stream by this hop, or the kernels cannot hold a shape or a constant.
    """
    hops = HopModel(oracle, hop)
    _check_limits(hops.graph)
    model, lowering = stream.compile_hops(hops.hops, name)
    if golden is None:
        golden = golden_inputs(hops)
    golden = golden.reshape(len(golden), hops.input.size)
    try:
        return {
            f"{model.name}.h": stream.header(model, lowering, hops.hops),
            f"{model.name}.c": stream.source(model, lowering),
            f"{model.name}_golden.h": emit.golden_header(model, len(golden)),
            f"{model.name}_golden.c": emit.golden_source(model, golden, hops.run(golden)),
        }
    except PackError as error:
        raise _too_large(oracle.graph, error) from error


def _too_large(graph: Graph, error: PackError) -> ModelError:
    expected = "bias and products that fit 32 bits (clip that channel's bias, or prune the channel)"
    return graph.error(error.place, expected, f"sums up to {error.found}")


def golden_inputs(oracle: IntegerModel | HopModel, count: int = GOLDEN_COUNT) -> np.ndarray:
    """Make seeded inputs: both extremes at random, then noise about the zero point, faint and strong in turn.

    Parameters
    ----------
    oracle : IntegerModel or HopModel
    count : int

    Returns
    -------
    ndarray, int8 (count, elements)
    """
    rng = np.random.default_rng(2015)
    inputs = [oracle.input] if isinstance(oracle, HopModel) else oracle.inputs
    zeros = np.concatenate([np.full(tensor.size, tensor.zero) for tensor in inputs])
    rows = [rng.choice([-128, 127], zeros.size)]
    rows += [rng.normal(zeros, 8 * 8 ** (i % 2)) for i in range(count - 1)]
    return np.clip(np.rint(rows), -128, 127).astype(np.int8)


def generate(
    source: Path,
    folder: Path,
    name: str = "pulse_model",
    golden: np.ndarray | None = None,
    hop: int | None = None,
    input_in_arena: bool = False,
) -> list[Path]:
    """Write the C files of a model, each whole or not at all.

    Parameters
    ----------
    source : Path
        The .tflite file.
    folder : Path
        Where the files go; made if it does not exist.
    name : str
        Prefix of files, functions and macros.
    golden : ndarray, int8 (n, elements), optional
        Inputs whose outputs are written as a test; by default seeded ones.
    hop : int, optional
        Frames of a hop: write the streaming model instead.
    input_in_arena : bool
        As `compile_model` takes it; not for a streaming model.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ModelError
        The model cannot be generated; it says why.
    OSError
        A file cannot be read or written.
    """
    oracle = IntegerModel.load(source)
    texts = stream_files(oracle, hop, name, golden) if hop else files(oracle, name, golden, input_in_arena)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for file, text in texts.items():
        write_text(folder / file, text)
        paths.append(folder / file)
    return paths
