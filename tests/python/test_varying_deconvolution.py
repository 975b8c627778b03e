"""Deconvolution where blur varies in space: against a NumPy original, local PSFs, and what must be kept."""

from __future__ import annotations

import json
import pickle

import numpy as np
import planapo as pa
import pytest

# Small windows keep the direct sums short.
pytestmark = pytest.mark.filterwarnings("ignore:.*outermost voxels:planapo.PlanapoWarning")


def otf(psf, shape):
    """The transform of a PSF with its origin at n // 2, periodic."""
    grid = np.zeros(shape)
    for index, value in np.ndenumerate(np.asarray(psf, float) / np.sum(psf, dtype=float)):
        grid[tuple((i - n // 2) % m for i, n, m in zip(index, psf.shape, shape))] += value
    return np.fft.fftn(grid)


def original(image, psfs, iterations):
    """Matched Richardson-Lucy in double precision, periodic; PSFs by depth."""
    depth = np.linspace(0, 1, len(image)).reshape(-1, 1, 1)
    shares, otfs = (1 - depth, depth), [otf(psf, image.shape) for psf in psfs]
    x = image.astype(float)
    for _ in range(iterations):
        blurred = sum(np.fft.ifftn(np.fft.fftn(a * x) * F).real for a, F in zip(shares, otfs))
        ratio = np.fft.fftn(image / blurred)
        x = x * sum(a * np.fft.ifftn(ratio * F.conj()).real for a, F in zip(shares, otfs))
    return x


@pytest.fixture
def psfs():
    return [pa.psf.gaussian((3, 2, 2), shape=(7, 5, 5)), pa.psf.gaussian((5, 3, 3), shape=(9, 7, 7))]


@pytest.fixture
def truth():
    return (100 * np.random.default_rng(3).random((12, 14, 16)) ** 8 + 1).astype(np.float32)


@pytest.fixture
def image(truth, psfs):
    return pa.blur(truth, pa.VaryingPsf(psfs), boundary="wrap", device="cpu")


def test_matched_is_the_original(machine, image, psfs):
    options = dict(method="matched", iterations=5, boundary="wrap", device=machine)

    restored = pa.deconvolve(image, pa.VaryingPsf(psfs), **options)

    expected = original(image, psfs, 5)
    # Single against double precision: what the library promises between machines.
    assert np.abs(restored - expected).max() < 1e-4 * expected.max()
    assert restored.sum(dtype=float) == pytest.approx(
        image.sum(dtype=float), rel=1e-5
    )  # matched keeps the flux


@pytest.mark.parametrize("method", ["matched", "gaussian", "butterworth", "wiener-butterworth"])
@pytest.mark.parametrize("boundary", ["mirror", "zero"])
def test_equal_psfs_leave_no_seams(machine, image, psfs, method, boundary):
    options = dict(method=method, iterations=2, boundary=boundary, device=machine)

    varying = pa.deconvolve(image, pa.VaryingPsf([psfs[0]] * 4, grid=(2, 1, 2)), **options)

    uniform = pa.deconvolve(image, psfs[0], **options)
    assert np.abs(varying - uniform).max() < 1e-4 * uniform.max()


@pytest.mark.parametrize("method", ["matched", "wiener-butterworth"])
def test_a_fine_grid_of_equal_psfs_leaves_no_seams(machine, method):
    """So many that each works on a small grid of its own."""
    image = 100 * np.random.default_rng(3).random((2, 60, 60)).astype(np.float32)
    psf, options = (
        pa.psf.gaussian((2, 2, 2), shape=(1, 5, 5)),
        dict(method=method, iterations=2, device=machine),
    )

    varying = pa.Deconvolver(pa.VaryingPsf([psf] * 64, grid=(1, 8, 8)), **options)
    before, expected = pa.bytes_in_use(machine), varying.plan(image.shape).device_bytes
    restored = varying(image)

    uniform = pa.deconvolve(image, psf, **options)
    assert np.abs(restored - uniform).max() < 1e-4 * uniform.max()
    assert pa.bytes_in_use(machine) - before == pytest.approx(expected, rel=0.05)


def test_beads_come_back_as_under_their_own_psf():
    """Beads at three depths, the PSF twice as wide at the last plane as at the first."""
    shape, depths = (40, 24, 24), (10, 20, 30)
    growing = pa.VaryingPsf([pa.psf.gaussian((4, 3, 3)), pa.psf.gaussian((8, 6, 6))])
    options = dict(method="matched", iterations=15, device="cpu", threads=1)
    for depth in depths:
        bead = np.zeros(shape, np.float32)
        bead[depth, 12, 12] = 1e4
        own = growing.at((depth, 12, 12), shape)

        restored = pa.deconvolve(pa.blur(bead, growing, device="cpu") + 1, growing, **options)

        expected = pa.deconvolve(pa.blur(bead, own, device="cpu") + 1, own, **options)
        # The PSF also varies over the few voxels that a bead is smeared over: 5 % at most is asked for.
        np.testing.assert_allclose(pa.psf.fwhm(restored - 1), pa.psf.fwhm(expected - 1), rtol=0.05)


def test_one_psf_for_all_does_worse(truth, image, psfs):
    def error(psf):
        options = dict(method="matched", iterations=100, boundary="wrap", device="cpu")
        return np.linalg.norm(pa.deconvolve(image, psf, **options) - truth)

    assert error(pa.VaryingPsf(psfs)) < min(error(psf) for psf in psfs)


def test_reflected_sheets_are_made_up_for(machine):
    truth = np.full((16, 12, 24), 5, np.float32)
    truth[8, 6, 4] = truth[4, 6, 12] = truth[8, 3, 19] = 3000
    psf = pa.psf.gaussian((5, 3, 3), shape=(9, 5, 5))
    lit = pa.VaryingPsf.reflective_sheet(psf, truth.shape, 0.2, fwhm_um=0.8)
    recorded = pa.blur(truth, lit, device=machine)

    plan = pa.Deconvolver(lit, method="matched", iterations=60, device=machine)
    restored = plan(recorded)

    # Light that is recorded twice as brightly near the crossing counts once: beads come out alike.
    around = ((8, 6, 4), (4, 6, 12), (8, 3, 19))
    beads = [restored[:, y - 1 : y + 2, x - 1 : x + 2].sum() for _, y, x in around]
    np.testing.assert_allclose(beads, np.mean(beads), rtol=0.1)
    assert plan.report.divergence[-1] < 0.01 * plan.report.divergence[0]


def test_modes_with_another_method(machine, image, psfs):
    depth = np.linspace(0, 1, 12).reshape(12, 1, 1)
    modal = pa.VaryingPsf.modal([np.asarray(psf) * 0.5 for psf in psfs], [1 - depth, depth])  # half as bright

    plan = pa.Deconvolver(modal, iterations=2, device=machine)
    restored = plan(image)

    matched = pa.deconvolve(image, modal, method="matched", iterations=20, device=machine)
    assert plan.report.divergence[-1] < plan.report.divergence[0]
    # Twice as much light is there as was recorded; an unmatched projector overshoots at first.
    assert matched.sum() == pytest.approx(2 * image.sum(), rel=0.01)
    assert restored.sum() == pytest.approx(2 * image.sum(), rel=0.5)


def test_memory_is_planned(psfs, image):
    for psf in (pa.VaryingPsf(psfs), pa.VaryingPsf.modal(psfs, [np.full((2, 1, 1), 0.5)] * 2)):
        for method in ("matched", "wiener-butterworth"):
            plan = pa.Deconvolver(psf, method=method, iterations=2, device="cpu")
            expected = plan.plan(image.shape).device_bytes
            before = pa.bytes_in_use("cpu")
            plan(image)
            # The plan is right to 5 %.
            assert pa.bytes_in_use("cpu") - before == pytest.approx(expected, rel=0.05)


def test_pickles_and_says_what_it_did(psfs, image):
    plan = pa.Deconvolver(pa.VaryingPsf(psfs), iterations=1, device="cpu", voxel_um=0.1)

    again = pickle.loads(pickle.dumps(plan))

    restored = again(pa.Image(image, voxel_um=0.1))
    np.testing.assert_array_equal(np.asarray(restored), plan(image))
    assert json.loads(restored.provenance)["psf"]["modes"] == 2
    with pytest.raises(pa.InvalidArgument, match="resampled"):
        pa.Deconvolver(pa.VaryingPsf(psfs), psf_voxel_um=0.2)
