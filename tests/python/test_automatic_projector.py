"""alpha, beta and the signal-to-noise ratio by which they are chosen."""

from __future__ import annotations

import json
import math

import numpy as np
import planapo as pa
import pytest
from planapo import _core
from signal_to_noise import signal_to_noise

PSF = np.asarray(pa.psf.gaussian((3, 3, 3), shape=(9, 9, 9)))
FLAT_PSF = np.asarray(pa.psf.gaussian((3, 3), shape=(9, 9)))


def report_of(image, psf=PSF, **options) -> pa.DeconvolveReport:
    deconvolver = pa.Deconvolver(psf, iterations=1, device="cpu", **options)
    deconvolver(image)
    return deconvolver.report


def patch(signal: float, noise: float, shape=(10, 60, 70), seed: int = 3) -> np.ndarray:
    """A bright third of an image, and noise of one strength everywhere."""
    image = np.full(shape, 200.0)
    image[..., : shape[-1] // 3] += signal
    return (image + np.random.default_rng(seed).normal(0, noise, shape)).astype(np.float32)


def photons(brightest: float, shape=(12, 40, 41), seed: int = 5) -> np.ndarray:
    """Filaments, blurred, recorded with so many photons where they are brightest."""
    truth = pa.phantoms.filaments(shape, radius_um=0.1, count=5, voxel_um=0.1, seed=2)
    return pa.phantoms.noise(pa.phantoms.blur(truth, PSF), photons=brightest, seed=seed)


@pytest.mark.parametrize("shape", [(9, 40, 33), (1, 50, 700), (20, 2, 50), (3, 50, 1), (2, 3, 3)])
@pytest.mark.parametrize("dtype", ["float32", "uint16"])
def test_ratio_is_the_original_s(shape, dtype):
    image = np.random.default_rng(1).poisson(30, shape)
    image[:, : shape[1] // 3 + 1, : shape[2] // 4 + 1] *= 7

    measured = report_of(image.astype(dtype)).signal_to_noise

    assert measured == pytest.approx(signal_to_noise(image), rel=1e-5)  # single against double precision


def test_ratio_is_where_the_image_lies(machine):
    image = photons(100)[:, :12, :13]
    on = pa.Deconvolver(PSF, iterations=1, device=machine)
    on(image)

    assert on.report.signal_to_noise == report_of(image).signal_to_noise


@pytest.mark.parametrize("ratio", [4, 20, 100])
def test_ratio_of_a_known_image(ratio):
    # 10 %: near 1, what noise lifts out of the dark counts as dim light; edges are half light, too.
    assert report_of(patch(ratio * 7.0, 7.0)).signal_to_noise == pytest.approx(ratio, rel=0.1)


def test_hot_pixels_do_not_move_the_ratio():
    image = patch(100, 10)
    hot = image.copy()
    hot.flat[np.random.default_rng(4).choice(image.size, 5, replace=False)] = 20000

    # 10 %: they hold a fourteenth of the light.
    assert report_of(hot).signal_to_noise == pytest.approx(report_of(image).signal_to_noise, rel=0.1)


def test_extremes():
    assert report_of(np.full((5, 9, 9), 7.0)).signal_to_noise == 0  # nothing stands out
    assert report_of(np.kron(np.eye(4)[None], np.ones((4, 9, 9)))).signal_to_noise == 1000  # no noise
    assert report_of(np.ones((9, 2, 2))).signal_to_noise is None  # nowhere to tell noise from
    assert report_of(np.ones((9, 2, 2)) + np.eye(2), method="omw").alpha is not None


@pytest.mark.parametrize("method", ["wiener-butterworth", "wiener", "omw"])
def test_alpha_falls_as_photons_rise(method):
    reports = [report_of(photons(n), method=method) for n in (10, 100, 1000, 10000)]

    alphas = [report.alpha for report in reports]
    assert alphas == sorted(alphas, reverse=True) and len(set(alphas)) >= 3
    for report in reports:  # the rule, in steps of a tenth of a decade
        decades = round(10 * math.log10(report.signal_to_noise)) / 10
        assert report.alpha == pytest.approx(np.clip(0.01 * 10 ** (-0.8 * decades), 0.001, 0.02))
        assert report.beta == (0.8 if method == "wiener-butterworth" else None)


def test_what_is_given_is_taken():
    report = report_of(photons(100), alpha=0.02, beta=0.3)
    assert (report.alpha, report.beta, report.signal_to_noise) == (0.02, 0.3, None)

    report = report_of(photons(100), alpha="auto", beta=0.3)
    assert report.alpha != 0.02 and report.beta == 0.3 and report.signal_to_noise is not None


@pytest.mark.parametrize("method, beta", [("matched", None), ("gaussian", None), ("butterworth", 0.1)])
def test_methods_without_alpha_have_none(method, beta):
    report = report_of(photons(100), method=method)
    assert (report.alpha, report.beta, report.signal_to_noise) == (None, beta, None)


def test_word_that_is_not_auto_is_refused():
    with pytest.raises(pa.InvalidArgument, match="alpha is 'much': it must be a number"):
        pa.Deconvolver(PSF, alpha="much")


def test_chosen_values_give_the_same_result_when_given():
    image = photons(50)
    deconvolver = pa.Deconvolver(PSF, method="omw", iterations=2, device="cpu")
    automatic = deconvolver(image)

    alpha = deconvolver.report.alpha
    given = pa.deconvolve(image, PSF, method="omw", iterations=2, alpha=alpha, device="cpu")

    np.testing.assert_array_equal(automatic, given)


def test_every_image_gets_its_own_and_a_series_that_of_its_first():
    dim, bright = photons(10), photons(5000)
    deconvolver = pa.Deconvolver(PSF, iterations=1, device="cpu")
    alone = [deconvolver(image) for image in (dim, bright, dim)]
    np.testing.assert_array_equal(alone[0], alone[2])
    chosen = [report_of(image).alpha for image in (dim, bright)]
    assert chosen[0] != chosen[1]

    together = deconvolver.series([dim, bright])

    assert [report.alpha for report in deconvolver.reports] == [chosen[0]] * 2
    np.testing.assert_array_equal(together[0], alone[0])
    assert np.abs(together[1] - alone[1]).max() > 0.01 * alone[1].max()


def test_channels_of_a_series_choose_one_by_one():
    channels = pa.Image(np.stack([photons(10), photons(5000)]), axes="CZYX")
    deconvolver = pa.Deconvolver(PSF, iterations=1, device="cpu")
    deconvolver.series(channels)

    alone = [report_of(np.asarray(channel)).alpha for channel in channels]
    assert [report.alpha for report in deconvolver.reports] == alone and alone[0] != alone[1]


def test_planes():
    image = photons(100)[6]
    report = report_of(image, FLAT_PSF, method="omw")
    assert report.signal_to_noise == pytest.approx(signal_to_noise(image[None]), rel=1e-5)


def test_command_line(command_line):
    pa.imwrite("cell.tif", photons(300))
    pa.imwrite("psf.tif", PSF)
    command = ["deconvolve", "cell.tif", "--psf", "psf.tif", "--psf-as-is", "--device", "cpu", "-o"]

    done = command_line(*command, "auto.tif", "--method", "omw", "--alpha", "auto", "--beta", "auto")
    assert done.returncode == 0, done.stderr
    command_line(*command, "given.tif", "--method", "wiener", "--alpha", 0.02)

    auto, given = (json.loads(_core.ImageFile(name).info.provenance) for name in ("auto.tif", "given.tif"))
    assert auto["parameters"]["alpha"] == "auto" and given["parameters"]["alpha"] == 0.02
    assert auto["first_time_point"][0]["alpha"] == report_of(photons(300), method="omw").alpha
    assert given["first_time_point"][0]["alpha"] == 0.02
