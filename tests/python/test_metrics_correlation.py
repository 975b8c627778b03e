"""Fourier ring and shell correlation: identities, statistics of noise, known signal-to-noise ratios, axes."""

import numpy as np
import planapo as pa
import pytest

fsc = pa.metrics.fourier_shell_correlation


def band_limited(shape, limit, size=1.0, seed=0):
    """White noise below the frequency `limit`, nothing above."""
    axes = [np.fft.fftfreq(n, s) for n, s in zip(shape, np.broadcast_to(size, len(shape)))]
    radius = np.sqrt(sum(g**2 for g in np.meshgrid(*axes, indexing="ij")))
    noise = np.random.default_rng(seed).normal(size=shape)
    return np.fft.ifftn(np.fft.fftn(noise) * (radius < limit)).real


@pytest.mark.parametrize("shape", [(32, 33), (16, 17, 18), (1, 24, 24), (2, 16, 64)])
def test_an_image_correlates_with_itself_and_against_its_negative(shape):
    image = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_allclose(fsc(image, image).correlation, 1, atol=1e-12)
    np.testing.assert_allclose(
        fsc(image, 5 - 3 * image).correlation, -1, atol=1e-12
    )  # scale and offset fall out


@pytest.mark.parametrize("shape", [(21, 24), (9, 10, 12)])
def test_curve_equals_the_sum_written_out_over_the_full_spectrum(shape):
    a, b = np.random.default_rng(1).normal(size=(2, *shape))
    curve = fsc(a, b, taper=0, shell_width=0.1)
    spectra = [np.fft.fftn(x - x.mean()) for x in (a, b)]
    radius = np.sqrt(sum(g**2 for g in np.meshgrid(*map(np.fft.fftfreq, shape), indexing="ij")))
    for shell in range(6):
        chosen = (np.rint(radius / 0.1) == shell) & (radius > 0) & (radius <= 0.5 + 1e-12)
        if not chosen.any():
            continue
        first, second = spectra[0][chosen], spectra[1][chosen]
        expected = (first * second.conj()).sum().real / np.linalg.norm(first) / np.linalg.norm(second)
        index = int(np.argmin(abs(curve.frequency - radius[chosen].mean())))
        assert curve.correlation[index] == pytest.approx(expected, abs=1e-12)
        assert curve.count[index] == curve.effective_count[index] == chosen.sum()


@pytest.mark.parametrize(("taper", "least"), [(0.0, 0.94), (0.125, 0.85), (0.5, 0.75)])
@pytest.mark.parametrize("shape", [(96, 96), (40, 40, 40), (12, 64, 64)])
def test_independent_noises_scatter_as_the_shell_count_says(shape, taper, least):
    deviations = []
    for seed in range(16):
        curve = fsc(*np.random.default_rng(seed).normal(size=(2, *shape)), taper=taper)
        large = curve.effective_count > 50  # so that the scatter is normal
        deviations.append((curve.correlation * np.sqrt(curve.effective_count))[large])
    deviations = np.concatenate(deviations)
    n = deviations.size
    assert abs(deviations.mean()) < 4 / np.sqrt(n)
    # Standard error of a standard deviation: 1/√(2n), about 0.04. Under a window the count is a cautious one.
    assert least - 0.1 < deviations.std() < 1.1
    assert (abs(deviations) < 3).mean() > 0.985


@pytest.mark.parametrize("snr", [0.2071, 1.0, 4.0])
def test_known_signal_to_noise_ratio_gives_the_known_correlation(snr):
    draw = np.random.default_rng(3)
    signal = np.sqrt(snr) * draw.normal(size=(48, 48, 48))
    curve = fsc(signal + draw.normal(size=signal.shape), signal + draw.normal(size=signal.shape))
    expected = snr / (1 + snr)
    # 48³ coefficients, a third of them independent under the window: a standard error of 0.005; 4 of them.
    assert np.average(curve.correlation, weights=curve.count) == pytest.approx(expected, abs=0.02)


def test_half_bit_threshold_has_its_published_values():
    curve = fsc(*np.random.default_rng(0).normal(size=(2, 32, 32, 32)))
    root = np.sqrt(curve.effective_count)
    published = (0.2071 + 1.9102 / root) / (
        1.2071 + 0.9102 / root
    )  # van Heel & Schatz (2005), to four digits
    np.testing.assert_allclose(curve.threshold("half-bit"), published, atol=2e-4)
    np.testing.assert_array_equal(curve.threshold("1/7"), 1 / 7)
    with pytest.raises(ValueError, match="half-bit"):
        curve.threshold("one-bit")


@pytest.mark.parametrize("size", [1.0, (0.25, 0.1, 0.1)])
def test_resolution_is_the_band_limit_in_physical_units(size):
    shape, limit = (32, 64, 64), 0.35 / np.max(size)
    signal = band_limited(shape, limit, size)
    draw = np.random.default_rng(5)
    level = 0.3 * signal.std()
    pair = [signal + level * draw.normal(size=shape) for _ in range(2)]
    curve = fsc(*pair, voxel_um=size)
    assert curve.unit == "um"
    shell = np.diff(curve.frequency).max()
    for criterion in ("half-bit", "1/7", 0.5):
        # The window smears by two frequency steps, at most those of the short axis, and a shell is one wide.
        assert limit - shell < 1 / curve.resolution(criterion) < limit + shell + 2 / (32 * np.max(size))


def test_axial_and_lateral_resolution_are_told_apart():
    shape = (48, 48, 48)
    z, y, x = np.meshgrid(*[np.fft.fftfreq(48)] * 3, indexing="ij")
    inside = (z / 0.15) ** 2 + (y**2 + x**2) / 0.35**2 < 1
    draw = np.random.default_rng(0)
    signal = np.fft.ifftn(np.fft.fftn(draw.normal(size=shape)) * inside).real
    pair = [signal + 0.1 * signal.std() * draw.normal(size=shape) for _ in range(2)]
    axial, lateral = (fsc(*pair, sector=sector).resolution(0.5) for sector in ("axial", "lateral"))
    # Within 30° of its axis the ellipsoid ends between 0.15 and 0.17, within 30° of its equator between 0.24
    # and 0.35; the window smears by two steps of 1/48.
    assert 1 / (0.17 + 2 / 48) < axial < 1 / 0.15 and 1 / (0.35 + 2 / 48) < lateral < 1 / 0.24


def test_taper_removes_the_correlation_of_the_faces():
    ramp = np.linspace(0, 200, 64)[:, None] + np.zeros((64, 64))  # a gradient of light: jumps when repeated
    pair = [ramp + draw for draw in np.random.default_rng(0).normal(size=(2, 64, 64))]
    assert fsc(*pair, taper=0).resolution() < 3  # the jump looks like detail
    assert fsc(*pair).resolution() > 6


def test_margin_leaves_out_what_happens_at_the_faces():
    a, b = np.random.default_rng(0).normal(size=(2, 48, 48))
    for image in (a, b):
        image[:6] += 20 * np.random.default_rng(9).normal(size=(6, 48))  # the same at one face of both
    assert fsc(a, b, taper=0).resolution() < 3
    assert fsc(a, b, margin_px=(6, 0)).resolution() == np.inf
    assert fsc(a, b, margin_px=(6, 0)).correlation.shape == fsc(a[6:-6], b[6:-6]).correlation.shape


def test_ends_of_the_scale_and_the_sentence():
    a, b = np.random.default_rng(0).normal(size=(2, 32, 32))
    assert fsc(a, a).resolution() == pytest.approx(2, rel=0.03)  # the sampling limit
    assert fsc(a, b).resolution() == np.inf
    assert repr(fsc(a, b)).startswith("FourierCorrelation(16 shells; resolution inf px at half-bit")
    ring = pa.metrics.fourier_ring_correlation(a, a, pixel_um=0.1)
    assert ring.resolution() == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ((np.eye(8), np.eye(9)), {}, "same shape"),
        ((np.eye(8), np.ones((8, 8))), {}, "b is constant"),
        ((np.eye(8), np.eye(8)), {"taper": 0.6}, "taper must be at most 0.5"),
        ((np.eye(8), np.eye(8)), {"voxel_um": (1, 0)}, "voxel_um must be one positive number or 2"),
        ((np.eye(8), np.eye(8)), {"sector": "axial"}, "sector must be"),
        ((np.eye(8), np.eye(8)), {"margin_px": 4}, "leaves less than two voxels"),
        ((np.ones((1, 1)), np.ones((1, 1))), {}, "single voxel"),
        ((np.ones(5), np.ones(5)), {}, "2 or 3 axes"),
    ],
)
def test_bad_input_gives_a_sentence(arguments, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        fsc(*arguments, **options)
