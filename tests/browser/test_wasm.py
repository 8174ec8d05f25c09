# SPDX-License-Identifier: Apache-2.0
"""The module by itself, in Chromium: the core as WebAssembly says what the Python reference says."""

import numpy as np
import pytest
from page_modules import as_text

from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse.student.card import SHIPPED, load_student
from wristpulse.support.errors import UserError
from wristpulse_tools.browser.wasm import compile_wasm

pytestmark = pytest.mark.browser

PUSH = """
const core = await it.loadEstimator(bytes(given[0]));
const names = it.stateNames(core);
const [ppg, tPpg, acc, tAcc] = given.slice(1);
const hops = { timeUs: [], bpmQ8: [], confidenceQ15: [], state: [], gaps: [], lowQ8: [], highQ8: [] };
core.web_start();
for (let p = 0, a = 0; p < ppg.length || a < acc.length; ) {
  if (a === acc.length || (p < ppg.length && tPpg[p] <= tAcc[a])) core.web_ppg(tPpg[p], ppg[p++]);
  else core.web_acc(tAcc[a], ...acc[a++]);
  while (core.web_take()) it.keep(core, hops);
}
return { hops, names };
"""


@pytest.fixture(scope="module")
def wasm(tmp_path_factory) -> bytes:
    pytest.importorskip("ziglang", reason="no ziglang, which compiles the page's WebAssembly")
    return compile_wasm(tmp_path_factory.mktemp("wasm")).read_bytes()


def with_faults(stream: SensorStream, seed: int) -> SensorStream:
    """Lost contact, glare, and pauses of 0.15, 3 and 15 s in each channel."""
    rng = np.random.default_rng(seed)
    ppg, t_ppg, t_acc = stream.ppg.copy(), stream.t_ppg_us.copy(), stream.t_acc_us.copy()
    for level in (0, 2**18 - 1):
        start = rng.integers(len(ppg))
        ppg[start : start + rng.integers(100, 1000)] = level
    for t in (t_ppg, t_acc):
        for pause in (150_000, 3_000_000, 15_000_000):
            t[rng.integers(1, len(t)) :] += pause
    return SensorStream(ppg, t_ppg, stream.acc, t_acc)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gaps_and_lost_contact_give_the_reference_s_hops(modules, wasm, seed) -> None:
    stream = with_faults(to_counts(simulate(seed, 200, fs_ppg=100.0, fs_acc=50.0)), seed)
    given = [array.tolist() for array in (stream.ppg, stream.t_ppg_us, stream.acc, stream.t_acc_us)]
    answer = modules.run("estimator.js", PUSH, as_text(wasm), *given)
    hops, names = answer["hops"], answer["names"]
    expected = load_student(SHIPPED).estimator().run(stream)
    found = list(
        zip(
            hops["timeUs"], hops["bpmQ8"], hops["confidenceQ15"], (names[s] for s in hops["state"]),
            hops["gaps"], strict=True,
        )
    )  # fmt: skip
    assert found == [(r.time_us, r.bpm_q8, r.confidence_q15, r.state.value, r.gaps) for r in expected]
    assert {"valid", "acquiring", "no-contact"} <= {r.state.value for r in expected}


def test_the_range_is_the_posterior_s_middle_part(modules, wasm) -> None:
    stream = to_counts(simulate(4, 60, difficulty=0.0, losses=False))
    given = [array.tolist() for array in (stream.ppg, stream.t_ppg_us, stream.acc, stream.t_acc_us)]
    hops = modules.run("estimator.js", PUSH, as_text(wasm), *given)["hops"]
    estimated = [i for i, bpm in enumerate(hops["bpmQ8"]) if bpm]
    first = load_student(SHIPPED).tables.first
    assert max(first) > 1
    for i, times in zip(estimated, first, strict=False):  # the posterior counts each window once
        assert (hops["lowQ8"][i] == hops["highQ8"][i] == 0) == (times > 1)
    for i in estimated[len(first) :]:
        low, bpm, high = (hops[name][i] / 256 for name in ("lowQ8", "bpmQ8", "highQ8"))
        assert low < bpm < high < 224 and low > 29
    width = [(hops["highQ8"][i] - hops["lowQ8"][i]) / 256 for i in estimated[-5:]]
    assert max(width) < 30  # a clean pulse is known well


def test_the_module_is_small_asks_for_nothing_and_is_made_alike(wasm, tmp_path) -> None:
    assert len(wasm) < 40_000
    assert wasm == compile_wasm(tmp_path).read_bytes()
    kinds, at = [], 8
    while at < len(wasm):
        kinds.append(wasm[at])
        at, size, shift = at + 1, 0, 0
        while True:
            size |= (wasm[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if wasm[at - 1] < 128:
                break
        at += size
    assert 2 not in kinds  # the section of imports


def test_the_compiler_s_words_come_with_a_failed_build(tmp_path, monkeypatch) -> None:
    (tmp_path / "pulse_model.c").write_text("int broken(\n")
    with pytest.raises(UserError, match="pulse.wasm: .* failed, status 1:\n(?s:.*)error:"):
        compile_wasm(tmp_path / "out", tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UserError, match="ziglang: expected this package, found none"):
        compile_wasm(tmp_path / "out")
