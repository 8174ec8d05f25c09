# SPDX-License-Identifier: Apache-2.0
"""TFLite Micro with CMSIS-NN on the same model and core, compiled from checkouts that the user has."""

from __future__ import annotations

import os
from pathlib import Path

from wristpulse.oracle import IntegerModel
from wristpulse.support import command
from wristpulse_tools.bench.measure import ROOT, BenchError, run
from wristpulse_tools.bench.peers import PeerResult
from wristpulse_tools.codegen.generate import compile_model, generate
from wristpulse_tools.support import elf

HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "tflm"
ARENA = 96 * 1024  # bytes offered; what it uses is measured
OPERATORS = {  # kind: kernel's file, method of the resolver; INT8: the registration without other types' code
    "CONV_2D": ("conv", "AddConv2D(INT8)"),
    "DEPTHWISE_CONV_2D": ("depthwise_conv", "AddDepthwiseConv2D(INT8)"),
    "FULLY_CONNECTED": ("fully_connected", "AddFullyConnected(INT8)"),
    "AVERAGE_POOL_2D": ("pooling", "AddAveragePool2D(INT8)"),
    "MAX_POOL_2D": ("pooling", "AddMaxPool2D(INT8)"),
    "ADD": ("add", "AddAdd(INT8)"),
    "MUL": ("mul", "AddMul(INT8)"),
    "SOFTMAX": ("softmax", "AddSoftmax(INT8)"),
    "CONCATENATION": ("concatenation", "AddConcatenation()"),
    "EXPAND_DIMS": ("expand_dims", "AddExpandDims()"),
    "LOGISTIC": ("logistic", "AddLogistic()"),
    "MEAN": ("reduce", "AddMean()"),
    "PACK": ("pack", "AddPack()"),
    "PAD": ("pad", "AddPad()"),
    "QUANTIZE": ("quantize", "AddQuantize()"),
    "RELU": ("activations", "AddRelu()"),
    "RELU6": ("activations", "AddRelu6()"),
    "RESHAPE": ("reshape", "AddReshape()"),
    "SQUEEZE": ("squeeze", "AddSqueeze()"),
    "STRIDED_SLICE": ("strided_slice", "AddStridedSlice()"),
    "TRANSPOSE": ("transpose", "AddTranspose()"),
}
DOWNLOADED = Path("tensorflow/lite/micro/tools/make/downloads/cmsis_nn")  # where its make puts CMSIS-NN
NEEDED = {  # a file of each checkout by which it is known
    "TFLite Micro": "tensorflow/lite/micro/micro_interpreter.h",
    "CMSIS-NN": "Include/arm_nnfunctions.h",
}


def require_checkouts(checkout: Path, cmsis_nn: Path) -> None:
    """BenchError if one of them is something else."""
    for place, (name, file) in zip((checkout, cmsis_nn), NEEDED.items(), strict=True):
        if not (place / file).is_file():
            raise BenchError(place, "", f"a checkout of {name} with {file}", "none")


def tflm(checkout: Path, cmsis_nn: Path, model: Path) -> PeerResult:
    """Measure TFLite Micro of `checkout` on kernels of `cmsis_nn`; BenchError in the words of what failed."""
    folder = BUILD / "model"  # one for all: only what depends on the model is compiled anew
    folder.mkdir(parents=True, exist_ok=True)
    generate(model, folder)  # for the golden vectors
    oracle = IntegerModel.load(model)
    (folder / "model.inc").write_text(",".join(map(str, model.read_bytes())) + "\n")
    kinds = sorted({op.kind for op in oracle.graph.operators})
    (folder / "operators.inc").write_text("".join(map(_registration, kinds)))
    kernels = sorted({OPERATORS[kind][0] for kind in kinds})
    image = _build(checkout.resolve(), cmsis_nn.resolve(), folder, kernels)
    try:
        counted = run(image, exact=False)
    except BenchError as error:
        raise BenchError(f"TFLite Micro refuses {model.name}, or ends early: {error}") from error
    sizes = elf.weigh(image, _group)
    macs = sum(layer.macs for layer in compile_model(oracle, "pulse_model").layers)
    return PeerResult(
        model.stem, "TFLM + CMSIS-NN", counted["INSTRUCTIONS"][0], macs, sizes["code"], sizes["constants"],
        counted["ARENA"][0], counted["STACK"][0], counted["WRONG"][0],
    )  # fmt: skip


def _registration(kind: str) -> str:
    call = OPERATORS[kind][1].replace("INT8", f"tflite::Register_{kind}_INT8()")
    return f"resolver.{call};\n"


def _build(checkout: Path, cmsis_nn: Path, folder: Path, kernels: list[str]) -> Path:
    values = {
        "TFLM": checkout, "CMSIS_NN": cmsis_nn, "MODEL_DIR": folder, "KERNELS": ";".join(kernels),
        "ARENA": ARENA,
    }  # fmt: skip
    for words in (
        ["cmake", "-G", "Ninja", "-S", HERE, "-B", BUILD, *(f"-D{k}={v}" for k, v in values.items())],
        ["cmake", "--build", BUILD, "-j", os.cpu_count() or 1],
    ):
        command.run(words, where=BUILD, error=BenchError)
    return BUILD / "tflm.elf"


OURS = {"startup.c", "semihosting.c", "counter.c", "text.c", "program.c", "pulse_model_golden.c"}


def _group(symbol: elf.Symbol) -> str | None:
    """Code or constants of the image but for platform, program and golden vectors; the model counts."""
    if symbol.source in OURS or symbol.name.startswith(("platform_", "pulse_model_golden")):
        return None
    return "code" if symbol.kind == "function" else "constants" if symbol.constant else None
