# SPDX-License-Identifier: Apache-2.0
"""What `invoke replay` tells: a summary, the heart rate's course, and why there is no value."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from wristpulse.core.result import Result, State
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.replay import picture
from wristpulse_tools.replay.reasons import why_no_value
from wristpulse_tools.replay.replay import Replay
from wristpulse_tools.replay.report import course, table, write_report

ROOT = Path(__file__).resolve().parents[3]


def results(states: list[State], bpm: float = 72.0) -> list[Result]:
    return [
        Result(
            hop=n,
            time_us=8_000_000 + n * 2_000_000,
            bpm_q8=round(bpm * 256) if s is State.VALID else 0,
            confidence_q15=30_000,
            state=s,
            gaps=0,
        )
        for n, s in enumerate(states)
    ]


def replayed(states: list[State], **closing: int) -> Replay:
    return Replay(results(states), {"hops": len(states), **closing}, 1.0)


def text(drawn) -> str:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))
    console.print(drawn)
    return console.export_text()


def test_what_a_target_cannot_count_has_no_row(tmp_path):
    run = replayed([State.VALID] * 17, stack=0, instr_model=0, instr_align=0, instr_per_hop=0, gaps=0)
    figures = write_report(tmp_path, simulate(1, 40), run, 14904, None)
    shown = text(table(figures))
    assert "model (.tflite)" in shown and "times faster than life" in shown
    for name in ("stack, painted", "instructions per inference", "flash: alignment, front end, tracker"):
        assert name not in shown
    closing = json.loads((tmp_path / "run.json").read_text())["closing"]
    assert closing["stack"] is None and closing["gaps"] == 0
    counted = write_report(tmp_path, simulate(1, 40), replayed([State.VALID] * 17, stack=1036), 14904, None)
    assert "1,036 B" in text(table(counted))


def test_without_labels_the_course_and_the_valid_share_are_told(tmp_path):
    recording = replace(simulate(1, 40), hr=None)
    run = replayed([State.ACQUIRING] * 3 + [State.VALID] * 9)
    figures = write_report(tmp_path, recording, run, 14904, None)
    assert "MAE" not in text(table(figures))
    head, *curve, axis = course(run)
    assert head == "valid: 9 of 12 hops (75%); heart rate 72 BPM, 72 to 72 (5th to 95th percentile)"
    assert len(curve) == 3 and curve[-1].startswith("  62 ") and axis.endswith("2 s a column")
    assert [line[5:8] for line in curve] == ["   "] * 3 and all(line[8:].strip() for line in curve[1:])


def test_a_long_run_fits_sixty_columns():
    lines = course(replayed([State.VALID] * 1000))
    assert max(map(len, lines[1:4])) <= 65 and lines[-1].endswith("34 s a column")


def test_no_valid_value_has_no_course():
    assert course(replayed([State.NO_CONTACT] * 3)) == ["valid: 0 of 3 hops (0%)"]
    assert course(replayed([])) == ["valid: 0 of 0 hops"]


def test_a_recording_in_the_dark_says_so_and_what_would_mend_it():
    recording = simulate(1, 40)
    dim = replace(recording, ppg=recording.ppg / 64)  # 12 bits in place of 18
    said = why_no_value(dim, to_counts(dim), results([State.NO_CONTACT] * 17))
    assert said.startswith("no value: every hop is no-contact, counts lie below the dark level 4096; ")
    assert "ppg_lsb=" in said and "ppg_zero=" in said


def test_a_recording_without_hops_says_why():
    recording = simulate(1, 40)
    stream = to_counts(recording)
    slow = SensorStream(stream.ppg, stream.t_ppg_us, stream.acc[::32], stream.t_acc_us[::32])
    assert "ACC: expected samples at most 100 ms apart (10 Hz or more), found 1 Hz" in why_no_value(
        recording, slow, []
    )
    torn = np.arange(len(stream.ppg)) % 100 < 80  # a gap of 0.3 s every 1.6 s
    torn = SensorStream(stream.ppg[torn], stream.t_ppg_us[torn], stream.acc, stream.t_acc_us)
    assert "without a gap of 100 ms" in why_no_value(recording, torn, [])


def test_other_states_are_counted_and_a_value_needs_no_reason():
    recording = simulate(1, 40)
    stream = to_counts(recording)
    said = why_no_value(recording, stream, results([State.ACQUIRING] * 3 + [State.NO_PULSE] * 2))
    assert said.startswith("no valid value in 5 hops (3 acquiring, 2 no-pulse)")
    assert why_no_value(recording, stream, results([State.VALID])) is None


@pytest.mark.parametrize(
    ("states", "labelled", "named"),
    [
        ([State.VALID] * 3, True, ["reference", "estimate, valid"]),
        ([State.VALID] * 3, False, ["estimate, valid"]),
        ([State.NO_CONTACT] * 3, False, []),
    ],
)
def test_the_legend_names_what_is_drawn(tmp_path, monkeypatch, states, labelled, named):
    legends = []
    monkeypatch.setattr(picture.plt, "close", lambda figure: legends.append(figure.axes[0].get_legend()))
    run, recording = replayed(states), simulate(1, 40)
    reference = np.full(3, 70.0 if labelled else np.nan)
    picture.trace(tmp_path / "a.png", "t", recording, np.arange(3.0), reference, run.bpm, run.valid)
    texts = [text.get_text() for text in legends[0].get_texts()] if legends[0] else []
    assert [name.split(" (")[0] for name in texts] == named


@pytest.mark.qemu
def test_two_replays_at_once_do_not_meet(tmp_path):
    """Two recordings with one command line each, at the same time, into the default folders."""
    from wristpulse.recordings import save_recording

    runs = []
    for seed in (1, 2):
        recording = replace(simulate(seed, 30), name=f"twin-{seed}-{tmp_path.name}")
        save_recording(tmp_path / f"{seed}.npz", recording)
        command = [
            sys.executable,
            "-m",
            "wristpulse_tools.tasks",
            "replay",
            tmp_path / f"{seed}.npz",
            "-t",
            "host",
        ]
        runs.append(
            subprocess.Popen(
                [*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
            )
        )
    said = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    folders = [Path(out.split("written: ")[1].split(",")[0]).parent for out, _ in said]
    assert [
        json.loads((folder / "run.json").read_text())["recording"].split("-")[1] for folder in folders
    ] == ["1", "2"]


def test_the_same_replay_twice_waits(tmp_path):
    from wristpulse_tools.support.locks import locked

    program = (
        "import sys; from pathlib import Path; from wristpulse_tools.support.locks import locked\n"
        "with locked(Path(sys.argv[1])): print('in')"
    )
    with locked(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", program, tmp_path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert other.stderr.readline() == f"waiting: another process works in {tmp_path}\n"
        assert other.poll() is None
    out, _ = other.communicate(timeout=10)
    assert out == "in\n"
