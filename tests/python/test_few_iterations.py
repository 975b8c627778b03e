"""What a few iterations reach with alpha and beta by the image's noise; and a warning of too many."""

from __future__ import annotations

import warnings
from itertools import islice

import numpy as np
import planapo as pa
import pytest
from richardson_lucy import estimates

pytestmark = pytest.mark.filterwarnings("ignore::planapo.PlanapoWarning")

FIXED = dict(method="wiener-butterworth", alpha=0.01, beta=0.1)


@pytest.fixture(scope="module")
def bars(data_folder):
    return [
        pa.imread(data_folder / "deconvolution" / f"bars_{name}.tif") for name in ("blurred", "psf", "truth")
    ]


@pytest.fixture(scope="module")
def lattice(data_folder):
    measured = pa.imread(data_folder / "deconvolution" / "lattice_lightsheet_psf.tif")
    psf, _ = pa.psf.prepare(measured, psf_voxel_um=0.1)
    truth = pa.phantoms.filaments((32, 64, 64), radius_um=0.05, count=12, voxel_um=0.1, seed=3)
    return pa.phantoms.blur(truth, psf), psf, truth


def nrmse(image, psf, truth, iterations, **options) -> float:
    return pa.metrics.nrmse(pa.deconvolve(image, psf, iterations=iterations, device="cpu", **options), truth)


def test_one_iteration_on_bars_is_worth_twenty_matched(bars):
    matched, fixed = nrmse(*bars, 20, method="matched"), nrmse(*bars, 2, **FIXED)

    for method in ("wiener-butterworth", "omw", "wiener"):
        assert nrmse(*bars, 1, method=method) < min(matched, fixed)


@pytest.mark.parametrize("photons", [300, 10000])
def test_two_iterations_on_filaments_are_worth_twenty_matched(lattice, photons):
    blurred, psf, truth = lattice
    image = pa.phantoms.noise(blurred, photons=photons, seed=1)
    matched = nrmse(image, psf, truth, 20, method="matched")

    for method in ("omw", "wiener"):
        assert nrmse(image, psf, truth, 2, method=method) <= matched


def sheared(volume: np.ndarray, px_per_plane: int) -> np.ndarray:
    """As a stage that moves obliquely records it: each plane lies farther along x than the one before."""
    middle = len(volume) // 2
    wide = np.pad(volume, ((0, 0), (0, 0), (px_per_plane * (middle + 1),) * 2))
    return np.stack([np.roll(plane, px_per_plane * (z - middle), -1) for z, plane in enumerate(wide)])


def test_skewed_recordings_are_restored_as_well(lattice):
    _, psf, truth = lattice
    errors = []
    for px_per_plane in (0, 2):
        skewed, skewed_psf = sheared(truth, px_per_plane), sheared(np.asarray(psf), px_per_plane)
        image = pa.phantoms.noise(pa.phantoms.blur(skewed, skewed_psf), photons=300, seed=1)
        errors.append(nrmse(image, skewed_psf, skewed, 2, method="omw"))

    assert errors[1] == pytest.approx(errors[0], abs=0.01)  # the noise is another


@pytest.mark.parametrize("photons", [10, 100, 1000])
@pytest.mark.parametrize("iterations", [1, 2])
def test_chosen_values_are_no_worse_than_fixed_ones(lattice, photons, iterations):
    blurred, psf, truth = lattice
    image = pa.phantoms.noise(blurred, photons=photons, seed=1)
    fixed = nrmse(image, psf, truth, iterations, **FIXED)

    for method in ("wiener-butterworth", "omw"):
        assert nrmse(image, psf, truth, iterations, method=method) < fixed


@pytest.mark.parametrize("photons", [10, 100, 1000])
def test_left_to_itself_it_does_not_diverge(lattice, photons):
    blurred, psf, truth = lattice
    image = pa.phantoms.noise(blurred, photons=photons, seed=1)

    stopped = nrmse(image, psf, truth, None, method="omw")

    assert stopped < 1.01 * min(nrmse(image, psf, truth, n, method="omw") for n in (1, 2))


def test_one_iteration_on_a_bead_is_as_sharp_as_twenty_matched(data_folder):
    raw, psf = (pa.imread(data_folder / "deconvolution" / f"bead_{name}.tif") for name in ("raw", "psf"))
    once, matched = (
        pa.deconvolve(raw, psf, device="cpu", **options)
        for options in (dict(method="omw", iterations=1), dict(method="matched", iterations=20))
    )

    assert pa.metrics.fwhm(np.asarray(once))[0] < pa.metrics.fwhm(np.asarray(matched))[0]


def warnings_of(image, psf, **options) -> tuple[list[str], tuple[float, ...]]:
    deconvolver = pa.Deconvolver(psf, device="cpu", **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        deconvolver(image)
    return [w for w in deconvolver.report.warnings if "lowest after" in w], deconvolver.report.divergence


@pytest.mark.parametrize("method", ["wiener-butterworth", "omw"])
def test_too_many_iterations_are_told(scene, method):
    image, psf = scene
    said, divergence = warnings_of(image, psf, method=method, iterations=30, alpha=0.003, beta=0.8)

    best = 1 + int(np.argmin(divergence[1:]))
    assert best < 20 and len(said) == 1
    assert said[0].startswith(
        f"The I-divergence at the image's flux was lowest after {best} of the 30 iterations"
    )
    assert f"Ask for {best} iteration" in said[0]
    assert warnings_of(image, psf, method=method, iterations=best, alpha=0.003, beta=0.8)[0] == []


@pytest.mark.parametrize(
    "options",
    [dict(method="matched", iterations=30), dict(iterations=None), dict(iterations=30, background=3)],
    ids=["matched", "automatic", "background"],
)
def test_otherwise_nothing_is_told(scene, options):
    assert warnings_of(*scene, alpha=0.003, beta=0.8, **options)[0] == []


def test_divergence_is_told_at_the_image_s_flux(scene):
    image, psf = scene
    _, divergence = warnings_of(image, psf, iterations=5, alpha=0.01, beta=0.1)

    expected = [each for _, each in islice(estimates(image, psf, alpha=0.01, beta=0.1), 5)]
    np.testing.assert_allclose(np.multiply(divergence, image.size), expected, rtol=1e-4)  # float32 estimates
