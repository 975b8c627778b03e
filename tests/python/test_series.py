"""Deconvolver.series: what each image gives alone, from and into whatever has a length and items."""

from __future__ import annotations

import warnings

import numpy as np
import planapo as pa
import pytest

SHAPE = (6, 20, 21)
pytestmark = pytest.mark.filterwarnings("ignore::planapo.PlanapoWarning")


@pytest.fixture
def plan(machine: str) -> pa.Deconvolver:
    return pa.Deconvolver(pa.psf.gaussian(2, shape=(5, 7, 7)), device=machine, iterations=2)


def movie(count: int, dtype: type = np.uint16) -> np.ndarray:
    return np.random.default_rng(3).integers(10, 60000, (count, *SHAPE)).astype(dtype)


class Lazy:
    """As an array of zarr or h5py: length, shape and items; remembers which ones were asked for."""

    def __init__(self, array: np.ndarray, shaped: bool = True) -> None:
        self.array, self.asked = array, []
        if shaped:
            self.shape, self.dtype = array.shape, array.dtype

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, index: int) -> np.ndarray:
        self.asked.append(index)
        return self.array[index]

    def __setitem__(self, index: int, value: np.ndarray) -> None:
        self.asked.append(index)
        self.array[index] = value


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64, np.int16])
def test_gives_what_each_image_gives_alone(plan: pa.Deconvolver, dtype: type) -> None:
    images = np.clip(movie(3), 0, 30000).astype(dtype)
    restored = plan.series(images)
    assert restored.dtype == np.float32
    assert [report.iterations for report in plan.reports] == [2, 2, 2]
    for image, result in zip(images, restored):
        np.testing.assert_array_equal(result, plan(image))


@pytest.mark.parametrize("images", [movie(3), list(movie(3)), Lazy(movie(3)), Lazy(movie(3), shaped=False)])
def test_takes_whatever_has_a_length_and_items(plan: pa.Deconvolver, images: object) -> None:
    np.testing.assert_array_equal(plan.series(images), plan.series(movie(3)))


def test_reads_and_writes_one_at_a_time_in_order(plan: pa.Deconvolver) -> None:
    images, out = Lazy(movie(4)), Lazy(np.zeros((4, *SHAPE), np.float32))
    assert plan.series(images, out=out) is out
    assert images.asked == out.asked == [0, 1, 2, 3]
    np.testing.assert_array_equal(out.array, plan.series(movie(4)))


def test_what_has_no_shape_is_asked_for_each_item_once(plan: pa.Deconvolver) -> None:
    images = Lazy(movie(3), shaped=False)
    plan.series(images)
    assert images.asked == [0, 1, 2]


def test_a_list_may_keep_what_it_is_given(plan: pa.Deconvolver) -> None:
    out = [None] * 4
    plan.series(movie(4), out=out)
    np.testing.assert_array_equal(out, plan.series(movie(4)))


def test_planes() -> None:
    plan = pa.Deconvolver(pa.psf.gaussian((2, 2), voxel_um=1, shape=(7, 7)), device="cpu", iterations=2)
    images = movie(3)[:, 0]
    np.testing.assert_array_equal(plan.series(images)[2], plan(images[2]))


def test_an_image_keeps_what_is_known_of_it(plan: pa.Deconvolver) -> None:
    images = pa.Image(movie(2), axes="TZYX", voxel_um=0.2, time_step_s=3)
    restored = plan.series(images)
    assert (restored.axes, restored.voxel_um, restored.time_step_s) == ("TZYX", (0.2, 0.2, 0.2), 3)
    assert '"iterations": [2]' in restored.provenance


def test_iterations_are_decided_once_but_for_channels() -> None:
    plan = pa.Deconvolver(pa.psf.gaussian(2, shape=(5, 7, 7)), device="cpu")
    images = np.stack([np.full(SHAPE, 100.0), movie(1)[0]]).astype(np.float32)
    plan.series(images)
    once = [report.iterations for report in plan.reports]
    plan.series(pa.Image(images, axes="CZYX"))
    each = [report.iterations for report in plan.reports]
    assert once[0] == once[1] == each[0] != each[1]


def test_warnings_are_given_once(plan: pa.Deconvolver) -> None:
    images = movie(3, np.float32)
    images[:, 0, 0, :2] = -5
    images[1, 0, 0, 3] = -5
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        plan.series(images)
    negative = [str(each.message) for each in given if "negative" in str(each.message)]
    assert len(negative) == 1 and "2 more volumes" in negative[0]


def test_progress_counts_images_and_stops(plan: pa.Deconvolver) -> None:
    seen = []
    plan.series(movie(3), progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1] == (3, 3)
    with pytest.raises(pa.Cancelled):
        plan.series(movie(3), progress=lambda done, total: done < 1.5)


def unreadable(index: int) -> np.ndarray:
    raise OSError("the disk is gone")


def test_what_images_and_out_raise_is_raised_here(plan: pa.Deconvolver) -> None:
    images = Lazy(movie(3))
    images.__class__ = type("Broken", (Lazy,), {"__getitem__": lambda self, index: unreadable(index)})
    with pytest.raises(OSError, match="the disk is gone"):
        plan.series(images)


@pytest.mark.parametrize(
    "images, out, sentence",
    [
        ([], None, "images is empty"),
        (3, None, "must have a length"),
        (
            movie(2)[:, 0],
            None,
            r"shape \(2, 20, 21\).*has 4 axes \(t, z, y, x\); give images\[None\] for one volume",
        ),
        (movie(2)[None], None, "has 4 axes.*one channel or position at a time"),
        (
            list(movie(2)[:, 0]),
            None,
            r"Image 1 of 2 has the shape \(20, 21\).*give \[numpy.stack\(images\)\]",
        ),
        (movie(2)[:, :, :0], None, r"images is empty: its shape is \(2, 6, 0, 21\)"),
        ("movie.tif", None, "give arrays, not names of files"),
        (["a.tif", "b.tif"], None, "Image 1 of 2 is 'a.tif': give arrays, not names of files"),
        ({1, 2}, None, "must have a length and items"),
        (
            [movie(1)[0], movie(1)[0, :4]],
            None,
            r"Image 2 of 2 has the shape \(4, 20, 21\), but the first \(6,",
        ),
        (pa.Image(movie(4).reshape(2, 2, *SHAPE), axes="TCZYX"), None, "give one channel at a time"),
        (movie(2), np.empty((3, *SHAPE), np.float32), "out must have room for 2 images"),
        (movie(2), np.empty((2, *SHAPE), np.uint16), "out must hold floating-point numbers"),
        (movie(2), [None], "out must have room for 2 images"),
        (movie(2), np.empty((2, *SHAPE), np.float16), "float32 or float64, but its type is float16"),
        (movie(2), (None, None), "which a tuple does not"),
        (movie(2), np.broadcast_to(np.float32(0), (2, *SHAPE)), "out is read-only"),
        (movie(2), "ab", "not names of files"),
    ],
)
def test_what_is_refused(images: object, out: object, sentence: str) -> None:
    plan = pa.Deconvolver(pa.psf.gaussian(2, shape=(5, 7, 7)), device="cpu", iterations=1)
    with pytest.raises(pa.InvalidArgument, match=sentence):
        plan.series(images, out=out)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
@pytest.mark.parametrize(
    "axes, sentence",
    [
        ("ZCYX", 'transpose it to "CZYX"'),
        ("ZTYX", 'transpose it to "TZYX"'),
        ("TZXY", 'transpose it to "TZYX"'),
        ("TCYX", "give one channel at a time, images\\[:, c\\]"),
        ("CTYX", "give one channel at a time, images\\[c\\]"),
        ("TYX", 'a series of volumes is "TZYX" or "CZYX"'),
        ("ZYX", "give images\\[None\\] for one volume"),
    ],
)
def test_axes_in_another_order_are_refused(dtype: type, axes: str, sentence: str) -> None:
    plan = pa.Deconvolver(pa.psf.gaussian(2, shape=(5, 7, 7)), device="cpu", iterations=1)
    images = pa.Image(movie(6, dtype)[(0,) * (4 - len(axes))], axes=axes)
    with pytest.raises(pa.InvalidArgument, match=sentence):
        plan.series(images)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_axes_of_items_are_looked_at(plan: pa.Deconvolver, dtype: type) -> None:
    images = [pa.Image(movie(1, dtype)[0]), pa.Image(movie(1, dtype)[0], axes="ZXY")]
    with pytest.raises(pa.InvalidArgument, match='Image 2 of 2 has the axes "ZXY".*transpose it to "ZYX"'):
        plan.series(images)


def test_planes_of_a_stack_are_asked_for_as_such() -> None:
    plan = pa.Deconvolver(pa.psf.gaussian((2, 2), voxel_um=1, shape=(7, 7)), device="cpu", iterations=1)
    with pytest.raises(pa.InvalidArgument, match="numpy.asarray"):
        plan.series(pa.Image(movie(1)[0]))


def test_an_image_that_is_refused_is_named(plan: pa.Deconvolver) -> None:
    images = movie(3, np.float32)
    images[2, 1, 1, 1] = np.nan
    with pytest.raises(pa.InvalidArgument, match="^Image 3 of 3: The image has 1 voxel not finite"):
        plan.series(images)
