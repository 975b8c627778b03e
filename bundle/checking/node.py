"""What this machine has: a card, CUDA's libraries and programs, versions."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

_TOOLKITS = ("/usr/local/cuda", "/opt/cuda", "/usr/lib/cuda")
_SYSTEM = ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib")
_ASK_VERSION = """
import ctypes, sys
library, function = ctypes.CDLL(sys.argv[1]), sys.argv[2]
if function == "cufftGetVersion":
    number = ctypes.c_int()
    library.cufftGetVersion(ctypes.byref(number))
    print(number.value)
else:
    library[function].restype = ctypes.c_size_t
    print(library[function]())
"""


def card() -> dict[str, str]:
    """Name, driver and memory of the first card, as nvidia-smi tells them; empty without one."""
    told = output_of("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
    facts = [fact.strip() for fact in told.split("\n")[0].split(",")]
    return dict(zip(("card", "driver", "memory"), facts)) if len(facts) == 3 else {}


def toolkits() -> list[Path]:
    """CUDA toolkits: the one that the environment names first, then the usual places, newest first."""
    named = [os.environ[name] for name in ("CUDA_HOME", "CUDA_PATH", "CUDA_ROOT") if os.environ.get(name)]
    numbered = sorted(Path("/usr/local").glob("cuda-*"), reverse=True)
    folders = [Path(folder) for folder in (*named, *_TOOLKITS)] + numbered
    return [folder for folder in folders if folder.is_dir()]


def wheels() -> list[Path]:
    """The library folders of NVIDIA's own wheels in the Python that runs this."""
    packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *sys.path}
    found = [folder for package in packages if package for folder in Path(package).glob("nvidia/*/lib")]
    return sorted(set(found))


def library_folders() -> list[Path]:
    """Where CUDA's libraries may lie, in the order of preference."""
    named = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if folder]
    in_toolkits = [toolkit / lib for toolkit in toolkits() for lib in ("lib64", "lib")]
    return [Path(folder) for folder in named] + wheels() + in_toolkits + [Path(folder) for folder in _SYSTEM]


def find_library(name: str) -> Path | None:
    """The first file called `name`, where CUDA's libraries may lie."""
    candidates = (folder / name for folder in library_folders())
    return next((path for path in candidates if path.exists()), None)


def folders_with(names: list[str]) -> list[Path]:
    """The folders that must be named to the loader for it to find these libraries: not the system's own."""
    found = [path.parent for path in map(find_library, names) if path]
    return list(dict.fromkeys(folder for folder in found if str(folder) not in _SYSTEM))


def find_program(name: str) -> str | None:
    """A program of CUDA's, on PATH or in a toolkit."""
    folders = [str(toolkit / "bin") for toolkit in toolkits()] + [
        str(toolkit / name) for toolkit in toolkits() if (toolkit / name).is_dir()
    ]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))


def has_compiler_runtime() -> bool:
    """Whether this machine has a libstdc++ of its own: other modules here may need it rather than ours."""
    return any((Path(folder) / "libstdc++.so.6").exists() for folder in _SYSTEM)


def cores() -> int:
    return len(os.sched_getaffinity(0))


def versions(cuda_libraries: list[str]) -> dict[str, str]:
    """Versions of what planapo meets here."""
    found = {
        "python": platform.python_version(),
        "glibc": platform.libc_ver()[1],
        "system": platform.platform(),
        "processor": _processor(),
        "cores": str(cores()),
    }
    for package in ("numpy", "cupy", "torch"):
        told = output_of(sys.executable, "-c", f"import importlib.metadata as m; {_version_of(package)}")
        found[package] = told.strip()
    functions = {"libcufft": "cufftGetVersion", "libcudnn": "cudnnGetVersion"}
    for name in (*cuda_libraries, "libcudnn.so.9"):
        stem = name.split(".")[0]
        path = find_library(name)
        if path and stem in functions:
            told = output_of(sys.executable, "-c", _ASK_VERSION, str(path), functions[stem])
            found[stem] = f"{told.strip()} ({path})"
    return {name: version for name, version in found.items() if version}


def output_of(*command: str) -> str:
    """What a program prints within a minute; empty if it is not there, fails or takes longer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _version_of(package: str) -> str:
    """CuPy's package has the CUDA version in its name."""
    return (
        f"print(next((d.version for d in m.distributions() if (d.metadata['Name'] or '').lower()"
        f".split('-cuda')[0] == {package!r}), ''))"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
