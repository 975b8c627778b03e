"""Phantoms against geometry, blur against a direct sum, noise against the statistics of a camera."""

import numpy as np
import planapo as pa
import pytest

BALL = 4 / 3 * np.pi


def centre_of_mass(image, voxel_um):
    grids = np.meshgrid(*[np.arange(n) for n in image.shape], indexing="ij")
    return np.array([(g * image).sum() / image.sum() for g in grids]) * voxel_um


@pytest.mark.parametrize("voxel_um", [(0.1, 0.1, 0.1), (0.3, 0.1, 0.12)])
@pytest.mark.parametrize("radius_um", [0.03, 0.1, 0.47])
def test_bead_has_the_volume_and_the_place_of_its_sphere(voxel_um, radius_um):
    centre = (1.513, 1.227, 1.361)
    shape = tuple(int(2.8 / v) for v in voxel_um)
    image = pa.phantoms.beads(shape, radius_um=radius_um, centres_um=[centre], voxel_um=voxel_um)
    assert image.dtype == np.float32 and image.shape == shape and image.max() <= 1 + 1e-6
    # Sampled every eighth of the radius at least.
    assert image.sum() * np.prod(voxel_um) == pytest.approx(BALL * radius_um**3, rel=2e-3)
    # What lies within one voxel is placed to half a voxel; what spans several, far better.
    tolerance = [0.02 * v if radius_um > 2 * v else 0.5 * v for v in voxel_um]
    assert (abs(centre_of_mass(image, voxel_um) - centre) <= tolerance).all()


def test_voxels_within_a_bead_are_full_and_outside_empty():
    image = pa.phantoms.beads((21, 21, 21), radius_um=6, centres_um=[(10, 10, 10)], intensity=3)
    distance = np.linalg.norm(np.stack(np.indices(image.shape), axis=-1) - 10, axis=-1)
    diagonal = np.sqrt(3) / 2
    ramp = 0.5 * 6 / 24  # the edge is softened by about a sample
    assert (image[distance < 6 - diagonal - ramp] == 3).all()
    assert (image[distance > 6 + diagonal + ramp] == 0).all()
    between = image[abs(distance - 6) < 0.1]
    assert ((between > 0) & (between < 3)).all()  # anti-aliased


@pytest.mark.parametrize("thickness_um", [0.2, 2.0, 8.0])
def test_shell_has_the_volume_between_two_spheres(thickness_um):
    image = pa.phantoms.shells(
        (20, 20, 20), radius_um=8, thickness_um=thickness_um, centres_um=[(9.5, 9.7, 9.9)]
    )
    assert image.sum() == pytest.approx(BALL * (8**3 - (8 - thickness_um) ** 3), rel=2e-3)
    assert image[9, 9, 9] == pytest.approx(1 if thickness_um == 8 else 0)


@pytest.mark.parametrize("radius_um", [0.02, 0.12, 0.5])
def test_straight_filament_has_the_volume_of_its_cylinder(radius_um):
    path = [(0.8, 0.9, 0.7), (2.9, 1.6, 2.2)]
    voxel_um = (0.3, 0.1, 0.1)
    image = pa.phantoms.filaments((13, 32, 32), radius_um=radius_um, paths_um=[path], voxel_um=voxel_um)
    length = np.linalg.norm(np.subtract(*path))
    assert image.sum() * np.prod(voxel_um) == pytest.approx(np.pi * radius_um**2 * length, rel=5e-3)
    np.testing.assert_allclose(centre_of_mass(image, voxel_um), np.mean(path, axis=0), atol=0.01)


def test_bent_filament_keeps_its_volume_and_has_no_beads_at_its_joints():
    angle = np.linspace(0, 1.9 * np.pi, 60)
    ring = np.stack([np.full_like(angle, 10), 16 + 10 * np.cos(angle), 16 + 10 * np.sin(angle)], axis=1)
    image = pa.phantoms.filaments((21, 33, 33), radius_um=2, paths_um=[ring])
    length = np.linalg.norm(np.diff(ring, axis=0), axis=1).sum()
    assert image.sum() == pytest.approx(np.pi * 4 * length, rel=5e-3)
    assert image.max() < 1.21  # inside the bend, two tubes overlap by 2 · 2 px · tan(5.8°/2) = 0.20 px


def test_random_places_keep_their_distance_and_depend_on_the_seed():
    options = {"radius_um": 0.2, "count": 20, "distance_um": 1.0, "voxel_um": 0.1}
    image = pa.phantoms.beads((40, 40, 40), **options, seed=7)
    assert (image == pa.phantoms.beads((40, 40, 40), **options, seed=7)).all()
    assert (image != pa.phantoms.beads((40, 40, 40), **options, seed=8)).any()
    assert image.sum() * 1e-3 == pytest.approx(20 * BALL * 0.2**3, rel=2e-3)  # all inside, none overlaps
    with pytest.raises(ValueError, match=r"Only \d+ of 500 spheres found room"):
        pa.phantoms.beads((20, 20, 20), radius_um=1, count=500, distance_um=4)
    with pytest.raises(ValueError, match="do not fit"):
        pa.phantoms.beads((20, 20, 4), radius_um=3)


def test_random_filaments_depend_on_the_seed_and_straighten_with_persistence():
    draw = [pa.phantoms.filaments((16, 32, 32), radius_um=0.7, count=3, seed=seed) for seed in (1, 1, 2)]
    assert (draw[0] == draw[1]).all() and (draw[0] != draw[2]).any() and draw[0].max() > 0.9
    spans = []
    for persistence in (4, 400):
        options = {"radius_um": 1, "length_um": 20, "persistence_um": persistence}
        volumes = [pa.phantoms.filaments((64, 64, 64), **options, seed=seed) for seed in range(12)]
        extents = [np.ptp(np.argwhere(v > 0), axis=0) for v in volumes if v.max() > 0]
        spans.append(np.mean([np.linalg.norm(e) for e in extents]))
    assert spans[0] < spans[1]


@pytest.mark.parametrize("psf_shape", [(3, 4, 5), (4, 3, 2), (1, 1, 1), (9, 9, 9)])
def test_blur_is_the_direct_sum_with_the_origin_at_half_the_size(psf_shape):
    draw = np.random.default_rng(0)
    image, psf = draw.random((5, 6, 7)), draw.random(psf_shape)
    expected = np.zeros(image.shape)
    for at in np.ndindex(image.shape):
        for tap in np.ndindex(psf_shape):
            to = tuple(i + t - n // 2 for i, t, n in zip(at, tap, psf_shape))
            if all(0 <= i < n for i, n in zip(to, image.shape)):
                expected[to] += image[at] * psf[tap] / psf.sum()
    # The result is rounded to float32.
    np.testing.assert_allclose(pa.phantoms.blur(image, psf), expected, rtol=1e-6)


def test_blur_keeps_photons_and_does_not_wrap():
    image = np.zeros((16, 16, 16))
    image[0, 8, 8] = 100
    blurred = pa.phantoms.blur(image, np.ones((5, 5, 5)))
    assert blurred.sum() == pytest.approx(100 * 3 / 5, rel=1e-6)  # two of the five planes lie outside
    assert blurred[3:].max() < 1e-6  # rounding of a transform at a level of 100
    with pytest.raises(ValueError, match="sum of psf"):
        pa.phantoms.blur(image, np.zeros((3, 3, 3)))
    with pytest.raises(ValueError, match="as many axes"):
        pa.phantoms.blur(image, np.ones((3, 3)))


def test_noise_has_the_mean_and_variance_of_a_camera():
    image = np.full((16, 96, 96), 2.0)
    image[0] = 1.0
    recorded = pa.phantoms.noise(image, photons=80, background=20, read_noise=3, gain=2.5, offset=98, seed=4)
    n = recorded[1:].size
    expected_mean, expected_variance = 98 + 2.5 * 100, 2.5**2 * (100 + 9)
    assert recorded[1:].mean() == pytest.approx(expected_mean, abs=4 * np.sqrt(expected_variance / n))
    assert recorded[1:].var() == pytest.approx(expected_variance, rel=4 * np.sqrt(2 / n))
    assert recorded[0].mean() == pytest.approx(98 + 2.5 * 60, abs=4 * np.sqrt(2.5**2 * 69 / recorded[0].size))


def test_noise_without_a_camera_is_poisson_and_depends_on_seed_and_plane_alone():
    light = np.full((4, 64, 64), 5.0)
    counts = pa.phantoms.noise(light, seed=1)
    assert counts.dtype == np.float32 and (counts == np.rint(counts)).all()
    # P(0) = exp(-5); of 16384 voxels 110 ± 10.5.
    assert (counts == 0).mean() == pytest.approx(np.exp(-5), abs=4 * 10.5 / counts.size)
    assert (counts[:2] == pa.phantoms.noise(light[:2], seed=1)).all()
    assert (counts[0] != counts[1]).any() and (counts != pa.phantoms.noise(light, seed=2)).any()
    with pytest.raises(ValueError, match="must not be negative"):
        pa.phantoms.noise(-light)
    with pytest.raises(ValueError, match="brightest voxel"):
        pa.phantoms.noise(np.zeros((2, 2, 2)), photons=10)


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: pa.phantoms.beads((4, 4), radius_um=1), "three sizes"),
        (lambda: pa.phantoms.beads((8, 8, 8), radius_um=0), "radius_um must be finite and above 0"),
        (lambda: pa.phantoms.beads((8, 8, 8), radius_um=1, centres_um=[1, 2, 3]), r"shape \(N, 3\)"),
        (lambda: pa.phantoms.shells((8, 8, 8), radius_um=1, thickness_um=2), "at most radius_um"),
        (
            lambda: pa.phantoms.filaments((8, 8, 8), radius_um=1, paths_um=[[(1, 2, 3)]]),
            "at least two points",
        ),
        (lambda: pa.phantoms.filaments((8, 8, 8), radius_um=1, voxel_um=(1, 1)), "voxel_um"),
    ],
)
def test_bad_input_gives_a_sentence(draw, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw()
