"""Blur and VaryingPsf: the operator and its adjoint, PSFs that vary, light sheets that are reflected."""

from __future__ import annotations

import pickle

import numpy as np
import planapo as pa
import pytest
from scipy.signal import fftconvolve


def by_depth(image, psfs):
    """What two PSFs for the first and the last plane make of an image with nothing around it."""
    depth = np.linspace(0, 1, len(image)).reshape(-1, 1, 1)
    parts = zip((1 - depth, depth), psfs)
    return sum(fftconvolve(share * image, np.asarray(psf, float) / psf.sum(), "same") for share, psf in parts)


@pytest.fixture
def image():
    return np.random.default_rng(3).random((12, 14, 16)).astype(np.float32)


@pytest.fixture
def psfs():
    return [pa.psf.gaussian((3, 2, 2), shape=(5, 5, 5)), pa.psf.gaussian((4, 3, 2), shape=(7, 5, 5))]


def test_blurs_by_depth_as_scipy_does(machine, image, psfs):
    blurred = pa.blur(image, pa.VaryingPsf(psfs), boundary="zero", device=machine)

    expected = by_depth(image, psfs)
    assert blurred.dtype == np.float32
    # Some roundings of a transform in single precision.
    np.testing.assert_allclose(blurred, expected, atol=3e-6 * expected.max())


def test_modes_are_what_a_grid_is(machine, image, psfs):
    depth = np.linspace(0, 1, 12).reshape(12, 1, 1)
    modal = pa.VaryingPsf.modal(psfs, [1 - depth, depth])

    blurred = pa.blur(image, modal, device=machine)

    # `gaussian` sums to 1 within a rounding, a grid normalises.
    np.testing.assert_allclose(blurred, pa.blur(image, pa.VaryingPsf(psfs), device=machine), rtol=1e-5)


@pytest.mark.parametrize("boundary", ["mirror", "wrap", "zero"])
def test_adjoint_is_the_adjoint(machine, image, psfs, boundary):
    operator = pa.Blur(pa.VaryingPsf(psfs), image.shape, boundary=boundary, device=machine)
    other = np.random.default_rng(4).random(image.shape).astype(np.float32)

    one = np.vdot(operator.forward(image).astype(float), other)
    two = np.vdot(image.astype(float), operator.adjoint(other))

    assert one == pytest.approx(two, rel=1e-6)  # float32 sums of a few thousand terms of one sign


def test_planes_and_integers_are_taken():
    image = np.arange(48, dtype=np.uint16).reshape(6, 8)
    psf = pa.VaryingPsf(
        [pa.psf.gaussian((2, 2)), pa.psf.gaussian((3, 3))], grid=(1, 2), positions_px=[None, (2, 5)]
    )

    assert psf.ndim == 2 and psf.knots == (1, 2) and psf.modes == 2
    assert pa.blur(image, psf, device="cpu").shape == (6, 8)
    assert psf.at((0, 3), (6, 8)).ndim == 2
    np.testing.assert_array_equal(psf.at((0, 0), (6, 8)), psf.at((0, 2), (6, 8)))


def test_arrays_on_a_device_stay_there(image, psfs):
    there = pa.to_device(image, "simulated")

    blurred = pa.blur(there, pa.VaryingPsf(psfs))

    assert blurred.device.startswith("simulated")
    # CPU and GPU agree within 1e-4 of the peak, as everywhere.
    here = pa.blur(image, pa.VaryingPsf(psfs), device="cpu")
    np.testing.assert_allclose(blurred.numpy(), here, atol=1e-4 * here.max())


def test_pickles_are_built_again(image, psfs):
    sheet = pa.VaryingPsf.reflective_sheet(psfs[0], image.shape, 0.2)
    for psf in (pa.VaryingPsf(psfs), pa.VaryingPsf.modal(psfs, [np.ones((1, 1, 1))] * 2), sheet):
        operator = pa.Blur(psf, image.shape, device="cpu")
        again = pickle.loads(pickle.dumps(operator))
        np.testing.assert_array_equal(again.forward(image), operator.forward(image))


def test_sheets_light_plane_by_plane(image):
    psf, light = pa.psf.gaussian((3, 2, 2), shape=(7, 5, 5)), dict(fwhm_um=0.9, angle_degrees=40)
    recorded = np.empty_like(image)
    for plane in range(len(image)):
        lit = image * pa.sheet_illumination(image.shape, plane, 0.2, **light)[:, np.newaxis]
        recorded[plane] = pa.blur(lit, psf, boundary="zero", device="cpu")[plane]

    varying = pa.VaryingPsf.reflective_sheet(psf, image.shape, 0.2, **light)

    # The brightness is right to 1e-4, no voxel is above 1 and the PSF sums to 1.
    np.testing.assert_allclose(pa.blur(image, varying, boundary="zero", device="cpu"), recorded, atol=1e-4)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda psf: pa.VaryingPsf([]), "empty"),
        (lambda psf: pa.VaryingPsf([psf, psf[0]]), "2 and 3"),
        (lambda psf: pa.VaryingPsf([psf, psf], grid=(1, 3, 1)), "2 PSFs"),
        (lambda psf: pa.VaryingPsf([psf, psf], positions_px=[(3, 1), None, None]), "rise"),
        (lambda psf: pa.VaryingPsf([psf, psf], positions_px=[(1, 3)]), "1 entries"),
        (lambda psf: pa.VaryingPsf([psf, 0 * psf]), "sums to 0"),
        (lambda psf: pa.VaryingPsf.modal([psf], [np.ones((4, 4))]), "3 axes"),
        (lambda psf: pa.VaryingPsf.reflective_sheet(psf, (4, 4, 4), 0.2, angle_degrees=90), "90"),
        (lambda psf: pa.Blur(psf, (4, 4)), "3 whole numbers"),
        (lambda psf: pa.Blur(psf, (4, 4, 4), boundary="reflect"), "reflect"),
        (lambda psf: pa.Blur(psf, (4, 4, 4), device="cpu").forward(np.ones((4, 4, 5))), r"\(4, 4, 5\)"),
        (lambda psf: pa.blur(np.ones((4, 4)), psf), "2 axes"),
    ],
)
def test_what_does_not_fit_is_refused(psfs, make, words):
    with pytest.raises(pa.InvalidArgument, match=words):
        make(np.asarray(psfs[0]))
