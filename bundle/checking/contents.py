"""What this bundle holds, and the environment in which its programs find their libraries."""

from __future__ import annotations

import json
import os
from pathlib import Path

from checking import node

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS, LIBRARIES, PYTHON = ROOT / "bin", ROOT / "lib", ROOT / "python"
NEEDS = PYTHON / "needs"  # typer, rich and what they need
_COMPILER = LIBRARIES / "compiler"  # libstdc++ and libgcc_s, for a machine that has none


def manifest() -> dict:
    """What tools/bundle wrote down: versions, and the CUDA libraries that the plugin asks for."""
    return json.loads((ROOT / "contents.json").read_text(encoding="utf-8"))


def has_plugin() -> bool:
    """Whether the bundle was made where there was a CUDA compiler."""
    return "libplanapo_cuda.so" in manifest()["libraries"]


def environment(python_path: list[Path] | None = None) -> dict[str, str]:
    """This process's environment, with the CUDA libraries in LD_LIBRARY_PATH."""
    variables = dict(os.environ)
    variables.pop("PLANAPO_PLUGIN_PATH", None)  # the bundle's own plugin is meant
    folders = [str(folder) for folder in node.folders_with(manifest()["cuda_libraries"])]
    if not node.has_compiler_runtime():
        folders.append(str(_COMPILER))
    _append(variables, "LD_LIBRARY_PATH", folders)
    variables.pop("PYTHONPATH", None)
    if python_path is None:
        _append(variables, "PYTHONPATH", _callers_python_path())
    else:
        _append(variables, "PYTHONPATH", [str(folder) for folder in python_path] + _callers_python_path())
    return variables


def _callers_python_path() -> list[str]:
    """PYTHONPATH as it was before the wrapper put the bundle's own folder in front."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [folder for folder in given if folder and Path(folder) != ROOT]


def _append(variables: dict[str, str], name: str, folders: list[str]) -> None:
    known = [folder for folder in variables.get(name, "").split(os.pathsep) if folder]
    together = known + [folder for folder in folders if folder not in known]
    if together:
        variables[name] = os.pathsep.join(together)
