"""Deconvolver.series beside other work: the plan called from within, results over images, lists of Images."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import numpy as np
import planapo as pa
import pytest

SHAPE = (6, 20, 21)
VOXEL = (0.2, 0.1, 0.1)
pytestmark = pytest.mark.filterwarnings("ignore:.*outermost voxels")


@pytest.fixture
def plan() -> pa.Deconvolver:
    psf = pa.Image(pa.psf.gaussian(2, shape=(5, 7, 7)), voxel_um=VOXEL)
    return pa.Deconvolver(psf, device="cpu", iterations=2)


def movie(count: int, dtype: type | str = np.float32) -> np.ndarray:
    return np.random.default_rng(3).integers(10, 60000, (count, *SHAPE)).astype(dtype)


def ends(script: str) -> str:
    """What a process of its own prints, which may not wait for itself."""
    before = """
        import numpy as np, planapo as pa
        d = pa.Deconvolver(pa.psf.gaussian(2, shape=(5, 7, 7)), device="cpu", iterations=2, alpha=0.01)
        x = np.random.default_rng(3).integers(10, 60000, (3, 6, 20, 21)).astype(np.int16).clip(10)
    """
    program = textwrap.dedent(before) + textwrap.dedent(script)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("call", ["d(x[0], progress=again)", "d.series(x, progress=again)"])
def test_the_same_plan_from_its_own_progress_is_refused(call: str) -> None:
    said = ends(f"""
        def again(done, total):
            d(x[1])
        try:
            {call}
        except pa.InvalidArgument as error:
            print(error)
    """)
    assert "from the progress callback of its own run" in said


def test_items_may_be_made_with_the_same_plan() -> None:
    said = ends("""
        class Made:
            shape, dtype = x.shape, x.dtype
            def __len__(self): return len(x)
            def __getitem__(self, i): return d(x[i])
        class Kept(list):
            def __setitem__(self, i, value): super().__setitem__(i, d(value))
        twice, thrice = d.series(Made()), d.series(Made(), out=Kept([None] * 3))
        for one, two, three in zip(x, twice, thrice):
            np.testing.assert_array_equal(two, d(d(one)))
            np.testing.assert_array_equal(three, d(d(d(one))))
        print("equal")
    """)
    assert said == "equal\n"


def test_results_may_replace_the_images(plan: pa.Deconvolver) -> None:
    wanted = plan.series(movie(4))
    for images in (movie(4), list(movie(4)), pa.Image(movie(4), axes="TZYX")):
        assert plan.series(images, out=images) is images
        np.testing.assert_array_equal(images, wanted)


def test_other_overlaps_are_refused(plan: pa.Deconvolver) -> None:
    room = movie(5)
    cases = [(room[:4], room[1:]), (room[::-1], room), (list(room[1:]), room[:4]), (room, room[:])]
    for images, out in cases:
        with pytest.raises(pa.InvalidArgument, match="overlap: give out its own memory"):
            plan.series(images, out=out)
    both = np.stack([movie(3), movie(3)], axis=1)
    plan.series(both[:, 0], out=both[:, 1])
    np.testing.assert_array_equal(both[:, 1], plan.series(movie(3)))


@pytest.mark.parametrize("dtypes", [("u2", "f4"), ("f4", "u2"), (">u2", ">u2"), ("f8", "u2")])
def test_items_of_other_dtypes(plan: pa.Deconvolver, dtypes: tuple[str, str]) -> None:
    images = [frame.astype(dtype) for frame, dtype in zip(movie(2), dtypes)]
    np.testing.assert_array_equal(plan.series(images), plan.series(movie(2)))
    np.testing.assert_array_equal(plan.series(movie(2, ">u2")), plan.series(movie(2)))


def test_a_list_of_images_makes_an_image(plan: pa.Deconvolver) -> None:
    restored = plan.series([pa.Image(frame, voxel_um=VOXEL) for frame in movie(2)])
    assert (restored.axes, restored.voxel_um) == ("TZYX", VOXEL)
    assert json.loads(restored.provenance)["iterations"] == [2]


@pytest.mark.filterwarnings("ignore:The image's voxels")
@pytest.mark.parametrize("second", [lambda frame: frame, lambda frame: pa.Image(frame, voxel_um=0.3)])
def test_images_that_differ_make_an_array(plan: pa.Deconvolver, second: object) -> None:
    frames = movie(2)
    restored = plan.series([pa.Image(frames[0], voxel_um=VOXEL), second(frames[1])])
    assert type(restored) is np.ndarray


def test_voxels_of_each_are_compared(plan: pa.Deconvolver) -> None:
    images = [pa.Image(frame, voxel_um=edge) for frame, edge in zip(movie(4), (VOXEL, 0.3, 0.3, 0.4))]
    with pytest.warns(pa.PlanapoWarning, match="The image's voxels are") as given:
        plan.series(images)
    said = [str(each.message) for each in given if "The image's voxels" in str(each.message)]
    assert ["0.3 x" in sentence for sentence in said] == [True, False]


def test_channels_are_told_one_by_one() -> None:
    plan = pa.Deconvolver(pa.psf.gaussian(2, shape=(5, 7, 7)), device="cpu")
    images = np.stack([np.full(SHAPE, 100.0), movie(1)[0]])
    told = json.loads(plan.series(pa.Image(images, axes="CZYX")).provenance)
    assert told["iterations"] == [report.iterations for report in plan.reports]
    assert len(told["first_time_point"]) == 2


def test_a_failed_series_leaves_no_report(plan: pa.Deconvolver) -> None:
    plan.series(movie(2))
    with pytest.raises(pa.Cancelled):
        plan.series(movie(2), progress=lambda *counts: False)
    assert plan.report is None and plan.reports == ()
