# SPDX-License-Identifier: Apache-2.0
"""Streaming: the hop's graph against the oracle over all frames so far, generated C against that graph."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from batch import Target, indices_printed
from builder import SAME, VALID, Builder
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import CASES, MANY
from streams import Stream, streams
from test_generated import BATCH, TARGETS

from wristpulse.oracle import HopModel, IntegerModel, ModelError
from wristpulse.student.card import SHIPPED
from wristpulse_tools.bench.stream import COLUMNS, rows
from wristpulse_tools.codegen import stream_files
from wristpulse_tools.codegen.__main__ import main

DSP_MISSING = not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm")


def load(folder: Path, blob: bytes) -> IntegerModel:
    path = folder / "stream.tflite"
    path.write_bytes(blob)
    return IntegerModel.load(path)


def hop_bytes(case: Stream) -> np.ndarray:
    return np.array([case.bytes(hop) for hop in case.hops])


@given(case=streams())
def test_random_streams_equal_the_whole_history(case: Stream, scratch: Path) -> None:
    whole = load(scratch, case.model(case.window, head=True))
    results = HopModel(whole, case.hop).run(hop_bytes(case))
    np.testing.assert_array_equal(results, case.expected(scratch), str(case.kinds))
    fill, rest = divmod(case.window, case.hop)
    if not rest and fill <= len(case.hops):  # nothing came before this window: it is the windowed model's
        window = case.bytes(case.hops[:fill].reshape(-1, case.channels))
        np.testing.assert_array_equal(results[fill - 1], whole.predict(window[None])[0])


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=max(1, CASES // BATCH))
@given(cases=st.lists(streams(), min_size=BATCH, max_size=BATCH))
def test_random_streams(target: Target, cases: list[Stream], scratch: Path) -> None:
    check(target, cases, scratch)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=MANY // BATCH)
@given(cases=st.lists(streams(), min_size=BATCH, max_size=BATCH))
def test_many_random_streams(target: Target, cases: list[Stream], scratch: Path) -> None:
    check(target, cases, scratch)


@pytest.mark.slow
@settings(max_examples=MANY)
@given(case=streams())
def test_many_random_streams_equal_the_whole_history(case: Stream, scratch: Path) -> None:
    test_random_streams_equal_the_whole_history.hypothesis.inner_test(case, scratch)


def check(target: Target, cases: list[Stream], scratch: Path) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        texts = [
            stream_files(load(folder, c.model(c.window, head=True)), c.hop, f"m{i}", hop_bytes(c))
            for i, c in enumerate(cases)
        ]
        wrong = indices_printed(target, scratch, folder, texts, program(len(cases)))
        assert not wrong, [cases[i].kinds for i in wrong]


def program(count: int) -> str:
    """C program that prints the index of each stream with a wrong output, then END.

    Two states take the same hops in turns, the second a hop behind; the arena is spoilt between calls.
    The first starts anew once it has had all of them.
    """
    includes = "\n".join(f'#include "m{i}_stream_golden.h"' for i in range(count))
    return f"""#include <stdint.h>
#include <string.h>
#include "platform.h"
{includes}

#define HOP(i, NAME, STATE, n) \\
	do {{ \\
		memset(arena, 0x5a, sizeof(arena)); \\
		m##i##_stream_hop(STATE, m##i##_stream_golden_input[n], output, arena); \\
		wrong += memcmp(output, m##i##_stream_golden_output[n], sizeof(output)) != 0; \\
		for (int k = (NAME##_ARENA_SIZE + 3) / 4; k < (NAME##_ARENA_SIZE + 3) / 4 + 4; k++) {{ \\
			wrong += arena[k] != 0x5a5a5a5a; \\
		}} \\
	}} while (0)

#define CHECK(i, NAME) \\
	do {{ \\
		static int8_t output[NAME##_OUTPUT_SIZE]; \\
		static int32_t arena[(NAME##_ARENA_SIZE + 3) / 4 + 4]; \\
		static struct m##i##_stream first, second; \\
		int wrong = 0; \\
		memset(&first, 0x33, sizeof(first)); \\
		m##i##_stream_init(&second); \\
		for (int round = 0; round < 2; round++) {{ \\
			m##i##_stream_init(&first); \\
			for (int n = 0; n < NAME##_GOLDEN_COUNT; n++) {{ \\
				HOP(i, NAME, &first, n); \\
				if (round == 0 && n > 0) {{ \\
					HOP(i, NAME, &second, n - 1); \\
				}} \\
			}} \\
		}} \\
		if (wrong > 0) {{ \\
			platform_line(#i); \\
		}} \\
	}} while (0)

int program(void)
{{
{chr(10).join(f"	CHECK({i}, M{i}_STREAM);" for i in range(count))}
	platform_line("END");
	return 0;
}}
"""


@pytest.mark.qemu
@pytest.mark.skipif(DSP_MISSING, reason="needs arm-none-eabi-gcc and qemu-system-arm")
def test_a_hop_costs_less_than_a_third_of_a_window(stand_in, tmp_path) -> None:  # noqa: ANN001
    window, hop = (dict(zip(COLUMNS, row, strict=True)) for row in rows(stand_in("student"), 64, tmp_path))
    assert window["of a window"] == "100 %"
    assert 20 < float(hop["of a window"].split()[0]) < 33


@pytest.mark.parametrize("target", TARGETS)
def test_paper_student(target: Target, stand_in, scratch: Path, tmp_path: Path) -> None:  # noqa: ANN001
    """The fourth hop is the windowed model, the others have a longer past."""
    model = IntegerModel.load(stand_in("student"))
    hops = np.random.default_rng(8).integers(-128, 128, (9, 4, 64)).astype(np.int8)
    results = HopModel(model, 64).run(hops.reshape(9, -1))
    windows = [hops[n : n + 4].transpose(1, 0, 2).reshape(-1) for n in range(6)]
    windowed = model.predict(np.array(windows))
    np.testing.assert_array_equal(results[3], windowed[0])
    assert (results[4:] != windowed[1:]).any()
    texts = [stream_files(model, 64, "m0", hops.reshape(9, -1))]
    assert indices_printed(target, scratch, tmp_path, texts, program(1)) == []


def test_ppg_and_acc_in_one_buffer(tmp_path: Path) -> None:
    """The student as it is deployed: 256 of PPG, then 256 x 3 of ACC; hops lie alike."""
    from wristpulse.config.networks import PaperStudent
    from wristpulse.learning.paper.int8 import quantize
    from wristpulse.models import student

    rng = np.random.default_rng(9)
    inputs = rng.integers(-128, 128, (8, 1024)).astype(np.int8)
    model = load(tmp_path, quantize(student.build(PaperStudent(widths=(4, 4, 8), hidden=8)), inputs))
    ppg, acc = inputs[0, :256].reshape(4, 64), inputs[0, 256:].reshape(4, 192)
    results = HopModel(model, 64).run(np.concatenate([ppg, acc], axis=1))
    np.testing.assert_array_equal(results[3], model.predict(inputs[:1])[0])


def net(*, pad: int = 2, after: int = 0, padding: int = VALID, stride: int = 1, late: bool = False) -> bytes:
    """A causal convolution and a mean over time, with one thing wrong."""
    b = Builder()
    x = b.source((1, 1, 32, 4))
    if pad or after:
        x = b.pad(x, [[0, 0], [0, 0], [pad, after], [0, 0]])
    weights = np.ones((4, 1, 3, 4))
    x = b.convolution(x, weights, np.zeros(4), [0.01], (0.1, 0), stride=(1, stride), padding=padding)
    x = b.mean(x, [2], True, (0.1, 0))
    if late:
        x = b.pad(x, [[0, 0], [0, 0], [2, 0], [0, 0]])
        x = b.convolution(x, weights, np.zeros(4), [0.01], (0.1, 0))
    return b.finish(x)


LEFT = "pad time by 2 on the left (PAD) and convolve with VALID, found"


@pytest.mark.parametrize(
    ("blob", "hop", "messages"),
    [
        (
            net(pad=0, padding=SAME), 8,
            ["operator 0 CONV_2D: expected no look ahead along time of tensor 0 't0'",
             f"{LEFT} SAME padding that reads 1 steps ahead"],
        ),
        (
            net(pad=0), 8,
            ["operator 0 CONV_2D: expected 32 steps of 32 of tensor 0 't0' at stride 1",
             f"{LEFT} 30 steps with 0 padded"],
        ),
        (
            net(pad=1, after=1), 8,
            ["operator 0 PAD: expected padding before the first step only; pad time on the left",
             "found 1 behind the last"],
        ),
        (
            net(stride=2), 7,
            ["operator 1 CONV_2D: expected a hop that is a multiple of its 2 frames a step", "found 7"],
        ),
        (net(stride=3), 8, ["operator 1 CONV_2D", "that its stride 3 divides; choose such a stride"]),
        (
            net(late=True), 8,
            ["operator 3 PAD: expected no padding once operator 2 MEAN has joined the window's steps",
             "or run by windows"],
        ),
        (net(), 33, ["tensor 0 't0': expected a hop of 1 to 32 frames, the window, found 33"]),
    ],
)  # fmt: skip
def test_refusals(blob: bytes, hop: int, messages: list[str], tmp_path: Path, capsys) -> None:  # noqa: ANN001
    path = tmp_path / "model.tflite"
    path.write_bytes(blob)
    assert main([str(path), "-o", str(tmp_path / "c"), "--stream", str(hop)]) == 1
    found = capsys.readouterr().err
    assert all(message in found for message in (*messages, str(path))), found
    assert not (tmp_path / "c").exists()


def test_spectra_do_not_stream() -> None:
    with pytest.raises(ModelError, match="SAME padding that reads 2 steps ahead"):
        HopModel(IntegerModel.load(SHIPPED / "student.tflite"), 64)


def test_nothing_over_time(tmp_path: Path) -> None:
    b = Builder()
    x = b.source((1, 8))
    blob = b.finish(b.connected(x, np.ones((2, 8)), np.zeros(2), [0.1], (1.0, 0)))
    with pytest.raises(ModelError, match="graph: expected a convolution or pool over time"):
        HopModel(load(tmp_path, blob), 4)


def test_hops_of_the_wrong_size(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected int8 of shape \(hops, 32\).*found int8 \(2, 31\)"):
        HopModel(load(tmp_path, net()), 8).run(np.zeros((2, 31), np.int8))


def test_generated_files(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(net())
    assert main([str(path), "-o", str(tmp_path), "--name", "net", "--stream", "8"]) == 0
    header = (tmp_path / "net_stream.h").read_text()
    assert "#define NET_STREAM_STATE_SIZE 104\n" in header  # 2 frames and 24 steps of 4 channels
