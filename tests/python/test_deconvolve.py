"""deconvolve and Deconvolver: results against the double-precision original, shapes, options, threads."""

from __future__ import annotations

import pickle
import threading
import warnings

import numpy as np
import planapo as pa
import pytest
from richardson_lucy import richardson_lucy


@pytest.mark.parametrize(
    "method", ["matched", "gaussian", "butterworth", "wiener-butterworth", "wiener", "omw"]
)
@pytest.mark.parametrize("boundary", ["mirror", "wrap", "zero"])
def test_agrees_with_the_original(machine, scene, method, boundary):
    image, psf = scene

    restored = pa.deconvolve(
        image, psf, method=method, boundary=boundary, iterations=2, background=5, device=machine,
        alpha=0.01, beta=0.1,
    )  # fmt: skip

    expected = richardson_lucy(image, psf, 2, method=method, boundary=boundary, background=5)
    # Single against double precision: the library promises 1e-4 of the peak between machines.
    assert np.abs(restored - expected).max() < 1e-4 * expected.max()


def test_options_reach_the_library(scene):
    image, psf = scene
    options = dict(alpha=0.05, beta=0.3, order=4, floor=0.5, start="flat")

    restored = pa.deconvolve(image, psf, iterations=3, device="cpu", **options)

    expected = richardson_lucy(image, psf, 3, **options)
    assert np.abs(restored - expected).max() < 1e-4 * expected.max()  # as above


def test_result_is_float32_of_the_input_s_shape(scene):
    image, psf = scene

    restored = pa.deconvolve(image.astype(np.uint16), psf, iterations=1, device="cpu")

    assert type(restored) is np.ndarray
    assert restored.dtype == np.float32 and restored.shape == image.shape


@pytest.mark.parametrize("dtype", ["uint8", "int16", ">u2", "int64", "float16", "float64", ">f4"])
def test_every_real_dtype_means_the_same(scene, dtype):
    image, psf = scene
    image = np.minimum(image, 200)

    restored = pa.deconvolve(image.astype(dtype), psf, iterations=1, device="cpu")

    np.testing.assert_array_equal(restored, pa.deconvolve(image, psf, iterations=1, device="cpu"))


def test_strided_images_and_lists_are_taken(scene):
    image, psf = scene
    expected = pa.deconvolve(image, psf, iterations=1, device="cpu")

    transposed = pa.deconvolve(np.asfortranarray(image), psf, iterations=1, device="cpu")
    listed = pa.deconvolve(image.tolist(), psf.tolist(), iterations=1, device="cpu")

    np.testing.assert_array_equal(transposed, expected)
    np.testing.assert_array_equal(listed, expected)


def test_two_axes_are_one_plane(machine, scene):
    image, psf = scene[0][5], scene[1][4]

    restored = pa.deconvolve(image, psf, iterations=2, device=machine)

    as_volume = pa.deconvolve(image[np.newaxis], psf[np.newaxis], iterations=2, device=machine)
    np.testing.assert_array_equal(restored, as_volume[0])


@pytest.mark.parametrize("asked", [None, "auto"])
def test_auto_decides_and_reports(scene, asked):
    image, psf = scene
    plan = pa.Deconvolver(psf, iterations=asked, device="cpu")

    restored = plan(image)

    fixed = pa.deconvolve(image, psf, iterations=plan.report.iterations, device="cpu")
    assert 1 <= plan.report.iterations <= 10
    np.testing.assert_array_equal(restored, fixed)


def test_plan_runs_many_images_into_out_without_new_memory(machine, scene):
    image, psf = scene
    plan = pa.Deconvolver(psf, iterations=1, device=machine)
    out = np.empty_like(image)
    first = plan(image)
    pa.reset_peak_bytes(machine)
    before = pa.bytes_in_use(machine)

    for scale in (1, 2, 1):
        returned = plan(scale * image, out=out)

    assert returned is out
    assert pa.peak_bytes(machine) == pa.bytes_in_use(machine) == before
    np.testing.assert_array_equal(out, first)


def test_plan_foretells_memory(machine, scene):
    image, psf = scene
    plan = pa.Deconvolver(psf, iterations=1, device=machine)
    foretold = plan.plan(image.shape)
    pa.reset_peak_bytes(machine)
    before = pa.bytes_in_use(machine)

    plan(image)

    taken = pa.peak_bytes(machine) - before
    assert all(g >= n for g, n in zip(foretold.grid, image.shape))
    # 5 % is what the design promises; building OTFs may take a little for a moment.
    assert taken == pytest.approx(foretold.device_bytes, rel=0.05)


def test_report_tells_the_history(scene):
    image, psf = scene
    plan = pa.Deconvolver(psf, method="matched", iterations=5, device="cpu")

    plan(image)

    divergence = plan.report.divergence
    assert plan.report.iterations == 5 and plan.report.device == "cpu" and plan.report.seconds > 0
    assert all(
        later < earlier for earlier, later in zip(divergence, divergence[1:])
    )  # matched RL never climbs


def test_threads_side_by_side(scene):
    image, psf = scene
    expected = pa.deconvolve(image, psf, iterations=3, device="cpu")
    shared = pa.Deconvolver(psf, iterations=3, device="cpu")
    results: list[np.ndarray] = []

    def work(plan):
        results.extend(plan(image.astype(np.float64)) for _ in range(4))

    own = [pa.Deconvolver(psf, iterations=3, device="cpu") for _ in range(2)]
    workers = [threading.Thread(target=work, args=(plan,)) for plan in (shared, shared, *own)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(results) == 16
    for result in results:
        np.testing.assert_array_equal(result, expected)


def test_psf_is_resampled_where_voxels_differ(scene):
    image, _ = scene
    coarse, fine = (0.2, 0.1, 0.1), (0.1, 0.05, 0.05)
    psf = pa.psf.gaussian((0.8, 0.3, 0.3), fine)  # knows its voxels
    same = pa.psf.gaussian((0.8, 0.3, 0.3), coarse)

    plan = pa.Deconvolver(psf, voxel_um=coarse, iterations=1, device="cpu")
    restored = plan(image)

    direct = pa.deconvolve(image, same, iterations=1, device="cpu")
    assert "resampled" in plan.notes[0] and "0.05" in plan.notes[0]
    # Voxels twice the size hold 2 x 2 x 2 of the fine ones, shifted by half a fine voxel: an interpolation.
    assert np.abs(restored - direct).max() < 0.02 * direct.max()


def test_image_brings_its_voxel_size(scene):
    image, _ = scene
    psf = pa.psf.gaussian((0.8, 0.3, 0.3), (0.1, 0.05, 0.05))
    known = pa.Image(image, voxel_um=(0.2, 0.1, 0.1))

    restored = pa.deconvolve(known, psf, iterations=1, device="cpu")

    told = pa.deconvolve(image, psf, voxel_um=(0.2, 0.1, 0.1), iterations=1, device="cpu")
    assert isinstance(restored, pa.Image) and restored.voxel_um == (0.2, 0.1, 0.1)
    np.testing.assert_array_equal(restored, told)


def test_psf_given_in_voxels_is_never_resampled(scene):
    image, psf = scene
    known = pa.Image(image, voxel_um=(0.2, 0.1, 0.1))

    restored = pa.deconvolve(known, pa.psf.gaussian((4, 3, 3), shape=psf.shape), iterations=1, device="cpu")

    np.testing.assert_array_equal(restored, pa.deconvolve(image, psf, iterations=1, device="cpu"))


def test_plan_for_other_voxels_warns(scene):
    plan = pa.Deconvolver(scene[1], voxel_um=(0.2, 0.1, 0.1), iterations=1, device="cpu")

    with pytest.warns(pa.PlanapoWarning, match=r"0\.3 x 0\.1 x 0\.1 um"):
        plan(pa.Image(scene[0], voxel_um=(0.3, 0.1, 0.1)))


def test_clean_data_warn_of_nothing(scene):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pa.deconvolve(*scene, iterations=1, device="cpu")


def test_a_plan_is_pickled_as_what_it_was_made_of(scene):
    image, psf = scene
    plan = pa.Deconvolver(
        pa.Image(psf, voxel_um=0.1), iterations=2, background=5, voxel_um=(0.2, 0.1, 0.1), device="cpu"
    )

    again = pickle.loads(pickle.dumps(plan))

    assert again.notes == plan.notes != ()
    np.testing.assert_array_equal(again(image), plan(image))


@pytest.mark.parametrize("shape", [(8.5, 1, 1), (2**70, 1, 1), "abc", (0, 1, 1), (5, 5), 7])
def test_shapes_that_cannot_be_planned(scene, shape):
    with pytest.raises(pa.InvalidArgument, match="shape is .*: it must be 3 whole numbers"):
        pa.Deconvolver(scene[1], device="cpu").plan(shape)


def test_two_edges_of_three(scene):
    with pytest.raises(pa.InvalidArgument, match=r"voxel_um is \(0.1, 0.1\).*z, y, x"):
        pa.Deconvolver(scene[1], voxel_um=(0.1, 0.1))
