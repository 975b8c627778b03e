"""The examples run as they stand, do what they say, and stay short."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SHORT = [*EXAMPLES.glob("cpp/*.cpp"), *EXAMPLES.glob("python/*.py"), *EXAMPLES.glob("notebooks/*.ipynb")]
VOXEL_UM, BEAD_VOXEL_UM = (0.2, 0.1, 0.1), (0.1, 0.1, 0.1)
FWHM_UM, OFFSET = (0.8, 0.3, 0.3), 100.0


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A recorded stack, a time series and a bead, as files; the bead on voxels of its own."""
    folder = tmp_path_factory.mktemp("recorded")
    truth = pa.phantoms.beads((24, 48, 48), radius_um=0.1, count=6, distance_um=1.5, voxel_um=VOXEL_UM)
    blurred = pa.phantoms.blur(truth, pa.psf.gaussian(FWHM_UM, voxel_um=VOXEL_UM))
    series = np.stack([pa.phantoms.noise(blurred, photons=500, offset=OFFSET, seed=t) for t in range(3)])
    bead = pa.phantoms.noise(pa.psf.gaussian(FWHM_UM, voxel_um=BEAD_VOXEL_UM), photons=1e5, offset=OFFSET)
    pa.imwrite(folder / "stack.tif", series[0], voxel_um=VOXEL_UM, dtype="uint16")
    pa.imwrite(folder / "series.tif", series, axes="TZYX", voxel_um=VOXEL_UM, time_step_s=2.5, dtype="uint16")
    pa.imwrite(folder / "bead.tif", bead, voxel_um=BEAD_VOXEL_UM)
    return folder


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_restored(before, after):
    """The brightest bead stays in its place, narrower by a tenth at least: any deconvolution does that."""
    place = np.unravel_index(np.argmax(before), before.shape)
    box = tuple(slice(max(0, i - 4), i + 5) for i in place)
    widths = [np.array(pa.metrics.fwhm(volume[box], voxel_um=VOXEL_UM)) for volume in (before, after)]
    assert (widths[1] < 0.9 * widths[0]).all()
    shape = before[box].shape
    peaks = [np.array(np.unravel_index(np.argmax(volume[box]), shape)) for volume in (before, after)]
    assert (np.abs(peaks[1] - peaks[0]) <= 1).all()


def test_deconvolve_stack(files, tmp_path):
    result = tmp_path / "restored.tif"
    script = EXAMPLES / "python" / "deconvolve_stack.py"
    said = run(sys.executable, script, files / "stack.tif", files / "bead.tif", result, 100)
    assert "resampled" in said and "iteration 1 of" in said
    restored = pa.imread(result)
    assert restored.dtype == np.float32 and restored.voxel_um == pytest.approx(VOXEL_UM)
    assert_restored(pa.imread(files / "stack.tif"), restored)


def test_time_series(files, tmp_path):
    result = tmp_path / "restored.tif"
    script = EXAMPLES / "python" / "time_series.py"
    said = run(sys.executable, script, files / "series.tif", files / "bead.tif", result, 100)
    assert said.startswith("3 time points")
    series, restored = pa.imread(files / "series.tif"), pa.imread(result)
    assert restored.axes == "TZYX" and restored.time_step_s == pytest.approx(2.5)
    assert json.loads(restored.provenance)["input"]["file"] == "series.tif"
    for before, after in zip(np.asarray(series), np.asarray(restored)):
        assert_restored(before, after)


@pytest.mark.parametrize("axes", ["ZYX", "TCZYX"])
def test_time_series_of_one_channel_only(files, tmp_path, axes):
    pa.imwrite(tmp_path / "other.tif", np.ones((2,) * len(axes), np.float32), axes=axes)
    script = EXAMPLES / "python" / "time_series.py"
    command = [
        sys.executable,
        script,
        tmp_path / "other.tif",
        files / "bead.tif",
        tmp_path / "out.tif",
        "100",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f'other.tif has the axes "{axes}": this example needs "TZYX"' in done.stderr


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("python/*.py")), ids=lambda path: path.name)
def test_no_arguments_no_traceback(script):
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == 1 and f"{script.name} " in done.stderr and "Traceback" not in done.stderr


def test_cpp(files, tmp_path):
    """Built as its user would: against an installed planapo, found by find_package."""
    build = Path(pa.__file__).parents[2]
    if not (build / "CMakeCache.txt").exists() or not shutil.which("cmake"):
        pytest.skip("planapo was not imported from a build tree, so there is no C++ tree to install")
    installed = tmp_path / "installed"
    run("cmake", "--install", build, "--prefix", installed)
    run("cmake", "-S", EXAMPLES / "cpp", "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", tmp_path / "build")
    program, result = tmp_path / "build" / "deconvolve_tiff", tmp_path / "restored.tif"
    said = run(program, files / "stack.tif", files / "bead.tif", result, 100)
    assert "restored in" in said and "\r" not in said and "\niteration 1 of at most" in said
    restored = pa.imread(result)
    assert restored.voxel_um == pytest.approx(VOXEL_UM)
    assert_restored(pa.imread(files / "stack.tif"), restored)

    command = [program, "none.tif", files / "bead.tif", result, "100"]
    missing = subprocess.run(command, capture_output=True, text=True)
    assert missing.returncode == 1 and "none.tif" in missing.stderr


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("notebooks/*.ipynb")), ids=lambda path: path.name)
def test_notebook(path, monkeypatch):
    """The code cells run in order; each ends in nothing or in an expression, as plain Python has it too."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 3
    names = {}
    for number, text in enumerate(code):
        exec(compile(text, f"{path.name}, code cell {number}", "exec"), names)
    assert names["after"] < 0.9 * names["before"]
    assert not any(cell.get("outputs") for cell in cells), "Notebooks are kept without their outputs."


@pytest.mark.parametrize("path", SHORT, ids=lambda path: path.name)
def test_is_short(path):
    text = path.read_text()
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    assert len(text.splitlines()) < 60
    assert str(Path.home()) + os.sep not in text
