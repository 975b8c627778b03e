"""Back projectors against their double-precision originals, and what they are good for."""

from __future__ import annotations

import numpy as np
import planapo as pa
import pytest
from otf_support import counting, distance, reached_from_zero
from projectors import place
from richardson_lucy import richardson_lucy
from scipy.spatial import ConvexHull


def lopsided(shape: tuple[int, int, int], shear: int = 0) -> np.ndarray:
    """A PSF without any symmetry; `shear`: voxels that x moves on from plane to plane."""
    psf = np.asarray(pa.psf.gaussian((2.5 if shape[0] > 1 else 1, 3, 4), shape=shape), float)
    psf *= 1 + 0.3 * np.random.default_rng(sum(shape)).random(shape)
    return np.stack([np.roll(plane, shear * (z - shape[0] // 2), -1) for z, plane in enumerate(psf)])


@pytest.mark.parametrize("method", ["wiener", "omw"])
@pytest.mark.parametrize("shape", [(13, 11, 12), (12, 15, 11), (1, 24, 31), (1, 23, 30)])
@pytest.mark.parametrize("shear", [0, 1, 3])
def test_every_parity_and_shear_agrees_with_the_original(method, shape, shear):
    psf = lopsided(shape, shear)
    image = np.random.default_rng(1).poisson(20, (min(shape[0], 9), 26, 33)).astype(np.float32)

    restored = pa.deconvolve(image, psf, method=method, iterations=2, alpha=0.02, device="cpu")

    expected = richardson_lucy(image, psf, 2, method=method, alpha=0.02)
    assert np.abs(restored - expected).max() < 1e-5 * expected.max()  # single against double precision


def test_edge_of_the_support_is_its_convex_hull():
    """Qhull agrees: the edge has faces in 3267 directions, 3.6 degrees apart, not those that fit best."""
    psf = np.asarray(pa.psf.gaussian((4, 5, 6), shape=(21, 24, 27)), float)
    psf = np.stack([np.roll(plane, z - 10, -1) for z, plane in enumerate(psf)])  # its OTF is sheared, too
    gain = np.abs(np.fft.fftn(place(psf / psf.sum(), psf.shape)))
    cells = reached_from_zero(counting(gain)) / psf.shape
    corners = np.array([[z, y, x] for z in (-0.5, 0.5) for y in (-0.5, 0.5) for x in (-0.5, 0.5)]) / psf.shape
    hull = ConvexHull((cells[:, None] + corners).reshape(-1, 3))

    axes = np.meshgrid(*map(np.fft.fftfreq, psf.shape), indexing="ij")
    frequency = np.stack(axes, -1)
    expected = np.max(frequency @ hull.equations[:, :3].T / -hull.equations[:, 3], axis=-1)

    inside = (expected > 0) & (expected < 1)
    assert inside.sum() > 400
    np.testing.assert_allclose(distance(gain)[inside], expected[inside], rtol=0.06)


def test_psf_without_a_support_is_refused():
    with pytest.raises(pa.InvalidArgument, match="passes only frequency zero.*5 x 6 x 7"):
        pa.deconvolve(np.ones((9, 9, 9)), np.ones((5, 6, 7)), method="omw", device="cpu")


def test_psf_of_one_voxel_passes_everything():
    image = np.random.default_rng(2).random((4, 9, 8)).astype(np.float32)
    for method in ("wiener", "omw"):
        restored = pa.deconvolve(image, np.ones((1, 1, 1)), method=method, iterations=2, device="cpu")
        np.testing.assert_allclose(restored, image, atol=1e-5)  # a transform there and back, four times
