# SPDX-License-Identifier: Apache-2.0
"""From a `.pulse` file to printed results, the C program says what training's reference says."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from standin import TABLES, lines, predict, predict_spectrum

from wristpulse.core.estimator import Estimator
from wristpulse.core.replay import write_replay
from wristpulse.core.sensor import SensorStream, to_counts
from wristpulse.recordings import simulate
from wristpulse_tools.firmware import qemu

REFERENCE = {
    "window": Estimator(predict, TABLES, "window"),
    "spectrum": Estimator(predict_spectrum, TABLES, "spectrum"),
}


def expected(stream: SensorStream, front_end: str) -> list[str]:
    return [str(result) for result in REFERENCE[front_end].run(stream)]


def faulty(stream: SensorStream, seed: int) -> SensorStream:
    """A stream with stretches of lost contact and glare, and with samples missing."""
    rng = np.random.default_rng(seed)
    ppg, t_ppg, t_acc = stream.ppg.copy(), stream.t_ppg_us.copy(), stream.t_acc_us.copy()
    for level in (0, 2**18 - 1):
        start = rng.integers(len(ppg))
        ppg[start : start + rng.integers(100, 1000)] = level
    for t in (t_ppg, t_acc):
        for pause in (150_000, 3_000_000, 15_000_000):
            t[rng.integers(1, len(t)) :] += pause
    return SensorStream(ppg, t_ppg, stream.acc, t_acc)


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> tuple[Path, SensorStream]:
    path = tmp_path_factory.mktemp("replay") / "a wrist, simulated.pulse"
    stream = to_counts(simulate(3, 180))
    write_replay(path, stream)
    return path, stream


@pytest.mark.parametrize("front_end", ["window", "spectrum"])
@pytest.mark.parametrize("seed", range(5))
def test_host_equals_reference(seed, front_end, replay_programs, tmp_path) -> None:
    stream = faulty(to_counts(simulate(seed, 240)), seed)
    write_replay(tmp_path / "s.pulse", stream)
    *results, end = lines(replay_programs[front_end], tmp_path / "s.pulse")
    assert results == expected(stream, front_end)
    assert end.startswith(f"END hops={len(results)} gaps={results[-1].split('gaps=')[1]} ")
    states = {line.split("state=")[1].split()[0] for line in results}
    assert {"acquiring", "no-contact"} < states


@pytest.mark.qemu
@pytest.mark.parametrize("front_end", ["window", "spectrum"])
def test_qemu_equals_reference_and_itself(front_end, bare_images, recording) -> None:
    (path, stream), bare_image = recording, bare_images[front_end]
    seen: list[str] = []
    first = qemu.run(bare_image, path, timeout_s=120, on_line=seen.append)
    assert first == qemu.run(bare_image, path, timeout_s=120)
    assert first.status == 0, first.output
    assert first.output.splitlines() == seen
    assert seen[:-1] == expected(stream, front_end)
    numbers = dict(word.split("=") for word in seen[-1].split()[1:])
    assert int(numbers["hops"]) == len(seen) - 1
    assert 0 < int(numbers["instr_model"]) < int(numbers["instr_per_hop"])
    assert 0 < int(numbers["instr_align"]) < 10**6
    assert 256 < int(numbers["stack"]) < 8192


def damaged(data: bytes) -> dict[str, tuple[bytes, str]]:
    """Files that are none, and what each error must name."""

    def patched(offset: int, value: bytes) -> bytes:
        return data[:offset] + value + data[offset + len(value) :]

    return {
        "empty": (b"", "bytes of header: expected 32, found 0"),
        "half a header": (data[:20], "bytes of header: expected 32, found 20"),
        "another kind": (b"\x7fELF" + data[4:], "magic"),
        "a later version": (patched(8, b"\x03\0"), "version: expected 1, found 3"),
        "a longer header": (patched(10, b"\x28\0"), "header size: expected 32, found 40"),
        "other units": (patched(20, b"\0\x08\0\0"), "acc_lsb_per_g: expected 4096, found 2048"),
        "cut in a chunk header": (data[:40], "chunk 0: bytes of chunk header: expected 24, found 8"),
        "cut in samples": (data[:-10], "bytes of samples"),
        "a giant chunk": (
            patched(48, b"\xff\xff"),
            "chunk 0: most bytes of samples in a chunk: expected 2560",
        ),
        "one bit turned": (patched(60, bytes([data[60] ^ 1])), "crc32"),
        "more than it says": (data + b"\0", "bytes after the last chunk: expected 0, found 1"),
    }


@pytest.mark.parametrize("kind", damaged(bytes(100)))
def test_a_bad_file_is_one_clear_error(kind, replay_program, recording, tmp_path) -> None:
    content, message = damaged(recording[0].read_bytes())[kind]
    path = tmp_path / "bad.pulse"
    path.write_bytes(content)
    run = subprocess.run([replay_program, path], capture_output=True, text=True)
    errors = [line for line in run.stdout.splitlines() if not line.startswith("HOP ")]
    assert run.returncode == 1 and run.stderr == ""
    assert len(errors) == 1 and errors[0].startswith(f"ERROR {path}: ") and message in errors[0]


def test_no_damage_crashes_the_reader(replay_program, recording, tmp_path) -> None:
    data = recording[0].read_bytes()[:20_000]
    rng = np.random.default_rng(1)
    path = tmp_path / "bad.pulse"
    for _ in range(40):
        content = np.frombuffer(data[: rng.integers(len(data))], np.uint8).copy()
        for _ in range(min(len(content), rng.integers(8))):
            content[rng.integers(min(len(content), 400))] = rng.integers(256)
        path.write_bytes(content.tobytes())
        run = subprocess.run([replay_program, path], capture_output=True, text=True)
        assert run.returncode == 1 and run.stderr == "", run.stderr


@pytest.mark.qemu
def test_bad_files_and_faults_end_the_emulation(bare_images, build, tmp_path) -> None:
    run = qemu.run(bare_images["window"], tmp_path / "missing.pulse", timeout_s=60)
    assert run.status == 1
    assert run.output == f"ERROR {tmp_path}/missing.pulse: expected a readable .pulse file, found none\n"
    source = tmp_path / "fault.c"
    source.write_text('#include "platform.h"\nint program(void)\n{\n\t__builtin_trap();\n}\n')
    run = qemu.run(build(f"-DPULSE_PROGRAM={source}"), timeout_s=60)
    assert (run.status, run.output) == (70, "FAULT: the processor took an exception\n")


@pytest.mark.qemu
def test_a_program_without_end_is_stopped(build, tmp_path) -> None:
    source = tmp_path / "loop.c"
    source.write_text(
        '#include "platform.h"\nint program(void)\n{\n\tplatform_line("going");\n\tfor (;;) {\n\t}\n}\n'
    )
    with pytest.raises(qemu.QemuError, match="expected its end within 1 s, found it running after: going"):
        qemu.run(build(f"-DPULSE_PROGRAM={source}"), timeout_s=1)


def test_a_missing_image_is_named(tmp_path) -> None:
    with pytest.raises(qemu.QemuError, match="none.elf: expected an ELF image, found no such file"):
        qemu.run(tmp_path / "none.elf")
