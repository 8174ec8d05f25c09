# SPDX-License-Identifier: Apache-2.0
"""A folder of published models: what is measured, what is refused, what is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from depthwise_layers import LAYERS, Layer, measured

from wristpulse.support.errors import UserError
from wristpulse_tools.bench.published import published

MODELS = Path(__file__).resolve().parent / "models"

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"),
        reason="needs arm-none-eabi-gcc and qemu-system-arm",
    ),
]


def test_a_folder_is_measured_and_refusals_are_named(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    for name in ("svdf", "sepconv"):
        shutil.copy(MODELS / f"{name}.tflite", tmp_path / "deeper")
    said: list[str] = []
    cost, refused = published(tmp_path, out=tmp_path / "out.json", say=said.append)
    assert cost.name == "sepconv" and cost.instructions > cost.macs > 0 and cost.arena > 0
    assert cost.steps <= 1 and 0 <= cost.off < 0.1 and cost.tflm is None
    assert refused.name == "svdf" and "SVDF" in refused.refused and str(tmp_path) not in refused.refused
    assert any(line.startswith("svdf: ") for line in said)
    assert any("| sepconv " in line for line in said)
    assert [one["name"] for one in json.loads((tmp_path / "out.json").read_text())] == ["sepconv", "svdf"]


def test_a_folder_without_models_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"files: expected \*\.tflite, found none"):
        published(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_depthwise_layers_stay_cheap(layer: Layer, tmp_path: Path) -> None:
    assert measured(layer, tmp_path).per_mac <= layer.limit
