"""Two halves of the photons: independent noise, and a measure that iterating on noise cannot improve."""

import os
from functools import partial
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

SHAPE = (32, 48, 48)


def gaussian(shape, sigma):
    grids = np.meshgrid(*[np.arange(n) - n // 2 for n in shape], indexing="ij")
    return np.exp(-0.5 * sum((g / s) ** 2 for g, s in zip(grids, np.broadcast_to(sigma, len(shape)))))


def richardson_lucy(image, psf, iterations, background=0.0):
    """Matched, periodic, started from the image, in float64: the algorithm as published, nothing else."""
    otf = np.fft.rfftn(np.fft.ifftshift(psf / psf.sum()))

    def convolve(values, transfer):
        return np.fft.irfftn(np.fft.rfftn(values) * transfer, image.shape, axes=range(image.ndim))

    image = np.asarray(image, dtype=np.float64)
    estimate = np.maximum(image - background, 1e-3)
    for _ in range(iterations):
        ratio = image / np.maximum(convolve(estimate, otf) + background, 1e-12)
        estimate = np.maximum(estimate * convolve(ratio, otf.conj()), 1e-3)
    return estimate


def noise_correlation(first, second):
    return np.corrcoef(first.ravel(), second.ravel())[0, 1]


@pytest.mark.parametrize(("gain", "read_noise", "background"), [(1, 0, 0), (2.2, 1.6, 98), (0.4, 5, -7)])
def test_halves_are_independent_and_add_up(gain, read_noise, background):
    light = np.full((16, 128, 128), 40.0)
    image = pa.phantoms.noise(light, read_noise=read_noise, gain=gain, offset=background, seed=1)
    halves = pa.metrics.split_photons(image, background=background, gain=gain, read_noise=read_noise)
    first, second = halves
    assert first.dtype == second.dtype == np.float32
    np.testing.assert_allclose(first + second - background, image, rtol=1e-6, atol=1e-4)  # float32
    assert abs(noise_correlation(first, second)) < 4 / np.sqrt(image.size)
    for half in halves:
        # Half the photons, and the noise of half the photons and of the whole read noise over √2.
        assert half.mean() == pytest.approx(background + gain * 20, abs=0.02 * gain)
        assert half.var() / gain**2 == pytest.approx(20 + read_noise**2 / 2, rel=0.02)


def test_halves_of_counts_are_counts_and_depend_on_the_seed_alone():
    counts = np.random.default_rng(0).poisson(30, (4, 32, 32))
    first, second = pa.metrics.split_photons(counts, seed=5)
    assert (first == np.rint(first)).all() and first.min() >= 0 and second.min() >= 0
    again, _ = pa.metrics.split_photons(counts, seed=5)
    other, _ = pa.metrics.split_photons(counts, seed=6)
    assert (first == again).all() and (first != other).any()
    part, _ = pa.metrics.split_photons(counts[:2], seed=5)
    assert (part == first[:2]).all()  # a plane's draws do not depend on the other planes


def test_wrong_assumptions_about_the_camera_correlate_and_are_warned_of():
    image = pa.phantoms.noise(np.full((8, 96, 96), 50.0), gain=2, offset=100, read_noise=4, seed=2)
    truth = {"background": 100, "gain": 2, "read_noise": 4}
    first, second = pa.metrics.split_photons(image, **{**truth, "gain": 1, "read_noise": 0})
    # Variance V, mean m: covariance (V - m)/4 of variance (V + m)/4, with V = 4 (50 + 16) and m = 100.
    assert noise_correlation(first, second) == pytest.approx((264 - 100) / (264 + 100), abs=0.02)
    for wrong, reason in (
        ({"gain": 1}, "too small"),
        ({"gain": 4}, "too large"),
        ({"read_noise": 0}, "missing"),
    ):
        with pytest.warns(RuntimeWarning, match=reason):
            pa.metrics.two_halves_resolution(image, np.asarray, **{**truth, **wrong})
    smoothed = (image + np.roll(image, 1, axis=-1)) / 2
    with pytest.warns(RuntimeWarning, match="interpolated"):
        pa.metrics.two_halves_resolution(smoothed, np.asarray, **truth)


def test_gain_is_estimated_from_an_image_with_structure():
    object_ = pa.phantoms.filaments((12, 96, 96), radius_um=1, count=15, seed=4)
    blurred = pa.phantoms.blur(object_, gaussian((9, 13, 13), (2, 2, 2)))
    image = pa.phantoms.noise(blurred, photons=300, background=20, read_noise=3, gain=2.2, offset=98, seed=1)
    # 12 planes × 2000 coefficients in the corners, a quarter of them independent: a standard error of 1.3 %.
    assert pa.metrics.photon_gain(image, background=98, read_noise=3) == pytest.approx(2.2, rel=0.05)
    with pytest.raises(ValueError, match="gain cannot be estimated"):
        pa.metrics.photon_gain(image, background=2000)


@pytest.mark.filterwarnings("error")
def test_more_iterations_of_pure_noise_do_not_improve_it():
    noise = np.random.default_rng(1).poisson(30, SHAPE)
    psf = gaussian(SHAPE, (2, 1.5, 1.5))
    for iterations in (0, 5, 20, 80):
        restore = partial(richardson_lucy, psf=psf, iterations=iterations)
        curve = pa.metrics.two_halves_resolution(noise, restore)
        assert curve.resolution("half-bit") == np.inf
        assert curve.resolution("1/7") == np.inf
        deviations = curve.correlation * np.sqrt(curve.effective_count)
        # Of 24 shells one in ten passes 3σ by chance once; restoring correlates neighbours a little: 4σ.
        assert abs(deviations).max() < 4 and abs(deviations.mean()) < 4 / np.sqrt(len(deviations))


def test_the_trap_halves_taken_after_the_restoration_share_its_artefacts():
    noise = np.random.default_rng(1).poisson(30, SHAPE)
    psf = gaussian(SHAPE, (2, 1.5, 1.5))
    wrong = []
    for iterations in (5, 20, 80):
        halves = pa.metrics.split_photons(richardson_lucy(noise, psf, iterations))
        wrong.append(pa.metrics.fourier_shell_correlation(*halves).resolution())
    assert np.inf > wrong[0] > wrong[1] > wrong[2]  # "detail" of nothing, and finer the longer one iterates


@pytest.mark.filterwarnings("error")
def test_an_object_is_resolved_better_when_restored_and_with_more_photons():
    psf = gaussian((25, 17, 17), (2, 1.5, 1.5))
    blurred = pa.phantoms.blur(pa.phantoms.filaments(SHAPE, radius_um=0.5, count=12, seed=3), psf)
    periodic = gaussian(SHAPE, (2, 1.5, 1.5))

    def resolution(photons, iterations):
        image = pa.phantoms.noise(blurred, photons=photons, background=3, seed=2)
        restore = (
            (lambda half: richardson_lucy(half, periodic, iterations, background=1.5))
            if iterations
            else np.asarray
        )
        return pa.metrics.two_halves_resolution(image, restore).resolution()

    assert resolution(1000, 0) < resolution(100, 0) < 6
    assert resolution(100, 5) < resolution(100, 0)


def test_restore_is_called_once_per_half_and_may_change_the_shape():
    seen = []

    def restore(half):
        seen.append(half)
        return np.repeat(half, 2, axis=0)

    image = np.random.default_rng(0).poisson(20, (8, 32, 32))
    curve = pa.metrics.two_halves_resolution(image, restore, voxel_um=(0.1, 0.1, 0.1), seed=3)
    expected = pa.metrics.split_photons(image, seed=3)
    assert len(seen) == 2 and all((a == b).all() for a, b in zip(seen, expected))
    assert curve.unit == "um"
    with pytest.raises(ValueError, match="gain must be finite and above 0"):
        pa.metrics.two_halves_resolution(image, restore, gain=0)
    with pytest.raises(ValueError, match="seed must lie between"):
        pa.metrics.split_photons(image, seed=-1)


def test_bars_give_the_published_errors():
    if "PLANAPO_TEST_DATA" not in os.environ:
        pytest.skip("PLANAPO_TEST_DATA is not set: the bars are not here")
    tifffile = pytest.importorskip("tifffile", reason="tifffile, the reader, is not installed")
    folder = Path(os.environ["PLANAPO_TEST_DATA"]) / "deconvolution"
    image, psf, truth = (tifffile.imread(folder / f"bars_{name}.tif") for name in ("blurred", "psf", "truth"))
    # The record gives three digits.
    for iterations, expected in ((5, 0.857), (10, 0.805), (20, 0.752)):
        restored = richardson_lucy(image, psf, iterations)
        assert pa.metrics.nrmse(restored, truth) == pytest.approx(expected, abs=1e-3)
