"""Bad input: one clear sentence of the right type each. What is not an error works."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import planapo as pa
import pytest

# What a test does not expect to be warned of is an error.
pytestmark = pytest.mark.filterwarnings("error::planapo.PlanapoWarning")

PSF = np.asarray(pa.psf.gaussian(1, shape=(5, 5, 5)))
IMAGE = np.random.default_rng(0).uniform(1, 2, (6, 7, 8)).astype(np.float32)


def with_voxel(value, where=(2, 3, 4), array=IMAGE):
    changed = array.copy()
    changed[where] = value
    return changed


BAD = {
    "nan": (dict(image=with_voxel(np.nan)), r"1 voxels? .*not finite.*2, 3, 4"),
    "infinity": (dict(image=with_voxel(np.inf, (slice(1, 3), 0, 0))), r"2 voxels .*1, 0, 0"),
    "empty": (dict(image=np.zeros((0, 7, 8))), r"empty.*\(0, 7, 8\)"),
    "one axis": (dict(image=np.ones(9)), r"2 or 3 axes"),
    "four axes": (dict(image=np.ones((2, 3, 4, 5))), r"4 axes.*give axes="),
    "scalar": (dict(image=1.0), r"2 or 3 axes"),
    "other rank": (dict(image=IMAGE[0]), r"image has 2 axes but the PSF has 3"),
    "complex": (dict(image=IMAGE.astype(np.complex64)), r"complex64.*absolute value"),
    "text": (dict(image=np.full((3, 3, 3), "a")), r"real numbers"),
    "objects": (dict(image=np.full((3, 3, 3), None)), r"real numbers.*object"),
    "mask": (dict(image=IMAGE > 1.5), r"bool.*astype"),
    "masked array": (dict(image=np.ma.masked_greater(IMAGE, 1.5)), r"masked array"),
    "ragged": (dict(image=[[1, 2], [3]]), r"cannot be read as an array"),
    "None": (dict(image=None), r"real numbers"),
    "beyond float32": (
        dict(image=with_voxel(1e39, array=IMAGE.astype(np.float64))),
        r"1 value beyond the range of float32",
    ),
    "iterations 0": (dict(iterations=0), r"iterations is 0.*at least 1"),
    "iterations -3": (dict(iterations=-3), r"iterations is -3.*at least 1"),
    "iterations 2.5": (dict(iterations=2.5), r"iterations is 2\.5.*whole number"),
    "iterations True": (dict(iterations=True), r"whole number"),
    "iterations many": (dict(iterations="many"), r'iterations is "many"'),
    "iterations huge": (dict(iterations=2**40), r"iterations"),
    "psf zero": (dict(psf=np.zeros((3, 3, 3))), r"PSF.*sum|sum.*PSF"),
    "psf nan": (dict(psf=with_voxel(np.nan, (0, 0, 0), PSF)), r"PSF.*finite"),
    "psf empty": (dict(psf=np.zeros((3, 0, 3))), r"psf is empty"),
    "psf complex": (dict(psf=PSF.astype(complex)), r"psf .*complex128"),
    "method": (dict(method="magic"), r'"magic".*"matched"'),
    "boundary": (dict(boundary="reflect"), r'"reflect".*"mirror"'),
    "start": (dict(start="ones"), r'"ones".*"flat"'),
    "background below 0": (dict(background=-1), r"background is -1"),
    "background text": (dict(background="dark"), r"background is 'dark'.*number"),
    "background nan": (dict(background=np.nan), r"background is nan"),
    "alpha": (dict(alpha=0), r"alpha is 0"),
    "beta": (dict(beta=1), r"beta is 1"),
    "order": (dict(order=0), r"order is 0"),
    "floor": (dict(floor=0), r"floor is 0"),
    "progress": (dict(progress=3), r"progress is 3.*function"),
    "number as device": (dict(device=3), r'"3".*"cuda"'),
    "threads": (dict(threads=0), r"threads is 0: it must be 1 to 4096"),
    "unknown device": (dict(device="gpu"), r'"gpu".*"cuda"'),
    "voxel": (dict(voxel_um=(0.1, 0, 0.1)), r"voxel_um is \(0\.1, 0, 0\.1\)"),
    "psf voxel": (dict(psf_voxel_um=(1, 2, 3, 4)), r"psf_voxel_um"),
}


AXES = {
    "time": ("TYX", r'image has the axes "TYX": give one time point at a time, image\[t, :, :\]'),
    "channels": ("CYX", r'"CYX": give one channel at a time, image\[c, :, :\]'),
    "both": ("TCZYX", r'"TCZYX": give one time point and one channel at a time, image\[t, c, :, :, :\]'),
    "colour": ("YXC", r"image\[:, :, c\]"),
    "order": ("YXZ", r'image has the axes "YXZ": transpose it to "ZYX"'),
}


@pytest.mark.parametrize("case", AXES)
def test_axes_that_are_no_volume(case):
    axes, sentence = AXES[case]
    image = pa.Image(np.ones((3, 4, 5, 6, 7)[: len(axes)]), axes=axes)

    calls = [lambda: pa.Deconvolver(PSF, device="cpu")(image), lambda: pa.deconvolve(image, PSF)]
    for call in calls[: 1 if case == "both" else 2]:  # deconvolve restores each of several volumes
        with pytest.raises(pa.InvalidArgument, match=sentence):
            call()
    with pytest.raises(pa.InvalidArgument, match=sentence.replace("image", "psf")):
        pa.Deconvolver(image, device="cpu")
    with pytest.raises(pa.InvalidArgument, match=sentence.replace("image", "measured")):
        pa.psf.prepare(image)


@pytest.mark.parametrize("case", BAD)
def test_one_clear_sentence(case):
    changed, sentence = BAD[case]
    arguments = {"image": IMAGE, "psf": PSF, "iterations": 1, "device": "cpu", **changed}

    with pytest.raises(pa.InvalidArgument, match=sentence) as caught:
        pa.deconvolve(arguments.pop("image"), arguments.pop("psf"), **arguments)

    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


BAD_OUT = {
    "dtype": np.empty(IMAGE.shape, np.float64),
    "shape": np.empty((6, 7, 9), np.float32),
    "order": np.empty(IMAGE.shape[::-1], np.float32).T,
    "kind": IMAGE.tolist(),
}


@pytest.mark.parametrize("case", BAD_OUT)
def test_out_that_does_not_fit(case):
    with pytest.raises(pa.InvalidArgument, match="out must be"):
        pa.Deconvolver(PSF, iterations=1, device="cpu")(IMAGE, out=BAD_OUT[case])


def test_out_may_not_be_the_image():
    image = IMAGE.copy()
    with pytest.raises(pa.InvalidArgument, match="overlap"):
        pa.Deconvolver(PSF, iterations=1, device="cpu")(image, out=image)


def test_device_that_is_not_there():
    absent = [device for device in pa.devices() if not device.available]
    if not absent:
        pytest.skip("every device that planapo knows is here")

    with pytest.raises(pa.DeviceUnavailable, match=absent[0].name) as caught:
        pa.deconvolve(IMAGE, PSF, device=absent[0].name)

    assert isinstance(caught.value, RuntimeError)
    assert absent[0].remark in str(caught.value)


def test_memory_that_is_not_there():
    script = (
        "import resource, numpy as np, planapo as pa\n"
        "image, psf = np.ones((128, 256, 256), np.float32), pa.psf.gaussian(3)\n"
        "pa.deconvolve(image[:2, :9, :9], psf, iterations=1, device='cpu')\n"
        "taken = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (taken + (64 << 20), resource.RLIM_INFINITY))\n"
        "try:\n"
        "    pa.deconvolve(image, psf, iterations=1, device='cpu')\n"
        "except pa.OutOfMemory as error:\n"
        "    print(isinstance(error, MemoryError), error)\n"
    )

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert finished.stdout.startswith("True "), finished.stderr
    assert "cpu" in finished.stdout.lower() and finished.stdout.rstrip().endswith(".")


def test_negative_voxels_warn_with_their_count():
    with pytest.warns(pa.PlanapoWarning, match=r"^2 of 336 voxels are negative") as caught:
        restored = pa.deconvolve(with_voxel(-1, (0, 0, slice(0, 2))), PSF, iterations=1, device="cpu")

    taken_as_0 = pa.deconvolve(with_voxel(0, (0, 0, slice(0, 2))), PSF, iterations=1, device="cpu")
    assert len(caught) == 1 and caught[0].filename == __file__
    np.testing.assert_array_equal(restored, taken_as_0)


def test_psf_off_its_origin_warns():
    with pytest.warns(pa.PlanapoWarning, match="peak"):
        pa.deconvolve(
            IMAGE, np.roll(pa.psf.gaussian(1, shape=(13, 7, 7)), 2, axis=0), iterations=1, device="cpu"
        )


def test_psf_with_light_at_its_rim_warns():
    with pytest.warns(pa.PlanapoWarning, match="outermost voxels"):
        pa.deconvolve(IMAGE, np.ones((3, 3, 3)), iterations=1, device="cpu")


def test_one_voxel():
    with pytest.warns(pa.PlanapoWarning, match="cannot reach"):
        restored = pa.deconvolve(np.full((1, 1, 1), 7.0), PSF, iterations=3, device="cpu")

    assert restored.shape == (1, 1, 1)
    assert restored[0, 0, 0] == pytest.approx(7, rel=1e-6)  # nowhere else for the light to be


def test_psf_larger_than_the_image_is_cropped_and_says_so():
    large = np.asarray(pa.psf.gaussian(6, shape=(31, 31, 31)))
    plan = pa.Deconvolver(large, iterations=1, device="cpu")

    with pytest.warns(pa.PlanapoWarning, match="cannot reach"):
        restored = plan(IMAGE)

    assert restored.shape == IMAGE.shape and np.isfinite(restored).all()
    assert plan.report.psf_share_out_of_reach == pytest.approx(
        1 - large[10:21, 9:22, 8:23].sum() / large.sum(), rel=1e-3
    )


def test_constant_images_stay():
    restored = pa.deconvolve(np.full((6, 7, 8), 100.0), PSF, iterations=3, device="cpu")

    np.testing.assert_allclose(restored, 100, rtol=1e-5)  # float32


def test_black_images_stay_black():
    with pytest.warns(pa.PlanapoWarning, match="there is nothing to restore"):
        restored = pa.deconvolve(np.zeros((6, 7, 8)), PSF, iterations=3, device="cpu")

    assert restored.max() < 1e-6
