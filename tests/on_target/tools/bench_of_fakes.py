# SPDX-License-Identifier: Apache-2.0
"""A bench without hardware: a board that is QEMU behind a pty, and `west` and `pyocd` that only move it.

Everything up to the process boundary is the product's: only what is behind the two commands and the serial
port is not real.
"""

import os
import pty
import socket
import subprocess
import sys
import threading
import tty
from pathlib import Path

from wristpulse_tools.firmware import qemu

BOARD = "mps2_an386"
FAKE = (
    f"#!{sys.executable}\n"
    + """
import os, signal, subprocess, sys, time
from pathlib import Path

bench = Path(os.environ["FAKE_BENCH"])
with (bench / "commands").open("a") as log:
    log.write(" ".join([Path(sys.argv[0]).name, *sys.argv[1:]]) + "\\n")
if (bench / "refusal").exists():
    sys.exit((bench / "refusal").read_text())
options = dict(zip(sys.argv, sys.argv[1:]))
if "--build-dir" in options:
    (bench / "image").write_text(options["--build-dir"] + "/zephyr/zephyr.elf")
if (bench / "pid").exists():
    os.kill(int((bench / "pid").read_text()), signal.SIGKILL)
if sys.argv[1] in ("flash", "reset"):
    image, log = (bench / "image").read_text(), (bench / "qemu").open("w")
    command = (bench / "command").read_text().splitlines()
    running = subprocess.Popen([*command, image], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    (bench / "pid").write_text(str(running.pid))
"""
)


class Bench:
    """The folder of a fake bench; its `environment` makes the tools find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = folder / "bin"
        tools.mkdir(parents=True)
        for name in ("west", "pyocd", "nrfjprog"):
            (tools / name).write_text(FAKE)
            (tools / name).chmod(0o755)
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self.slave = slave  # kept open: the port outlives who uses it
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "uart"))
        self.listener.listen()
        # Real time passes while the board waits, as on a real one.
        command = qemu.command(Path("IMAGE"), serial=f"unix:{folder / 'uart'}", shift=4)
        command[command.index("-icount") + 1] = "shift=4,align=off,sleep=on"
        (folder / "command").write_text("\n".join(command[:-1]))
        (folder / "hardware.toml").write_text(
            f'[desk]\nboard = "{BOARD}"\nprobe = "0001"\nserial = "{self.port}"\n'
        )
        self.uart: socket.socket | None = None
        threading.Thread(target=self._from_board, daemon=True).start()
        threading.Thread(target=self._to_board, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        hardware = str(self.folder / "hardware.toml")
        return {"PATH": path, "FAKE_BENCH": str(self.folder), "PULSE_HARDWARE": hardware}

    @property
    def commands(self) -> list[str]:
        log = self.folder / "commands"
        return log.read_text().splitlines() if log.exists() else []

    def refuse(self, words: str) -> None:
        """Every command fails from now on, with these words."""
        (self.folder / "refusal").write_text(words)

    def close(self) -> None:
        if (self.folder / "pid").exists():
            subprocess.run(["kill", "-9", (self.folder / "pid").read_text()], capture_output=True)
        self.listener.close()
        os.close(self.slave)

    def _from_board(self) -> None:
        while True:
            try:
                self.uart, _ = self.listener.accept()
            except OSError:
                return
            while said := self.uart.recv(4096):
                os.write(self.master, said)

    def _to_board(self) -> None:
        while True:
            try:
                told = os.read(self.master, 4096)
            except OSError:
                return
            if self.uart:
                try:
                    self.uart.sendall(told)
                except OSError:
                    pass  # it was just reset
