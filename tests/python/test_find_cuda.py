"""tools/find_cuda: which nvcc builds the plugin, and where it comes from where there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "find_cuda"
# What pip leaves of NVIDIA's packages, as far as the script looks: the last argument but two is the target.
PIP = """#!/bin/bash
echo "$@" >>"$(dirname "$0")/asked"
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/nvidia/cu13/bin" "$2/nvidia/cu13/lib"
touch "$2/nvidia/cu13/bin/nvcc" "$2/nvidia/cu13/lib/libcufft.so.12"
"""
NO_PIP = "#!/bin/bash\necho 'WARNING: retrying'; echo 'ERROR: no package index can be reached'; exit 1\n"


class Project:
    """A folder with nothing but the script and a virtual environment whose pip is `pip`."""

    def __init__(self, folder: Path, pip: str = PIP, driver: bool = False) -> None:
        self.folder = folder
        (folder / "tools").mkdir()
        shutil.copy(SCRIPT, folder / "tools")
        self.program("build/venv/bin/pip", pip)
        self.program("build/venv/bin/python", f"#!/bin/bash\nexit {0 if driver else 1}\n")

    def program(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def nvcc(self, release: str) -> str:
        said = f"#!/bin/bash\necho 'Cuda compilation tools, release {release}, V{release}'\n"
        return str(self.program(f"toolkit-{release}/bin/nvcc", said))

    def find(self, asked: str = "auto", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "tools/find_cuda"],
            env={"PATH": "/usr/bin:/bin", "CUDA_PATH": "/nowhere", "PLANAPO_CUDA": asked, **environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def chosen(self) -> str:
        return (self.folder / "build/cuda.cmake").read_text()

    @property
    def downloads(self) -> int:
        asked = self.folder / "build/venv/bin/asked"
        return len(asked.read_text().splitlines()) if asked.exists() else 0


@pytest.fixture(autouse=True)
def machine_without_cuda() -> None:
    if Path("/proc/driver/nvidia/version").exists() or any(
        Path(folder, "nvcc").exists() for folder in ("/usr/bin", "/bin")
    ):
        pytest.skip("this machine has a driver or an nvcc where the tests must have none")


def test_a_toolkit_is_taken_and_an_old_one_is_not(tmp_path: Path) -> None:
    project = Project(tmp_path)
    new, old = project.nvcc("13.1"), project.nvcc("12.9")
    assert project.find(CUDACXX=new).returncode == 0
    assert new in project.chosen
    assert project.find(CUDACXX=old, CUDA_PATH=str(Path(new).parents[1])).returncode == 0
    assert new in project.chosen
    assert project.find(CUDACXX=old).returncode == 0
    assert "CMAKE_CUDA_COMPILER" not in project.chosen


def test_nothing_is_fetched_without_a_driver(tmp_path: Path) -> None:
    project = Project(tmp_path)
    done = project.find()
    assert (done.returncode, done.stderr, project.downloads) == (0, "", 0)
    assert "CMAKE_CUDA_COMPILER" not in project.chosen


@pytest.mark.parametrize("asked, driver", [("auto", True), ("wheels", False)])
def test_packages_are_fetched_once(tmp_path: Path, asked: str, driver: bool) -> None:
    project = Project(tmp_path, driver=driver)
    for _ in range(2):
        assert project.find(asked).returncode == 0
    assert project.downloads == 1
    assert str(tmp_path / "build/cuda/nvidia/cu13/bin/nvcc") in project.chosen
    # Names that CMake looks for.
    assert (tmp_path / "build/cuda/nvidia/cu13/lib64/libcufft.so").exists()


def test_without_a_package_index_the_build_is_for_the_cpu_or_fails_as_asked(tmp_path: Path) -> None:
    project = Project(tmp_path, NO_PIP, driver=True)
    done = project.find()
    assert done.returncode == 0
    assert "no package index can be reached" in done.stdout and "serves the CPU only" in done.stdout
    assert "CMAKE_CUDA_COMPILER" not in project.chosen
    done = project.find("wheels")
    assert done.returncode == 1
    assert "no package index can be reached" in done.stderr
    assert not (tmp_path / "build/cuda").exists()


def test_off_is_off_and_what_the_former_choice_built_goes(tmp_path: Path) -> None:
    project = Project(tmp_path, driver=True)
    project.find("wheels")
    plugin = project.program("build/release/lib/libplanapo_cuda.so", "")
    assert project.find("wheels").returncode == 0
    assert plugin.exists()
    assert project.find("off").returncode == 0
    assert "PLANAPO_BUILD_CUDA OFF" in project.chosen
    assert not plugin.exists()


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for asked, sentence in (
        ("toolkit", "there is no nvcc of CUDA 13"),
        ("gpu", "PLANAPO_CUDA=gpu is not understood"),
    ):
        done = project.find(asked)
        assert done.returncode == 1
        assert sentence in done.stderr
