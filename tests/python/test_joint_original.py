"""The original of joint deconvolution where its result is known: what planapo is tested on must be right."""

from __future__ import annotations

import numpy as np
import pytest
from joint import compound_projectors, joint
from richardson_lucy import richardson_lucy

SHAPE = (6, 7, 8)


@pytest.fixture
def recording():
    """A random image, and a lopsided PSF of odd and even lengths."""
    random = np.random.default_rng(3)
    return random.uniform(1, 10, SHAPE), random.uniform(0.1, 1, (3, 4, 5))


@pytest.mark.parametrize("boundary", ["mirror", "wrap", "zero"])
@pytest.mark.parametrize("method", ["matched", "gaussian"])
def test_one_view_is_richardson_lucy(recording, method, boundary):
    image, psf = recording
    options = {"method": method, "boundary": boundary, "floor": 1e-3}
    expected = richardson_lucy(image, psf, 3, background=0.5, **options)
    found, _ = joint([image], [psf], 3, backgrounds=[0.5], **options)
    np.testing.assert_allclose(found, expected, rtol=1e-10)  # doubles, in another order
    weighted, _ = joint([image], [psf], 3, weights=[np.full(SHAPE, 0.5)], backgrounds=[0.5], **options)
    np.testing.assert_allclose(weighted, expected, rtol=1e-10)


@pytest.mark.parametrize("scheme", ["additive", "multiplicative"])
def test_equal_views_acting_together_are_one(recording, scheme):
    image, psf = recording
    expected = richardson_lucy(image, psf, 3, method="matched", floor=1e-3)
    found, _ = joint([image] * 3, [psf] * 3, 3, method="matched", scheme=scheme, floor=1e-3)
    np.testing.assert_allclose(found, expected, rtol=1e-10)  # doubles, in another order


def test_what_is_constant_stays_so_whatever_the_surroundings():
    image, psf = np.full(SHAPE, 7.0), np.ones((3, 3, 3))
    for options in [{"boundary": "unknown"}, {"penalty": "tv"}, {"penalty": "tikhonov-miller"}]:
        found, _ = joint([image], [psf], 5, method="matched", **options)
        np.testing.assert_allclose(found, image, rtol=1e-10)


def test_what_has_no_weight_may_hold_anything(recording):
    image, psf = recording
    weights = np.where(np.random.default_rng(4).uniform(size=SHAPE) < 0.3, 0, 1)
    expected, _ = joint([image], [psf], 3, weights=[weights], method="matched")
    found, _ = joint([np.where(weights > 0, image, np.nan)], [psf], 3, weights=[weights], method="matched")
    np.testing.assert_array_equal(found, expected)


def test_a_compound_projector_of_gaussians_is_a_gaussian():
    grid = np.arange(-10, 11)[None, None, :]
    narrow, wide = (np.exp(-(grid**2) / (2 * s**2)) for s in (1.0, 2.0))
    projector, _ = compound_projectors([narrow / narrow.sum(), wide / wide.sum()])
    # exp(-x^2 / 2) times a Gaussian of the variance 1 + 4 + 4
    expected = np.exp(-(grid**2) / 2 * (1 + 1 / 9))
    np.testing.assert_allclose(projector, expected / expected.sum(), atol=1e-6)  # the tails are cut off


def test_acceleration_needs_two_changes_and_goes_no_further_than_it_came(recording):
    image, psf = recording
    _, momenta = joint([image], [psf], 8, method="matched", acceleration="biggs-andrews")
    assert momenta[0] == 0 and all(0 <= momentum <= 1 for momentum in momenta)
    _, momenta = joint([image], [psf], 4, method="matched", acceleration="heavy-ball")
    np.testing.assert_allclose(momenta, [1 / 4, 2 / 5, 3 / 6])
