# SPDX-License-Identifier: Apache-2.0
"""The main job, small: from simulated people to results on the emulated Cortex-M4F."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from wristpulse.config.load import load
from wristpulse.core.result import parse
from wristpulse.core.sensor import to_counts
from wristpulse.data import corpus
from wristpulse.learning.pipeline import Pipeline, dataset_pipeline, dataset_pipelines
from wristpulse.recordings import RecordingError, simulate
from wristpulse.student.card import CARD, SHIPPED, CardError, load_student
from wristpulse.support import steps
from wristpulse_tools.firmware import qemu
from wristpulse_tools.firmware.bare import IMAGE, footprint
from wristpulse_tools.firmware.embed import embed
from wristpulse_tools.replay import demo as demo_of
from wristpulse_tools.replay.replay import replay
from wristpulse_tools.replay.targets import NEED_ZEPHYR, TARGETS

SMALL = """
[data]
simulated_subjects = 3
simulated_minutes = 0.75
[teacher]
trunk = "separate"
widths = [4, 4, 4]
depth = 1
[teacher_training]
epochs = 2
batch = 16
[student]
widths = [4, 4, 8]
depth = 1
[student_training]
epochs = 2
batch = 16
"""


@pytest.fixture(scope="session")
def chain(tmp_path_factory) -> Pipeline:
    folder = tmp_path_factory.mktemp("chain")
    (folder / "small.toml").write_text(SMALL)
    pipeline = dataset_pipeline(load(folder / "small.toml"), None, folder, lambda line: None)
    pipeline.train()
    pipeline.distill()
    pipeline.quantize()
    return pipeline


@pytest.fixture(scope="session")
def student(chain):
    return load_student(chain.folder / "int8")


@pytest.fixture(scope="session")
def programs(chain, student):
    embed(student, chain.folder / "c")
    without_zephyr = {name: build for name, build in TARGETS.items() if name not in NEED_ZEPHYR}
    return {name: build(chain.folder / "c", chain.folder) for name, build in without_zephyr.items()}


@pytest.fixture(scope="session")
def image(chain, programs) -> Path:
    return chain.folder / "bare" / IMAGE


def test_lines_on_the_same_people_read_them_once(chain, tmp_path, monkeypatch):
    reads = []
    monkeypatch.setattr(corpus, "of_dataset", lambda data, *_: reads.append(data) or object())
    other = replace(chain.config, data=replace(chain.config.data, simulated_minutes=1.0))
    paper, spectral, longer = dataset_pipelines([chain.config, chain.config, other], None, tmp_path)
    assert paper.corpus is spectral.corpus and longer.corpus is not paper.corpus
    assert reads == [chain.config.data, other.data]


def test_a_second_run_finds_everything_up_to_date(chain):
    before = {p: p.stat().st_mtime_ns for p in chain.folder.rglob("*") if p.is_file()}
    again = dataset_pipeline(chain.config, None, chain.folder.parent, lambda line: None)
    for step in (again.train, again.distill, again.quantize):
        step()
    assert {p: p.stat().st_mtime_ns for p in chain.folder.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("step", ["distill", "quantize"])
def test_a_step_runs_in_a_process_of_its_own(step, chain, tmp_path):
    """As `invoke quantize` after an earlier `invoke distill`: nothing has imported the networks' layers."""
    shutil.copytree(chain.folder, tmp_path / chain.folder.name)
    code = (
        "from pathlib import Path; from wristpulse.config.load import load; "
        "from wristpulse.learning.pipeline import dataset_pipeline; "
        f"dataset_pipeline(load({str(chain.folder.parent / 'small.toml')!r}), None, Path({str(tmp_path)!r}), "
        f"lambda line: None).{step}(force=True)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_step_without_the_one_before_names_it(chain, tmp_path):
    with pytest.raises(steps.StepError, match="invoke train"):
        dataset_pipeline(chain.config, None, tmp_path, lambda line: None).distill()


def test_the_int8_input_is_the_front_ends_steps(student):
    assert student.model.input.scale.tolist() == [1 / 32] and student.model.input.zero == 0
    assert student.model.output.size == 104


def test_the_int8_student_follows_its_float_self(chain, student):
    import keras

    from wristpulse.core.window import device_order

    windows = chain.corpus.train
    exact = keras.models.load_model(chain.folder / "student" / "student.keras")
    logits = exact.predict(windows.network_inputs(), verbose=0)["logits"]
    q = student.model.predict(device_order(windows.inputs)).astype(float)
    integer = (q - student.model.output.zero) * student.model.output.scale[0]
    assert np.abs(integer - logits).mean() < 0.08 * logits.std()  # a few steps of training: small logits


def test_the_card_names_the_subjects_and_belongs_to_its_model(chain, student, tmp_path):
    assert student.card.subjects == {"train": ["sim1"], "validation": ["sim2"], "test": ["sim3"]}
    shutil.copytree(student.folder, tmp_path / "int8")
    card = json.loads((tmp_path / "int8" / CARD).read_text())
    (tmp_path / "int8" / CARD).write_text(json.dumps({**card, "model_sha256": "0"}))
    with pytest.raises(CardError, match="model_sha256: expected"):
        load_student(tmp_path / "int8")


@pytest.mark.qemu
@pytest.mark.parametrize("fs_ppg", [25.0, 64.0, 100.0])
def test_every_target_equals_the_python_reference(programs, student, tmp_path, fs_ppg):
    stream = to_counts(simulate(11, 60, fs_ppg=fs_ppg, fs_acc=50.0))
    expected = student.estimator().run(stream)
    assert len(expected) > 25
    for program in programs.values():
        assert replay(program, stream, tmp_path / "r.pulse").results == expected


@pytest.mark.zephyr
@pytest.mark.parametrize("target", NEED_ZEPHYR)
def test_under_zephyr_too(target, chain, programs, student, tmp_path):
    program = TARGETS[target](chain.folder / "c", chain.folder)
    stream = to_counts(simulate(14, 40))
    assert replay(program, stream, tmp_path / "r.pulse").results == student.estimator().run(stream)


@pytest.mark.qemu
def test_two_runs_print_the_same_bytes(image, programs, tmp_path):
    replay(programs["bare"], to_counts(simulate(12, 30)), tmp_path / "r.pulse")
    first, second = (qemu.run(image, tmp_path / "r.pulse").output for _ in range(2))
    assert first == second and first.startswith("HOP 0 ")


@pytest.mark.qemu
def test_firmware_that_cannot_read_its_recording_ends_with_an_error(image, programs, tmp_path):
    stream = to_counts(simulate(13, 30))
    replay(programs["bare"], stream, tmp_path / "whole.pulse")
    (tmp_path / "cut.pulse").write_bytes((tmp_path / "whole.pulse").read_bytes()[:-100])
    run = qemu.run(image, tmp_path / "cut.pulse")
    assert run.status != 0 and "ERROR" in run.output.splitlines()[-1]


def test_lines_that_state_no_result_are_not_results():
    assert parse("HOP 3 t_us=1 bpm_q8=2") is None
    assert parse("END hops=3") is None
    with pytest.raises(ValueError, match="tired"):
        parse("HOP 3 t_us=1 bpm_q8=2 conf_q15=3 state=tired gaps=0")


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_arguments):
        raise RecordingError("dalia-s6", "download", "PyPI, which needs a network", "none")

    monkeypatch.setattr(demo_of.download, "download", refuse)
    monkeypatch.setattr(demo_of, "simulate", lambda seed, seconds: simulate(seed, 40.0))


@pytest.mark.qemu
def test_the_demo_compares_students_and_leaves_a_picture(chain, no_network, tmp_path, capsys):
    outcomes = demo_of.demo(chain, chain, folder=tmp_path / "demo", data=tmp_path)
    out = capsys.readouterr().out
    assert "No real recording" in out and "PyPI, which needs a network, found none" in out
    # Ours on the stand-in; each line on its held-out person and the stand-in; ours on the held-out.
    assert len(outcomes) == 6 and {o.student for o in outcomes} == {
        demo_of.PAPER,
        demo_of.SPECTRAL,
        SHIPPED.name,
    }
    shipped = outcomes[0].figures
    assert shipped["closing"]["hops"] > 15 and np.isfinite(shipped["all"]["mae"])
    assert "wrong-valid" in out and "instructions a hop (2 s)" in out and "Next:" in out
    assert (tmp_path / "demo" / "demo.png").read_bytes().startswith(b"\x89PNG")
    rows = (
        (tmp_path / "demo" / SHIPPED.name / outcomes[0].recording.name / "run.csv").read_text().splitlines()
    )
    assert len(rows) == 1 + shipped["closing"]["hops"]


def test_the_footprint_is_within_the_image(image):
    size = footprint(image)
    with image.open("rb") as file:
        sections = {s.name: s["sh_size"] for s in ELFFile(file).iter_sections()}
    flash = sections[".text"] + sections.get(".rodata", 0) + sections.get(".data", 0)
    assert 2000 < size.network_flash and 2000 < size.estimator_flash
    assert size.network_flash + size.estimator_flash < flash
    assert 4 * 64 * 4 < size.estimator_ram and 1000 < size.align_ram
    assert size.estimator_ram + size.align_ram < sections[".bss"] + sections.get(".data", 0)
