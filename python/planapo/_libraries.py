"""Where MKL may lie: told to the compiled library before its first Fourier transform."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path

_VARIABLE = "PLANAPO_LIBRARY_PATH"
_PATTERN = "libmkl_rt.so*"


def announce() -> None:
    """Name the folder of this environment's MKL in PLANAPO_LIBRARY_PATH, ahead of what it names already."""
    folder = _mkl_folder()
    named = [entry for entry in os.environ.get(_VARIABLE, "").split(os.pathsep) if entry]
    if folder is not None and str(folder) not in named:
        os.environ[_VARIABLE] = os.pathsep.join([str(folder), *named])


def _mkl_folder() -> Path | None:
    beside = Path(sys.prefix) / "lib"
    if any(beside.glob(_PATTERN)):
        return beside
    try:
        files = metadata.files("mkl") or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.match(_PATTERN):
            return Path(str(file.locate())).resolve().parent
    return None
