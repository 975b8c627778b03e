"""Widths of spots: analytic profiles, planted spots, and the real bead."""

import os
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

SIGMA_TO_FWHM = 2 * np.sqrt(2 * np.log(2))


def gaussian_spot(shape, centre, sigma):
    grids = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    return np.exp(-0.5 * sum(((g - c) / s) ** 2 for g, c, s in zip(grids, centre, sigma)))


def field_of_spots(sigma=(2.0, 1.5, 1.2), spacing=24, shape=(72, 72, 72), seed=0):
    """27 spots on a grid, jittered by a fraction of a voxel, over a noisy background."""
    draw = np.random.default_rng(seed)
    image = draw.normal(100, 2, shape)
    for corner in np.ndindex(3, 3, 3):
        centre = spacing * (np.array(corner) + 0.5) + draw.uniform(-0.5, 0.5, 3)
        image += 400 * draw.uniform(0.5, 1) * gaussian_spot(shape, centre, sigma)
    return image


def test_fwhm_of_a_gaussian_is_analytic():
    sigma = (4.0, 3.0, 2.0)
    spot = 7 + 5 * gaussian_spot((61, 51, 41), (30, 25, 20), sigma)
    # Straight lines between samples: at most h²/8 · |f''/f'| = 0.07/σ voxels off on each side.
    expected = SIGMA_TO_FWHM * np.array(sigma)
    np.testing.assert_allclose(pa.metrics.fwhm(spot), expected, atol=2 * 0.07 / 2)
    in_um = pa.metrics.fwhm(spot, voxel_um=(0.3, 0.1, 0.2))
    np.testing.assert_allclose(in_um, np.array(pa.metrics.fwhm(spot)) * (0.3, 0.1, 0.2), rtol=1e-12)


def test_fwhm_of_a_triangle_is_exact_whatever_stands_under_it():
    triangle = np.maximum(0.0, 5 - np.abs(np.arange(41) - 17.0))
    for pedestal in (0, 3, -20):
        assert pa.metrics.fwhm(triangle + pedestal) == pytest.approx((5.0,), rel=1e-12)


def test_fwhm_stays_on_the_given_spot_and_in_its_box():
    image = gaussian_spot((41, 41), (10, 10), (2, 2)) + 3 * gaussian_spot((41, 41), (30, 30), (4, 4))
    narrow = pa.metrics.fwhm(image, position=(10, 10), radius_px=8)
    # The wide spot's tail (exp(-0.5 (28/4)²) = 2e-11) does not matter.
    np.testing.assert_allclose(narrow, 2 * SIGMA_TO_FWHM, atol=0.07)
    np.testing.assert_allclose(pa.metrics.fwhm(image), 4 * SIGMA_TO_FWHM, atol=0.07)


def test_fwhm_is_nan_where_a_side_is_missing():
    at_the_edge = gaussian_spot((21, 21), (0, 10), (2, 2))
    z, y = pa.metrics.fwhm(at_the_edge)
    assert np.isnan(z) and y == pytest.approx(2 * SIGMA_TO_FWHM, abs=0.07)
    assert np.isnan(pa.metrics.fwhm(np.ones((3, 3)))).all()
    with pytest.raises(ValueError, match="lies outside"):
        pa.metrics.fwhm(at_the_edge, position=(21, 0))


def test_spots_are_found_where_they_are_and_have_their_width():
    sigma = (2.0, 1.5, 1.2)
    image = field_of_spots(sigma)
    positions = pa.metrics.find_spots(image, count=27, radius_px=9)
    assert len(positions) == 27
    planted = 24 * (np.array(list(np.ndindex(3, 3, 3))) + 0.5)
    distances = np.linalg.norm(positions[:, None] - planted, axis=-1).min(axis=0)
    assert distances.max() <= np.sqrt(3)  # jitter of half a voxel, rounded to a voxel, plus noise
    widths = pa.metrics.spot_widths(image, positions, radius_px=9, voxel_um=(0.2, 0.1, 0.1))
    expected = SIGMA_TO_FWHM * np.array(sigma) * (0.2, 0.1, 0.1)
    # The brightest voxel lies up to half a voxel off the true peak: 9 % too wide at most, 3 % on average.
    np.testing.assert_allclose(widths.median, expected, rtol=0.05)
    assert widths.count == 27 and widths.unit == "um"
    assert repr(widths).startswith("SpotWidths(27 of 27 spots; z 0.9")


def test_a_spot_with_a_neighbour_is_not_isolated():
    image = field_of_spots()
    positions = pa.metrics.find_spots(image, count=27, radius_px=9)
    lonely = positions[0]
    image[tuple(lonely + (0, 0, 9))] += 350  # a neighbour on the face of the box, of the same brightness
    left = pa.metrics.find_spots(image, count=1, radius_px=9)
    assert tuple(lonely) not in {tuple(p) for p in left}


def test_masked_spots_are_not_taken_and_too_few_is_an_error():
    image = field_of_spots()
    valid = np.ones(image.shape, dtype=bool)
    valid[:, :, :24] = False
    positions = pa.metrics.find_spots(image, count=9, radius_px=9, valid=valid)
    assert 9 <= len(positions) <= 18 and positions[:, 2].min() >= 24 + 9
    with pytest.raises(ValueError, match=r"Only \d+ isolated spots were found where 20 are needed"):
        pa.metrics.find_spots(image, count=20, radius_px=9, valid=valid)


def test_noise_holds_no_spots():
    noise = np.random.default_rng(1).normal(100, 10, (40, 40, 40))
    with pytest.raises(ValueError, match="Only 0 isolated spots"):
        pa.metrics.find_spots(noise, count=1)
    # Peaks of 200 to 400 over a noise of 2 stand 100 to 200 times above it.
    with pytest.raises(ValueError, match="Only 0 isolated spots"):
        pa.metrics.find_spots(field_of_spots(), count=1, radius_px=9, snr=250)
    assert 0 < len(pa.metrics.find_spots(field_of_spots(), count=1, radius_px=9, snr=150)) < 27


def test_data_mask_finds_the_fill_of_a_deskewed_stack():
    image = np.random.default_rng(0).poisson(100, (20, 30, 80)).astype(np.uint16)
    recorded = np.zeros(image.shape, dtype=bool)
    for z in range(20):
        recorded[z, :, 2 * z : 2 * z + 40] = True
    image[~recorded] = 98
    mask = pa.metrics.data_mask(image)
    assert mask[recorded].mean() > 0.999  # a recorded 98 among fill is the exception
    # A sheared edge leaves fill whose every neighbourhood reaches data: at most 3 voxels wide, on both sides.
    wrong = (mask & ~recorded).sum()
    assert wrong <= 2 * 3 * 20 * 30


def test_real_bead_has_its_published_width():
    if "PLANAPO_TEST_DATA" not in os.environ:
        pytest.skip("PLANAPO_TEST_DATA is not set: the real bead is not here")
    tifffile = pytest.importorskip("tifffile", reason="tifffile, the reader, is not installed")
    bead = tifffile.imread(Path(os.environ["PLANAPO_TEST_DATA"]) / "deconvolution" / "bead_raw.tif")
    # 7.25 px in the record; another estimate of the background (0.1 % of the peak) moves it by 0.1 px.
    assert pa.metrics.fwhm(bead)[0] == pytest.approx(7.25, abs=0.1)
