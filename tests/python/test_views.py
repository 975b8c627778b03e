"""Joint deconvolution as Python has it: against the original, and on what people give it."""

from __future__ import annotations

import json

import numpy as np
import planapo as pa
import pytest
from joint import joint

SHAPE = (8, 9, 10)
PROJECTOR = {"alpha": 0.05, "beta": 0.2, "order": 4}


@pytest.fixture
def recording():
    """Two random views, lopsided PSFs of odd and even lengths, and weights with holes."""
    random = np.random.default_rng(5)
    views = [random.uniform(1, 10, SHAPE).astype(np.float32) for _ in range(2)]
    psfs = [random.uniform(0.1, 1, n).astype(np.float32) for n in ((3, 4, 5), (5, 3, 3))]
    weights = [random.uniform(0.2, 1, SHAPE).astype(np.float32) for _ in range(2)]
    weights[0][2:4, 3:5, 4:6] = 0
    return views, psfs, weights


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("boundary", ["mirror", "unknown"])
@pytest.mark.parametrize("scheme", ["alternating", "additive", "multiplicative", "bayesian"])
def test_is_what_the_original_says(recording, scheme, boundary, weighted):
    views, psfs, weights = recording
    for method in ("matched", "wiener-butterworth") if scheme != "bayesian" else ("matched",):
        given = weights if weighted else None
        options = {"scheme": scheme, "method": method, "boundary": boundary}
        expected, _ = joint(views, psfs, 2, weights=given, backgrounds=[0.5, 1.0], **options, **PROJECTOR)
        found = pa.deconvolve_views(
            views,
            psfs,
            iterations=2,
            weights=given,
            background=[0.5, 1.0],
            device="cpu",
            **options,
            **PROJECTOR,
        )
        # Two iterations of float32 after float32; unmatched projectors lift rounding errors by their gain.
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * expected.max())


def test_what_a_weight_of_0_marks_may_be_anything(recording):
    views, psfs, weights = recording
    ruined = [view.copy() for view in views]
    ruined[0][2:4, 3:5, 4:6] = np.nan
    options = {"iterations": 3, "weights": weights, "device": "cpu"}
    np.testing.assert_array_equal(
        pa.deconvolve_views(ruined, psfs, **options), pa.deconvolve_views(views, psfs, **options)
    )


@pytest.mark.parametrize("method", ["matched", "wiener-butterworth"])
def test_psfs_that_vary(recording, method):
    views, psfs, _ = recording
    options = {"iterations": 2, "method": method, "device": "cpu", **PROJECTOR}
    same = pa.deconvolve_views(views, [pa.VaryingPsf([psf, psf]) for psf in psfs], **options)
    expected = pa.deconvolve_views(views, psfs, **options)
    np.testing.assert_allclose(
        same, expected, rtol=0, atol=1e-4 * expected.max()
    )  # rounding, of more transforms
    differ = pa.deconvolve_views(views, [pa.VaryingPsf(psfs[:1] * 2), psfs[1]], **options)
    np.testing.assert_allclose(differ, expected, rtol=0, atol=1e-4 * expected.max())
    with pytest.raises(pa.InvalidArgument, match="Bayesian scheme takes the same PSF"):
        pa.ViewsDeconvolver([pa.VaryingPsf([psfs[0]] * 2)], scheme="bayesian", method="matched", device="cpu")


def test_reports_warns_and_keeps_what_is_known(recording):
    views, psfs, _ = recording
    images = [pa.Image(view, voxel_um=(0.3, 0.1, 0.1)) for view in views]
    fuse = pa.ViewsDeconvolver(psfs, scheme="additive", device="cpu", voxel_um=(0.3, 0.1, 0.1), iterations=2)

    fused = fuse(images)

    assert fused.voxel_um == (0.3, 0.1, 0.1) and fuse.report.iterations == 2
    made = json.loads(fused.provenance)
    assert made["parameters"]["scheme"] == "additive" and len(made["input"]["views"]) == 2
    assert fuse.plan(SHAPE).device_bytes > 0


BAD = {
    "views": (dict(views=1), "1 view.*2 PSFs|are 1 views but 2 PSFs"),
    "weights": (dict(weights=1), "1 array of weights for 2 views"),
    "scheme": (dict(scheme="turns"), '"turns".*"alternating"'),
    "bayesian": (dict(scheme="bayesian", method="omw"), "projectors of its own"),
    "backgrounds": (dict(background=[1, 2, 3]), "3 backgrounds for 2 views"),
    "acceleration": (dict(acceleration="heavy-ball"), "matched"),
    "regularisation": (dict(regularisation="wavelets"), '"wavelets".*"total-variation"'),
    "strength": (dict(regularisation="total-variation", strength=2), r"strength is 2.*\(0, 1\]"),
}


@pytest.mark.parametrize("case", BAD)
def test_one_clear_sentence(recording, case):
    views, psfs, weights = recording
    changed, sentence = BAD[case]
    options = {"iterations": 1, "device": "cpu", **changed}
    views = views[: options.pop("views", 2)]
    if "weights" in options:
        options["weights"] = weights[:1]
    with pytest.raises(pa.InvalidArgument, match=sentence):
        pa.deconvolve_views(views, psfs, **options)


def test_command_line(tmp_path, command_line, recording):
    views, psfs, _ = recording
    for name, view, psf in zip("AB", views, psfs):
        pa.imwrite(tmp_path / f"{name}.tif", view, voxel_um=(0.3, 0.1, 0.1))
        pa.imwrite(tmp_path / f"psf_{name}.tif", psf)
    files = ["A.tif", "B.tif", "--psf", "psf_A.tif", "--psf", "psf_B.tif", "-o", "out.tif"]

    refused = command_line("fuse", *files)
    assert refused.returncode != 0 and "--registered" in refused.stderr

    done = command_line("fuse", "--registered", *files, "--iterations", 2, "--psf-as-is")

    assert done.returncode == 0, done.stderr
    assert "out.tif" in done.stdout and "views" in done.stdout
    fused = pa.imread(tmp_path / "out.tif")
    expected = pa.deconvolve_views(views, psfs, iterations=2, device="cpu")
    np.testing.assert_allclose(fused, expected, rtol=1e-5)  # the same, by another number of threads
    assert fused.voxel_um == pytest.approx((0.3, 0.1, 0.1))
