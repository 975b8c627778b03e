"""pa.psf: computed, prepared and measured PSFs as Python sees them."""

from __future__ import annotations

import math
import warnings

import numpy as np
import planapo as pa
import pytest


def gaussian_by_hand(n: int, fwhm: float) -> np.ndarray:
    """Shares of a Gaussian in n voxels around index n // 2."""
    sigma = fwhm / math.sqrt(8 * math.log(2))
    edges = np.arange(n + 1) - n // 2 - 0.5
    below = np.array([0.5 * (1 + math.erf(edge / (sigma * math.sqrt(2)))) for edge in edges])
    return np.diff(below) / (below[-1] - below[0])


@pytest.mark.parametrize("shape", [(9, 11, 13), (8, 10, 12)])
def test_gaussian_is_the_integral_over_voxels(shape):
    psf = pa.psf.gaussian((0.8, 0.3, 0.2), (0.2, 0.1, 0.1), shape=shape)

    z, y, x = (gaussian_by_hand(n, fwhm) for n, fwhm in zip(shape, (4, 3, 2)))
    assert isinstance(psf, pa.Image) and psf.voxel_um == (0.2, 0.1, 0.1) and psf.dtype == np.float32
    np.testing.assert_allclose(psf, z[:, None, None] * y[:, None] * x, atol=1e-7)  # float32


def test_gaussian_of_two_axes():
    psf = pa.psf.gaussian((4, 3))

    assert psf.ndim == 2 and psf.axes == "YX"
    np.testing.assert_allclose(psf.sum(), 1, atol=1e-6)  # float32
    np.testing.assert_allclose(pa.psf.fwhm(psf)[1], pa.psf.fwhm(pa.psf.gaussian((4, 4, 3)))[2], rtol=1e-3)


def test_fwhm_in_voxels_and_micrometres():
    psf = pa.psf.gaussian((10, 6, 6))

    assert pa.psf.fwhm(np.asarray(psf)) == pytest.approx(
        (10, 6, 6), rel=0.02
    )  # the voxel widens, lines interpolate
    assert pa.psf.fwhm(psf, voxel_um=(0.1, 0.2, 0.2)) == pytest.approx((1, 1.2, 1.2), rel=0.02)


def test_prepare_cleans_centres_and_resamples():
    clean = np.asarray(pa.psf.gaussian((8, 5, 5), shape=(61, 41, 41)))
    measured = 5000 * np.roll(clean, (3, -2), axis=(0, 1)) / clean.max() + 100

    psf, report = pa.psf.prepare(measured, psf_voxel_um=(0.1, 0.1, 0.1), voxel_um=(0.2, 0.1, 0.1))

    assert report.background == pytest.approx(100, abs=1)
    assert report.shift_px == pytest.approx((-3, 2, 0), abs=0.05)  # moved back
    assert psf.voxel_um == (0.2, 0.1, 0.1) and all(n % 2 for n in psf.shape)
    assert np.unravel_index(psf.argmax(), psf.shape) == tuple(n // 2 for n in psf.shape)
    np.testing.assert_allclose(psf.sum(), 1, atol=1e-5)
    assert report.fwhm_after_um == pytest.approx((0.8, 0.5, 0.5), rel=0.05)
    assert report.steps and all(step.endswith(".") for step in report.steps)


def test_tails_are_smoothed_unless_wanted_as_measured():
    noise = np.random.default_rng(3).normal(0, 1e-4, (31, 31, 31))
    measured = pa.psf.gaussian(3, shape=(31, 31, 31)) + noise
    corner = (slice(0, 6),) * 3  # nothing but noise
    smoothed, _ = pa.psf.prepare(measured, background=0, energy=1)
    kept, _ = pa.psf.prepare(measured, background=0, energy=1, tails="as-measured")
    assert smoothed[corner].std() < 0.5 * kept[corner].std()


def test_prepare_of_two_axes():
    measured = 1000 * np.asarray(pa.psf.gaussian((5, 5), shape=(31, 31))) + 10

    psf, _ = pa.psf.prepare(measured)

    assert psf.ndim == 2 and psf.voxel_um is None


def test_no_micrometres_where_nobody_knows_them():
    _, report = pa.psf.prepare(1000 * np.asarray(pa.psf.gaussian(5, shape=(31, 31, 31))) + 10)

    assert report.fwhm_before_um is None and report.fwhm_after_um is None
    assert " px before" in report.steps[-1] and not any(" um" in step for step in report.steps)


def test_one_unknown_voxel_size_warns():
    bead = np.asarray(pa.psf.gaussian(5, shape=(31, 31, 31)))
    for known, sentence in (
        ("voxel_um", "The PSF's voxel size is not known: .* the image's, 0.2 x 0.1 x 0.1 um"),
        ("psf_voxel_um", "The image's voxel size is not known: .* the PSF's"),
    ):
        with pytest.warns(pa.PlanapoWarning, match=sentence):
            pa.psf.prepare(bead, **{known: (0.2, 0.1, 0.1)})


def test_a_prepared_psf_is_not_advised_to_be_prepared(tmp_path):
    bead = np.asarray(pa.psf.gaussian((9, 5, 5), shape=(31, 25, 25)))
    psf, report = pa.psf.prepare(bead, energy=0.6)
    pa.imwrite(tmp_path / "psf.tif", psf)
    plans = [
        pa.Deconvolver(each, iterations=1, device="cpu") for each in (psf, pa.imread(tmp_path / "psf.tif"))
    ]
    image = np.ones((20, 20, 20))

    with pytest.warns(pa.PlanapoWarning, match="have the PSF prepared"):
        pa.deconvolve(image, np.asarray(psf), iterations=1, device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("error", pa.PlanapoWarning)
        for plan in plans:
            plan(image)
            assert plan.report.warnings == ()
    assert len(repr(report).splitlines()) > 12


def test_prepare_takes_voxels_from_the_image():
    measured = pa.psf.gaussian((0.8, 0.5, 0.5), (0.1, 0.1, 0.1))

    psf, _ = pa.psf.prepare(measured, voxel_um=(0.2, 0.1, 0.1), background=0)

    told, _ = pa.psf.prepare(np.asarray(measured), psf_voxel_um=0.1, voxel_um=(0.2, 0.1, 0.1), background=0)
    np.testing.assert_array_equal(psf, told)


BAD = {
    "constant": (lambda: pa.psf.prepare(np.ones((9, 9, 9))), r"\."),
    "nan": (lambda: pa.psf.prepare(np.full((9, 9, 9), np.nan)), "finite"),
    "centre": (lambda: pa.psf.prepare(np.ones((9, 9, 9)), centre="middle"), '"middle".*"peak"'),
    "tails": (lambda: pa.psf.prepare(pa.psf.gaussian(3), tails="cut"), '"cut".*"as-measured"'),
    "energy": (lambda: pa.psf.prepare(pa.psf.gaussian(3), energy=2), "nergy"),
    "background": (lambda: pa.psf.prepare(pa.psf.gaussian(3), background="dark"), "background is 'dark'"),
    "width": (lambda: pa.psf.gaussian(0), "fwhm_um is 0"),
    "width's words": (lambda: pa.psf.gaussian(0), "z, y, x widths"),
    "two widths' voxel": (lambda: pa.psf.gaussian(3, voxel_um=(0.1, 0.1)), "voxel_um is"),
    "gaussian's energy": (lambda: pa.psf.gaussian(3, energy="a"), "energy is 'a'"),
    "shape": (lambda: pa.psf.gaussian(3, shape=(3, 3)), "shape is"),
    "shape of parts": (lambda: pa.psf.gaussian(3, shape=(5.5, 5, 5)), r"shape is \(5.5, 5, 5\)"),
    "fwhm": (lambda: pa.psf.fwhm(np.zeros((3, 3, 3))), "positive"),
}


@pytest.mark.parametrize("case", BAD)
def test_one_clear_sentence(case):
    make, sentence = BAD[case]

    with pytest.raises(pa.InvalidArgument, match=sentence):
        make()


def test_measured_lattice_lightsheet_psf(data_folder):
    """A real one: 61 x 128 x 128 voxels with the peak at (30, 71, 64) on a camera background."""
    measured = pa.imread(data_folder / "deconvolution" / "lattice_lightsheet_psf.tif")

    psf, report = pa.psf.prepare(measured, psf_voxel_um=0.1, voxel_um=(0.157, 0.1, 0.1))

    assert measured.shape == (61, 128, 128) and measured.voxel_um is None
    assert report.origin_px == pytest.approx((30, 71, 64), abs=1)
    assert report.fwhm_before_um[0] == pytest.approx(0.69, abs=0.03)  # published with the data
    assert report.fwhm_before_um[2] == pytest.approx(0.31, abs=0.03)
    assert psf[tuple(n // 2 for n in psf.shape)] == psf.max()
