"""Time points and channels in one call, a PSF for each channel, masks, acceleration and penalties."""

from __future__ import annotations

import json

import numpy as np
import planapo as pa
import pytest

OPTIONS = {"iterations": 2, "device": "cpu", "alpha": 0.01, "beta": 0.1}


@pytest.fixture
def movie():
    """Two time points of two channels, and a PSF for each channel."""
    random = np.random.default_rng(2)
    psfs = [pa.psf.gaussian((2, 2, 2)), pa.psf.gaussian((4, 3, 3))]
    return random.poisson(50, (2, 2, 6, 8, 9)).astype(np.uint16), psfs


@pytest.mark.parametrize("axes", ["tczyx", "ctzyx", "czyxt"])
def test_every_volume_is_restored_by_its_channels_psf(movie, axes):
    values, psfs = movie
    order = ["tczyx".index(axis) for axis in axes]
    image = values.transpose(order)

    restored = pa.deconvolve(image, psfs, axes=axes, **OPTIONS)

    back = restored.transpose([axes.index(axis) for axis in "tczyx"])
    assert restored.shape == image.shape and restored.dtype == np.float32
    for t, c in np.ndindex(2, 2):
        np.testing.assert_array_equal(back[t, c], pa.deconvolve(values[t, c], psfs[c], **OPTIONS))


def test_an_image_knows_its_axes(movie):
    values, psfs = movie
    image = pa.Image(values, axes="TCZYX", voxel_um=(0.3, 0.1, 0.1))

    restored = pa.deconvolve(image, psfs[0], **OPTIONS)

    assert restored.axes == "TCZYX" and restored.voxel_um == (0.3, 0.1, 0.1)
    made = json.loads(restored.provenance)
    assert made["iterations"] == [2, 2] and len(made["psf"]["psfs"]) == 2
    np.testing.assert_array_equal(restored[1, 1], pa.deconvolve(values[1, 1], psfs[0], **OPTIONS))


def test_planes_with_channels_and_integers_of_any_kind():
    psf = pa.psf.gaussian((3, 3))
    for dtype in (np.uint8, np.int16, np.uint32, np.int64):
        image = np.full((2, 9, 8), 7, dtype)
        restored = pa.deconvolve(image, [psf, psf], axes="cyx", **OPTIONS)
        np.testing.assert_allclose(restored, 7, rtol=1e-4)  # a constant image stays as it is, to rounding


def test_masked_voxels_may_be_anything(movie):
    values, psfs = movie
    mask = np.ones(values.shape, bool)
    mask[..., 3:5, 4] = False
    ruined = np.where(mask, values, np.nan)

    restored = pa.deconvolve(ruined, psfs, axes="tczyx", mask=mask, **OPTIONS)

    assert np.isfinite(restored).all()
    filled = pa.deconvolve(values, psfs, axes="tczyx", mask=mask, **OPTIONS)
    np.testing.assert_array_equal(restored, filled)


def test_a_hole_is_filled_from_its_surroundings():
    image = np.full((20, 24), 100.0)
    mask = np.ones(image.shape, bool)
    mask[8:10, 9:11] = False
    image[~mask] = 65535
    restored = pa.deconvolve(
        image, pa.psf.gaussian((4, 4)), method="matched", iterations=50, mask=mask, device="cpu"
    )
    np.testing.assert_allclose(restored, 100, rtol=0.01)  # the hole begins a little darker and converges


def test_acceleration_is_frozen_by_its_factors(scene):
    image, psf = scene
    options = {"method": "matched", "iterations": 8, "device": "cpu", "background": 5}
    fast = pa.Deconvolver(psf, acceleration="biggs-andrews", **options)
    first = fast(image)
    again = pa.Deconvolver(psf, acceleration="biggs-andrews", momentum=fast.report.momentum, **options)
    np.testing.assert_array_equal(first, again(image))
    plain = pa.Deconvolver(psf, **options)
    plain(image)
    assert fast.report.divergence[-1] < plain.report.divergence[-1]


def test_total_variation_knows_the_voxels_shape(scene):
    image, psf = scene
    options = {"method": "matched", "iterations": 5, "device": "cpu", "regularisation": "total-variation"}
    cubes = pa.deconvolve(image, psf, strength=0.05, voxel_um=0.1, **options)
    slabs = pa.deconvolve(image, psf, strength=0.05, voxel_um=(0.5, 0.1, 0.1), **options)
    assert np.abs(cubes - slabs).max() > 1e-3 * cubes.max()
    # Planes five times as far apart hardly pull at each other: z is rougher than with cubes.
    assert np.abs(np.diff(slabs, axis=0)).sum() > np.abs(np.diff(cubes, axis=0)).sum()


def test_psfs_are_as_many_as_channels(movie):
    values, psfs = movie
    with pytest.raises(pa.InvalidArgument, match="3 PSFs for 2 channels"):
        pa.deconvolve(values, [*psfs, psfs[0]], axes="tczyx", **OPTIONS)
    with pytest.raises(pa.InvalidArgument, match="mask has the shape"):
        pa.deconvolve(values[0, 0], psfs[0], mask=np.ones((2, 2, 2)), **OPTIONS)
