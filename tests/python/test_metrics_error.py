"""NRMSE, PSNR and SSIM against algebra and against scikit-image."""

import numpy as np
import planapo as pa
import pytest


def random_pair(shape, seed=0):
    draw = np.random.default_rng(seed)
    truth = draw.random(shape)
    return truth + 0.1 * draw.normal(size=shape), truth


def test_nrmse_ignores_scale_but_not_offset():
    _, truth = random_pair((4, 5, 6))
    # One rounding per voxel and sum in float64.
    assert pa.metrics.nrmse(-3.7 * truth, truth) == pytest.approx(0, abs=1e-14)
    assert pa.metrics.nrmse(truth + 1, truth) > 0.1


def test_nrmse_is_the_sine_of_the_angle():
    image, truth = random_pair((4, 5, 6))
    cosine = (image * truth).sum() / np.sqrt((image**2).sum() * (truth**2).sum())
    assert pa.metrics.nrmse(image, truth) == pytest.approx(np.sqrt(1 - cosine**2), rel=1e-12)


def test_nrmse_is_the_smallest_over_all_scales():
    image, truth = random_pair((200,))
    scales = np.linspace(0.5, 1.5, 20001)
    errors = [np.linalg.norm(s * image - truth) / np.linalg.norm(truth) for s in scales]
    # The error is flat about its minimum: a grid of 5e-5 in scale finds it to the square of that.
    assert pa.metrics.nrmse(image, truth) == pytest.approx(min(errors), abs=1e-8)


def test_nrmse_at_the_ends_of_its_range():
    assert pa.metrics.nrmse([0.0, 1.0], [1.0, 0.0]) == 1.0
    assert pa.metrics.nrmse(np.zeros(5), np.ones(5)) == 1.0


@pytest.mark.parametrize("shape", [(24, 31), (14, 15, 16)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_psnr_and_ssim_agree_with_scikit_image(shape, dtype):
    reference = pytest.importorskip("skimage.metrics", reason="scikit-image, the oracle, is not installed")
    image, truth = (np.clip(200 * a, 0, 255).astype(dtype) for a in random_pair(shape))
    expected = reference.structural_similarity(
        truth.astype(float),
        image.astype(float),
        data_range=200,
        gaussian_weights=True,
        use_sample_covariance=False,
    )
    # The same sums in another order.
    assert pa.metrics.ssim(image, truth, data_range=200) == pytest.approx(expected, abs=1e-10)
    expected = reference.peak_signal_noise_ratio(truth.astype(float), image.astype(float), data_range=200)
    assert pa.metrics.psnr(image, truth, data_range=200) == pytest.approx(expected, rel=1e-12)


def test_psnr_of_known_noise():
    truth = np.zeros((10, 10))
    truth[0, 0] = 100
    assert pa.metrics.psnr(truth + 1, truth) == pytest.approx(40)  # 10 log10(100² / 1²)
    assert pa.metrics.psnr(truth, truth) == np.inf


def test_ssim_ranks_images_and_knows_equality():
    image, truth = random_pair((16, 16, 16))
    assert pa.metrics.ssim(truth, truth) == pytest.approx(1, abs=1e-12)
    worse = truth + 3 * (image - truth)
    assert pa.metrics.ssim(worse, truth) < pa.metrics.ssim(image, truth) < 1
    flat = image[0]
    assert pa.metrics.ssim(flat[None], truth[:1]) == pa.metrics.ssim(flat, truth[0])


@pytest.mark.parametrize("metric", [pa.metrics.nrmse, pa.metrics.psnr, pa.metrics.ssim])
def test_bad_input_gives_a_sentence(metric):
    good = np.arange(256.0).reshape(16, 16)
    holed = good.copy()
    holed[1, 2], holed[3, 4] = np.nan, np.inf
    with pytest.raises(ValueError, match=r"2 NaN or infinite values, the first at index \(1, 2\)"):
        metric(holed, good)
    with pytest.raises(ValueError, match=r"same shape, but have \(16, 15\) and \(16, 16\)"):
        metric(good[:, :-1], good)
    with pytest.raises(ValueError, match="complex128"):
        metric(good, good * 1j)
    with pytest.raises(ValueError, match="empty"):
        metric(good[:0], good[:0])


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="zero everywhere"):
        pa.metrics.nrmse(np.ones(3), np.zeros(3))
    with pytest.raises(ValueError, match="constant"):
        pa.metrics.psnr(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="11 voxels wide"):
        pa.metrics.ssim(np.eye(10), np.eye(10))
    with pytest.raises(ValueError, match="data_range must be finite and above 0"):
        pa.metrics.psnr(np.eye(10), np.eye(10), data_range=0)
