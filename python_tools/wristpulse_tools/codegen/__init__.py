# SPDX-License-Identifier: Apache-2.0
"""From a full-integer .tflite model to plain C."""

from wristpulse_tools.codegen.generate import compile_model, files, generate, stream_files

__all__ = ["compile_model", "files", "generate", "stream_files"]
