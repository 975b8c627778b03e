"""The loops that planapo is timed beside on a GPU: the same arithmetic, tried here on the host."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch):
    """The modules of bench/, which import each other by name."""
    monkeypatch.syspath_prepend(str(BENCH))
    import array_loop
    import gpu

    return array_loop, gpu


def agrees(library, bench, scene):
    array_loop, gpu = bench
    image, psf = np.pad(scene[0], 4, mode="reflect"), scene[1]  # a PSF larger than the image is not for loops
    iterations = 10
    looped = gpu.on_host(array_loop.on(library)(image, psf, iterations)())
    restored = pa.deconvolve(
        image,
        psf,
        method="matched",
        iterations=iterations,
        boundary="wrap",
        device="cpu",
        floor=array_loop.FLOOR,
    )
    assert looped.dtype == np.float32
    # Ten iterations of float32 transforms by two libraries.
    np.testing.assert_allclose(looped, restored, atol=1e-5 * restored.max())


def test_the_loop_over_numpy_is_planapos_iteration(bench, scene):
    agrees(bench[0].numpy_library, bench, scene)


def test_the_loop_over_pytorch_is_planapos_iteration(bench, scene):
    pytest.importorskip("torch")
    agrees(partial(bench[0].torch_library, "cpu"), bench, scene)


def test_the_image_around_which_planapo_mirrors_fills_the_same_grid(bench):
    _, gpu = bench
    image, psf = gpu.job(64)
    mirroring = pa.Deconvolver(psf, boundary="mirror", device="cpu")
    inside = 64 - 2 * (gpu.PSF_WIDTH // 2)
    assert image.shape == (64, 64, 64) and image.dtype == psf.dtype == np.float32
    assert tuple(mirroring.plan((inside,) * 3).grid) == (64, 64, 64)


def test_the_comparison_from_end_to_end(tmp_path, environment):
    out = tmp_path / "figures.json"
    command = [sys.executable, "-B", BENCH / "gpu.py", "--device", "cpu", "--json", out]
    command += ["--size", "48", "--iterations", "3", "--repeats", "1"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "planapo, wrap" in done.stdout and "loop over NumPy" in done.stdout
    tools = json.loads(out.read_text())["tools"]
    assert tools["planapo, wrap"]["ratio"] == 1 and tools["loop over NumPy"]["difference"] < 1e-5
    assert (
        "difference" not in tools["planapo, mirror"] and tools["planapo, mirror"]["iteration_minimum_ms"] > 0
    )


def test_where_there_is_no_card_the_comparison_says_why(environment):
    if any(device.available for device in pa.devices() if device.name.startswith("cuda")):
        pytest.skip("this machine has a card")
    command = [sys.executable, "-B", BENCH / "gpu.py"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "cuda:0 cannot be used: " in done.stderr
