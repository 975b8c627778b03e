"""When a run stops by itself: held-out photons, and the original that decides by the same photons."""

from __future__ import annotations

from itertools import islice

import numpy as np
import planapo as pa
import pytest
from stopping import consensus, first_minimum, held_out_divergences

PSF = np.asarray(pa.psf.gaussian((2.5, 2.5, 2.5), shape=(9, 9, 9)))


def recorded(photons, *, gain=1.0, offset=0.0, shape=(6, 40, 72)):
    object_ = pa.phantoms.filaments(shape, radius_um=0.4, count=9, seed=2)
    light = pa.phantoms.blur(object_, PSF)
    return object_, pa.phantoms.noise(light, photons=photons, background=2, gain=gain, offset=offset, seed=3)


def philox(counter, key):
    """Philox4x32-10 of arrays of counters (four words each), as its authors publish it."""
    a, b, c, d = (np.asarray(word, np.uint64) for word in counter)
    low, high = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        first, second = a * np.uint64(0xD2511F53), c * np.uint64(0xCD9E8D57)
        mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
        a, b, c, d = (
            (second >> half) ^ b ^ np.uint64(low),
            second & mask,
            (first >> half) ^ d ^ np.uint64(high),
            first & mask,
        )
        low, high = (low + 0x9E3779B9) & 0xFFFFFFFF, (high + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([a, b, c, d], axis=-1)


def share(photons, halvings, draw=0):
    """Count, of up to 128 whole photons a voxel, those whose bits are 1 in `halvings` blocks."""
    voxel, nothing = np.arange(photons.size), np.zeros(photons.size)
    words = ~np.zeros((photons.size, 4), np.uint64)
    for block in range(1, halvings + 1):
        words &= philox((voxel, nothing, nothing + draw, nothing + block), 0)
    bits = (words[..., None] >> np.arange(32, dtype=np.uint64)) & np.uint64(1)
    there = np.arange(128) < photons.reshape(-1, 1)
    return (bits.reshape(-1, 128) * there).sum(axis=1).reshape(photons.shape).astype(float)


@pytest.mark.parametrize("background", [0, 2])
def test_stops_where_the_original_stops(machine, background):
    """The photons are drawn by another implementation of Philox. Too small to look at noise: dark is 0."""
    _, image = recorded(8, shape=(5, 15, 18))
    assert image.max() <= 128
    options = dict(method="matched", background=background, device=machine)
    restore = pa.Deconvolver(PSF, stop="held-out", photons_per_unit=1, **options)

    restored = restore(image)

    report, taken = restore.report, share(image, 3)
    assert (report.stop, report.photons_per_unit, report.dark) == ("held-out", 1, 0)
    most = len(report.held_out_divergence) - 1
    expected = held_out_divergences(image - taken, taken, PSF, share=1 / 8, most=most, background=background)
    # Single against double precision, of an image's worth of terms that nearly cancel.
    np.testing.assert_allclose(report.held_out_divergence, expected / image.size, rtol=1e-3)
    assert report.iterations == max(1, first_minimum(expected, patience=5)) < 395
    fixed = pa.deconvolve(image, PSF, iterations=report.iterations, **options)
    np.testing.assert_array_equal(restored, fixed)


@pytest.mark.parametrize("boundary", ["mirror", "zero"])
def test_consensus_is_the_original_s(machine, boundary):
    _, image = recorded(8, shape=(5, 15, 18))
    options = dict(background=2, boundary=boundary)
    restore = pa.Deconvolver(
        PSF, method="matched", stop="consensus", photons_per_unit=1, device=machine, **options
    )

    restored = restore(image)

    report = restore.report
    run = consensus(image, PSF, lambda draw: share(image, 1, draw), **options)
    steps = list(islice(run, len(report.held_out_divergence)))
    divergences = np.array([each for _, each, _ in steps])
    np.testing.assert_allclose(report.held_out_divergence, divergences.sum(axis=1) / image.size, rtol=1e-3)
    rises = (np.diff(divergences, axis=0) > 0).all(axis=1)
    assert rises[-1] and not rises[:-1].any() and report.iterations == len(steps) - 2
    expected = steps[report.iterations][0]
    # Voxels whose consensus is 0 but for rounding may be changed by one and not by the other.
    assert np.mean(np.abs(restored - expected) > 1e-3 * expected.max()) < 0.01
    np.testing.assert_allclose(report.agreeing, [agreed for *_, agreed in steps[1:]], atol=0.01)


def test_gradients_of_noise_do_not_agree():
    """Started from the mean, which is right: what the halves ask for is noise, and half of it disagrees."""
    noise = np.random.default_rng(4).poisson(50, (8, 32, 32)).astype(np.float32)
    restore = pa.Deconvolver(
        PSF, method="matched", stop="consensus", photons_per_unit=1, start="flat", device="cpu"
    )
    restored = restore(noise)
    assert min(restore.report.agreeing) < 0.75 and restored.std() < 0.5 * noise.std()


@pytest.mark.parametrize(("photons", "gain", "offset"), [(100, 1, 0), (300, 2.5, 100)])
def test_held_out_photons_find_the_best(photons, gain, offset):
    """Of thin filaments, where the model is right: no light comes from outside."""
    object_, image = recorded(photons, gain=gain, offset=offset)
    options = dict(method="matched", background=offset + 2 * gain, boundary="zero", device="cpu", threads=1)
    restore = pa.Deconvolver(PSF, stop="held-out", **options)

    error = pa.metrics.nrmse(restore(image), object_)

    asked = (10, 20, 40, 80, 160)
    errors = [pa.metrics.nrmse(pa.deconvolve(image, PSF, iterations=n, **options), object_) for n in asked]
    # Of 48 squares each tells the noise to 15 %, a line through them the gain to 10 %: twice that.
    assert restore.report.photons_per_unit * gain == pytest.approx(1, rel=0.2)
    assert error < 1.05 * min(errors)  # the study's worst is 3 %


def test_progress_covers_both_passes():
    _, image = recorded(8, shape=(5, 15, 18))
    seen = []
    restore = pa.Deconvolver(PSF, method="matched", stop="held-out", photons_per_unit=1, device="cpu")
    restore(image, progress=lambda done, total: seen.append(done / total))
    assert seen == sorted(seen) and seen[-1] == 1 and any(0 < share < 0.5 for share in seen)


def test_a_series_has_the_iterations_of_its_first_image():
    _, image = recorded(8, shape=(5, 15, 18))
    restore = pa.Deconvolver(PSF, method="matched", stop="held-out", photons_per_unit=1, device="cpu")
    restore.series(np.stack([image, image / 2]))
    first, second = restore.reports
    assert (first.stop, second.stop) == ("held-out", None) and first.iterations == second.iterations


def test_where_photons_cannot_be_counted_the_divergence_decides():
    light = recorded(60)[0]  # no noise
    quiet = pa.Deconvolver(PSF, method="matched", device="cpu")
    quiet(light)
    assert quiet.report.stop == "divergence" and not quiet.report.warnings
    asked = pa.Deconvolver(PSF, method="matched", stop="held-out", device="cpu")
    with pytest.warns(pa.PlanapoWarning, match="give photons_per_unit"):
        asked(light)
    assert asked.report.stop == "divergence" and asked.report.iterations == quiet.report.iterations


def test_wrong_rules_are_refused():
    with pytest.raises(pa.InvalidArgument, match='There is no stop "later"'):
        pa.Deconvolver(PSF, stop="later")
    with pytest.raises(pa.InvalidArgument, match="matched"):
        pa.Deconvolver(PSF, stop="held-out")
    with pytest.raises(pa.InvalidArgument, match="photons_per_unit is 0"):
        pa.Deconvolver(PSF, method="matched", photons_per_unit=0)


def test_the_command_line_takes_the_rule(command_line, tmp_path):
    _, image = recorded(8, shape=(5, 15, 18))
    pa.imwrite(tmp_path / "in.tif", image)
    pa.imwrite(tmp_path / "psf.tif", PSF)
    files = ("in.tif", "--psf", "psf.tif", "--psf-as-is", "-o", "out.tif", "--device", "cpu")
    options = ("--method", "matched", "--stop", "held-out", "--photons-per-unit", "1")
    assert command_line("deconvolve", *files, *options).returncode == 0
    expected = pa.deconvolve(image, PSF, method="matched", stop="held-out", photons_per_unit=1, device="cpu")
    np.testing.assert_array_equal(pa.imread(tmp_path / "out.tif"), expected)
