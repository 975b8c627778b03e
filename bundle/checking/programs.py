"""Runs a program in a process group of its own, with its words in a file and an end to its time."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_GRACE_S = 3  # between asking a program to end and ending it


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    code: int
    seconds: float
    text: str
    cut: str = ""  # why it was ended before its own end

    def words(self) -> str:
        """How it ended, for people."""
        if self.cut:
            return self.cut
        if self.code < 0:
            return f"it was ended by {signal.Signals(-self.code).name}"
        return f"it ended with exit status {self.code}"

    def last_words(self, lines: int = 15) -> str:
        """How it ended, and what it said last."""
        return "\n".join([self.words() + "; its last words:", *self.text.strip().splitlines()[-lines:]])


def run(
    command: list[str],
    log: Path,
    seconds: float,
    environment: dict[str, str] | None = None,
    silence: float | None = None,
) -> Ended:
    """Run `command` for `seconds` at most, and for `silence` at most without a word from it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with open(log, "wb") as words:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return Ended(127, 0.0, str(error))
        try:
            cut = _wait(process, log, began + seconds, seconds, silence)
        finally:
            _end(process)
    return Ended(process.returncode, time.monotonic() - began, log.read_text(errors="replace"), cut)


def _wait(
    process: subprocess.Popen[bytes], log: Path, deadline: float, limit: float, silence: float | None
) -> str:
    """Wait for its end; why it has to be ended if that does not come."""
    said, heard = 0, time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if now >= deadline:
            return f"it was cut off at its limit of {limit:.0f} s"
        if (size := log.stat().st_size) != said:
            said, heard = size, now
        if silence is not None and now - heard >= silence:
            return f"it was cut off after {silence:.0f} s without a word"
        time.sleep(0.05)
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the group, asking first."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            pass
    _signal(process, signal.SIGKILL)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.returncode = -signal.SIGKILL  # it hangs in the kernel: nobody can end it, and nobody waits


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        pass
