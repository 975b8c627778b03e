"""Which files go in and where each comes out, settled before any work."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import planapo as pa

_SUFFIXES = (".ome.tiff", ".ome.tif", ".tiff", ".tif")


def inputs_of(patterns: list[str]) -> list[Path]:
    """Expand patterns that the shell did not, each sorted; a name that exists is taken as it is."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        if not pattern:
            raise pa.InvalidArgument("The name of an image is empty: name a TIFF file, or a pattern.")
        if not _is_pattern(pattern):
            found[Path(pattern)] = None
            continue
        matches = sorted(path for path in glob.glob(pattern, recursive=True) if Path(path).is_file())
        if not matches:
            raise pa.InvalidArgument(f'No file matches "{pattern}".')
        found.update((Path(match), None) for match in matches)
    return list(found)


def outputs_for(
    inputs: list[Path], patterns: list[str], wanted: str, *, suffix: str | None = None
) -> list[Path]:
    """One name an input: `wanted` itself for a single file, else inside the folder `wanted`.

    A pattern means a folder, however many files it matches. Inside a folder a result is called as its input;
    `suffix` replaces the ending.
    """
    several = len(inputs) > 1 or any(_is_pattern(each) for each in patterns)
    is_folder = wanted.endswith("/") or Path(wanted).is_dir()
    if not wanted:
        raise pa.InvalidArgument("An empty name is no place for results: name a file or a folder.")
    if not several and not is_folder:
        outputs = [Path(wanted)]
    elif not is_folder and wanted.lower().endswith((*_SUFFIXES, ".png")):
        raise pa.InvalidArgument(
            f"{wanted} is the name of one file, but a pattern or several images need a folder to go to."
        )
    elif Path(wanted).exists() and not Path(wanted).is_dir():
        raise pa.InvalidArgument(f"{wanted} is a file: several images need a folder to go to.")
    else:
        outputs = [Path(wanted) / (_stem(path) + (suffix or _suffix(path))) for path in inputs]
    twice = {path for path in outputs if outputs.count(path) > 1}
    if twice:
        raise pa.InvalidArgument(
            f"Several inputs would be written to {min(twice)}: restore them into different folders."
        )
    return outputs


def _is_pattern(text: str) -> bool:
    return glob.has_magic(text) and not Path(text).exists()


def require_writable(outputs: list[Path]) -> None:
    """Refuse to replace what is marked as not to be written to."""
    for path in outputs:
        if path.exists() and not (os.access(path, os.W_OK) and path.stat().st_mode & 0o222):
            raise pa.InvalidArgument(f"{path} is there and read-only: give the result another name.")


def forbid_overwriting(inputs: list[Path], outputs: list[Path]) -> None:
    """Refuse to write over what is read."""
    read = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in read:
            raise pa.InvalidArgument(f"{path} is read in this run: give the result another name or folder.")


@contextmanager
def folders_for(outputs: list[Path], wanted: str) -> Iterator[None]:
    """Make the folder that results go to, if it was named as one; never the folder of a single file.

    What is still empty afterwards is taken away again.
    """
    made: list[Path] = []
    try:
        if outputs and outputs[0] != Path(wanted):
            made = [each for each in (Path(wanted), *Path(wanted).parents) if not each.exists()]
            _make(wanted)
        yield
    finally:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


def _make(wanted: str) -> None:
    try:
        Path(wanted).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pa.InvalidArgument(f"The folder {wanted} cannot be made: {error.strerror}.") from error


def _suffix(path: Path) -> str:
    known = next((suffix for suffix in _SUFFIXES if path.name.lower().endswith(suffix)), "")
    return path.name[len(path.name) - len(known) :] if known else ".tif"


def _stem(path: Path) -> str:
    known = next((suffix for suffix in _SUFFIXES if path.name.lower().endswith(suffix)), "")
    return path.name[: len(path.name) - len(known)]
