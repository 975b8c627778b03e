"""Makes the package usable with the Python that runs this: its module is compiled here where it must be."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checking import contents, node
from checking.running import Run

_SOURCES = contents.ROOT / "source"
_FLAGS = [
    "-std=c++20",
    "-O2",
    "-DNDEBUG",
    "-DFMT_SHARED",
    "-fPIC",
    "-fvisibility=hidden",
    "-ffp-contract=off",
]
_COMPILER = os.environ.get("CXX", "g++").split()
_COMPILE_S = 600
_OLDEST = (3, 10)


def python_path() -> list[Path]:
    """What goes onto the module path: with the bundle's NumPy where this Python has none of its own."""
    numpy = own_numpy()
    has_none = importlib.util.find_spec("numpy") is None
    return [contents.PYTHON, contents.NEEDS] + ([numpy] if numpy and has_none else [])


def own_numpy() -> Path | None:
    """The NumPy that the bundle carries, if it is one for this Python."""
    folder = contents.PYTHON / f"numpy_{sys.implementation.cache_tag}"
    return folder if folder.is_dir() else None


def module() -> Path:
    """Where this Python looks for the compiled half of the package."""
    return contents.PYTHON / "planapo" / f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"


def prepare(run: Run) -> str:
    """Make the package usable, once; why it is not, or nothing."""
    if run.python is None:
        run.python = _obstacle() or ("" if module().exists() else _compile(run)) or _import(run)
    return run.python


def _obstacle() -> str:
    if sys.version_info < _OLDEST:
        return f"planapo needs Python 3.10 or newer, and this is {sys.version.split()[0]}"
    if importlib.util.find_spec("numpy") is None and own_numpy() is None:
        return f"{sys.executable} has no NumPy"
    if module().exists():
        return ""
    need = (
        f"the module was not built for {sys.implementation.cache_tag} and would have to be compiled here, but"
    )
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return f"{need} Python.h is not here"
    if shutil.which(_COMPILER[0]) is None:
        return f"{need} there is no {_COMPILER[0]}"
    if not os.access(module().parent, os.W_OK):
        return f"{need} {module().parent} cannot be written"
    return ""


def _compile(run: Run) -> str:
    """Compile the bindings, all files side by side, and link them; what went wrong, or nothing."""
    includes = [_SOURCES / "include", _SOURCES / "src", Path(sysconfig.get_path("include"))]
    flags = _FLAGS + [f"-I{folder}" for folder in includes]
    folder = run.out / "logs" / "module"
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((_SOURCES / "python" / "bindings").glob("*.cpp"))
    objects = [str(folder / f"{source.stem}.o") for source in sources]

    def compile_one(source: Path, target: str) -> str:
        ended = run.program([*_COMPILER, *flags, "-c", str(source), "-o", target], f"module/{source.stem}")
        return "" if ended.code == 0 else f"{source.name} does not compile here: {ended.last_words()}"

    pool = ThreadPoolExecutor(node.cores())
    try:
        problems = [problem for problem in pool.map(compile_one, sources, objects) if problem]
    finally:
        pool.shutdown(cancel_futures=True)
    if problems:
        return problems[0]
    libraries = sorted(contents.LIBRARIES.glob("libplanapo.so.*")) + sorted(
        contents.LIBRARIES.glob("libfmt.so.*")
    )
    new = module().with_suffix(".new")
    command = [*_COMPILER, "-shared", *objects, *map(str, libraries), "-o", str(new)]
    command += ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/../../lib"]
    ended = run.program(command, "module/link")
    if ended.code != 0:
        return f"the module cannot be linked here: {ended.last_words()}"
    new.replace(module())
    return ""


def _import(run: Run) -> str:
    command = [sys.executable, "-B", "-c", "import planapo; print(planapo.devices())"]
    ended = run.program(command, "import", environment=contents.environment(python_path()))
    return "" if ended.code == 0 else f"the package cannot be imported: {ended.last_words(3)}"


def main() -> None:
    """Compile the module for this Python, whether or not it has NumPy: `python -m checking.python_module`."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run(out=Path(folder), deadline=time.monotonic() + _COMPILE_S)
        sys.exit(_compile(run) or None)


if __name__ == "__main__":
    main()
