"""Fetches the recordings that the demo restores, from packages that others published, into a cache folder.

pip is the client, so whatever index, proxy and certificates it is set up with are used. A package is checked
against its sha256 before it is opened, is never installed, and none of its code is run; of its files only the
images are kept, each checked against its own sha256.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO


class Unreachable(Exception):
    """The package could not be had; the sentence says why."""


@dataclass(frozen=True)
class Package:
    """A released file of a Python package and the images wanted from it.

    Attributes
    ----------
    name, version, sha256 : str
        What pip is asked for: exactly this file.
    kind : {"source", "wheel"}
        Which of a release's files holds the images.
    megabytes : int
        Size of the download.
    images : dict of str to str
        Path inside the package -> sha256.
    """

    name: str
    version: str
    sha256: str
    kind: str
    megabytes: int
    images: dict[str, str]

    @property
    def folder(self) -> Path:
        """Where the images are kept."""
        root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(root) / "planapo" / "demo" / f"{self.name}-{self.version}"

    def is_here(self) -> bool:
        """Whether every image lies in the cache, whole."""
        kept = {self.folder / short_path(path): sha256 for path, sha256 in self.images.items()}
        return all(path.is_file() and _sha256(path.read_bytes()) == sha256 for path, sha256 in kept.items())


CELL = Package(  # MIT
    name="pycudadecon",
    version="0.5.1",
    sha256="244a2d0fe3d663aca4c9ded6e51eb39dc9610b9f3a0546fafb9eb9c9595da048",
    kind="source",
    megabytes=52,
    images={
        "tests/test_data/im_deskewed.tif": "22c1e1989223fa67b81ca8e69f1e67683a8d3822d1aca5a86098307ced616e96",
        "tests/test_data/im_raw.tif": "be2c6fa673e6321353b0f485040ec8b53932e8ea2e1eee0f0ffc926f24b6b6fd",
        "tests/test_data/psf.tif": "2905329a053d69631112bedbecb3a8fa35b1a90341591d23d81721be2dc1926c",
    },
)
_SETS = "flowdec/datasets"
BARS = Package(  # Apache-2.0
    name="flowdec",
    version="1.1.0",
    sha256="62c4f338848fcc0acfdda04ecd1c941542a7a235a69bc67109236bafb985c88a",
    kind="wheel",
    megabytes=4,
    images={
        f"{_SETS}/bars-25pct/actual.tif": "73167e64c704baf614ce10e5a46afdbe57dce845bd074f26c6046eb2cfd80f4f",
        f"{_SETS}/bars-25pct/data.tif": "5ababd03633dfe0e0e1baac57b918c5aa8869745139adb9e938a08ea6f6888f7",
        f"{_SETS}/bars-25pct/kernel.tif": "c7d84cc51e2c327bcde201cd91f339b1ec6971166204a57c356b8c440f529472",
        f"{_SETS}/bead-25pct/data.tif": "cd94cd1969c930912111ff819f64e54db0b87251f729685eaf77888b070d9c18",
        f"{_SETS}/bead-25pct/kernel.tif": "54e71b6bb16a70904d1298b9d59ccf1e201317d587a42b39d8aafc1e4205abb6",
    },
)


def fetch(package: Package) -> Path:
    """Return the folder that holds the images of `package`, downloading them unless they lie there already.

    Raises
    ------
    Unreachable
        If pip cannot download the package, or what it brings is not what is expected.
    """
    if package.is_here():
        return package.folder
    package.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=package.folder, prefix="partial-") as partial:
        archive = _download(package, Path(partial))
        for path, data in _members(archive):
            if path in package.images:
                _keep(package, path, data.read(), Path(partial))
    if not package.is_here():
        raise Unreachable(f"The package {package.name} {package.version} lacks images that it should hold.")
    return package.folder


def _download(package: Package, folder: Path) -> Path:
    """Have pip download the one file whose sha256 is known."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    binary = "--no-binary" if package.kind == "source" else "--only-binary"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--retries=1", "--no-deps"]
    command += [binary, package.name, "--no-build-isolation", "--require-hashes"]
    command += ["--dest", folder / "pip", "--requirement", wanted]
    environment = {**os.environ, "PYTHONPATH": str(_metadata_only_backend(package, folder / "backend"))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    files = list((folder / "pip").glob("*"))
    if done.returncode != 0 or len(files) != 1:
        why = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise Unreachable(f"pip could not download {package.name} {package.version} ({why[0]}).")
    return files[0]


def _metadata_only_backend(package: Package, folder: Path) -> Path:
    """Write a stand-in for the build backend of the source distribution.

    pip asks a source distribution for its metadata even when it only downloads it. This answers without
    running anything of the package, and without downloading the tools that would build it.
    """
    module = folder / "hatchling" / "build.py"
    module.parent.mkdir(parents=True)
    (module.parent / "__init__.py").touch()
    info = f"{package.name}-{package.version}.dist-info"
    module.write_text(
        "import pathlib\n"
        "def prepare_metadata_for_build_wheel(folder, config_settings=None):\n"
        f"    info = pathlib.Path(folder, {info!r})\n"
        "    info.mkdir()\n"
        "    (info / 'METADATA').write_bytes(pathlib.Path('PKG-INFO').read_bytes())\n"
        "    return info.name\n"
    )
    return folder


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield each file of a package, its path without the folder around a source distribution."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield name, wheel.open(name)
        return
    with tarfile.open(archive) as source:
        for member in source:
            if member.isfile():
                yield member.name.partition("/")[2], source.extractfile(member)


def _keep(package: Package, path: str, data: bytes, partial: Path) -> None:
    """Give an image its name in the cache once it is whole and right."""
    if _sha256(data) != package.images[path]:
        raise Unreachable(f"{path} of {package.name} {package.version} is not the image that it was.")
    kept = package.folder / short_path(path)
    kept.parent.mkdir(exist_ok=True)
    (partial / "image").write_bytes(data)
    (partial / "image").replace(kept)


def short_path(path: str) -> Path:
    """Where an image lies in the cache: its folder's name and its own."""
    return Path(*Path(path).parts[-2:])


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
