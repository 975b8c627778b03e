"""The package itself: names, docstrings, stubs, what it tells the library about MKL."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import planapo as pa
import pytest
from planapo import _core, _libraries

PUBLIC = [getattr(pa, name) for name in pa.__all__ if callable(getattr(pa, name))]
FUNCTIONS = [
    *(member for member in PUBLIC if inspect.isfunction(member)),
    *(getattr(module, name) for module in (pa.psf, pa.metrics, pa.phantoms) for name in module.__all__),
]


def test_every_name_is_there_and_says_what_it_is():
    for member in PUBLIC:
        assert inspect.getdoc(member), member


@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS if inspect.isfunction(f)], ids=lambda f: f.__qualname__
)
def test_docstrings_are_complete(function):
    text = inspect.getdoc(function) or ""
    parameters = inspect.signature(function).parameters

    assert "Examples\n--------" in text
    assert not parameters or "Parameters\n----------" in text
    for name in parameters:
        assert name in text, f"{function.__qualname__} does not explain {name}"


def test_errors_are_python_s_own_kinds():
    assert issubclass(pa.InvalidArgument, ValueError)
    assert issubclass(pa.DeviceUnavailable, RuntimeError) and issubclass(pa.DeviceError, RuntimeError)
    assert issubclass(pa.OutOfMemory, MemoryError)
    assert not issubclass(pa.Cancelled, (ValueError, RuntimeError, MemoryError))
    assert pa.InvalidArgument.__module__ == "planapo"


def test_devices_say_what_they_are():
    cpu, *others = pa.devices()

    assert cpu.name == "cpu" and cpu.available and cpu.memory_bytes > 0
    assert repr(cpu).startswith("<cpu: ") and cpu.description in repr(cpu)
    for device in others:
        assert device.available or (device.remark and device.remark in repr(device))


def test_stubs_match_the_compiled_module(environment):
    pytest.importorskip("mypy", reason="mypy's stubtest compares the stubs with the module")

    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "planapo._core", "--ignore-missing-stub", "--concise"],
        capture_output=True, text=True, env=environment(MYPYPATH=str(Path(pa.__file__).parents[1])),
    )  # fmt: skip

    # What pybind11 makes of every class is no fault of the stubs: metaclass, __init__ where there is none.
    excused = ("metaclass differs", "__init__ is inconsistent, stub does not have *args")
    faults = [line for line in done.stdout.splitlines() if not any(words in line for words in excused)]
    assert not done.stderr and faults == []


def test_stubs_name_everything():
    import ast

    tree = ast.parse(Path(_core.__file__).with_name("_core.pyi").read_text())
    stubbed = {
        node.name: {
            member.name for member in getattr(node, "body", []) if isinstance(member, ast.FunctionDef)
        }
        | {member.target.id for member in getattr(node, "body", []) if isinstance(member, ast.AnnAssign)}
        for node in tree.body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }

    compiled = {name for name in vars(_core) if not name.startswith("_")}
    assert set(stubbed) == compiled
    for name in compiled:
        member = getattr(_core, name)
        if inspect.isclass(member) and not issubclass(member, BaseException):
            public = {each for each in vars(member) if not each.startswith("_")}
            assert stubbed[name] - {"__init__"} == public, name


def test_package_is_typed():
    assert Path(pa.__file__).with_name("py.typed").exists()


def test_mkl_s_folder_is_named_once(tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libmkl_rt.so.2").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PLANAPO_LIBRARY_PATH", "/somewhere")

    _libraries.announce()
    _libraries.announce()

    assert os.environ["PLANAPO_LIBRARY_PATH"] == f"{tmp_path / 'lib'}{os.pathsep}/somewhere"


def test_no_mkl_names_nothing(tmp_path, monkeypatch):
    def not_installed(name):
        raise _libraries.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(_libraries.metadata, "files", not_installed)
    monkeypatch.delenv("PLANAPO_LIBRARY_PATH", raising=False)

    _libraries.announce()

    assert "PLANAPO_LIBRARY_PATH" not in os.environ


@pytest.mark.parametrize("library", ["mkl", "fftw"])
def test_the_fft_library_in_use_is_told(library, environment):
    script = "import planapo as pa; print(pa.devices()[0].description)"

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(PLANAPO_FFT_LIBRARY=library),
    )

    if "no library" in done.stdout:
        pytest.skip(f"{library} is not installed here")
    assert library in done.stdout.lower()


def test_import_needs_numpy_only():
    """typer, rich and matplotlib are for those who ask for them."""
    script = "import sys, planapo; print(sorted({'typer', 'rich', 'matplotlib', 'scipy'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
