"""Runs this machine's Python with the package out of this bundle: `python -m checking.launch ARGUMENTS`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from checking import contents, python_module
from checking.running import Run

_COMPILE_S = 600


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(out=Path(folder), deadline=time.monotonic() + _COMPILE_S)
        if not python_module.module().exists():
            print("planapo: its module is being compiled for this Python, once.", file=sys.stderr)
        obstacle = python_module.prepare(run)
    if obstacle:
        sys.exit(f"planapo cannot be used: {obstacle}.")
    environment = contents.environment(python_module.python_path())
    os.execve(sys.executable, [sys.executable, *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
