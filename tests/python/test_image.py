"""pa.Image: keeps what stays true, forgets what may not."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import planapo as pa
import pytest

VOXEL = (0.3, 0.1, 0.1)


@pytest.fixture
def image() -> pa.Image:
    values = np.arange(2 * 3 * 4 * 5 * 6, dtype=np.uint16).reshape(2, 3, 4, 5, 6)
    return pa.Image(values, voxel_um=VOXEL, axes="TCZYX", channel_names=("a", "b", "c"), time_step_s=2.0)


SLICES = {
    "nothing": (np.s_[:], "TCZYX", VOXEL, ("a", "b", "c"), 2.0),
    "one time": (np.s_[0], "CZYX", VOXEL, ("a", "b", "c"), 2.0),
    "one channel": (np.s_[:, 1], "TZYX", VOXEL, ("b",), 2.0),
    "last channels": (np.s_[:, 1:], "TCZYX", VOXEL, ("b", "c"), 2.0),
    "every second plane": (np.s_[..., ::2, :, :], "TCZYX", (0.6, 0.1, 0.1), ("a", "b", "c"), 2.0),
    "binned": (np.s_[0, 0, :, ::2, ::3], "ZYX", (0.3, 0.2, 0.30000000000000004), ("a",), 2.0),
    "backwards": (np.s_[..., ::-1], "TCZYX", VOXEL, ("a", "b", "c"), 2.0),
    "every second time": (np.s_[::2], "TCZYX", VOXEL, ("a", "b", "c"), 4.0),
    "one plane": (np.s_[1, 2, np.int64(3)], "YX", VOXEL, ("c",), 2.0),
}


@pytest.mark.parametrize("case", SLICES)
def test_slices_keep_what_is_true(image, case):
    index, axes, voxel, channels, step = SLICES[case]

    part = image[index]

    np.testing.assert_array_equal(part, np.asarray(image)[index])
    assert (part.axes, part.voxel_um, part.channel_names, part.time_step_s) == (axes, voxel, channels, step)


FORGETS = {
    "transposed": lambda a: a.T,
    "square transposed": lambda a: a[0, 0, :, :4, :4].transpose(2, 1, 0),
    "projection": lambda a: a.max(axis=0),
    "reshaped": lambda a: a.reshape(-1, 5, 6),
    "new axis": lambda a: a[np.newaxis],
    "mask": lambda a: a[np.asarray(a) > 5],
    "indices": lambda a: a[[0, 1]],
    "row": lambda a: a[0, 0, 0, 0],
    "another shape assigned": lambda a: with_shape(a.copy(), (2, 3, 5, 4, 6)),
    "combined with other axes": lambda a: a + pa.Image(a, axes="CTZYX", voxel_um=VOXEL),
}


def with_shape(image, shape):
    image.shape = shape
    return image


@pytest.mark.parametrize("case", FORGETS)
def test_what_cannot_be_followed_is_forgotten(image, case):
    part = FORGETS[case](image)

    assert part.voxel_um is None and part.axes is None and part.channel_names == () and part.ome_xml == ""


KEEPS = {
    "arithmetic": lambda a: (a - 100.0) * 2,
    "comparison": lambda a: a > 10,
    "ufunc": np.sqrt,
    "astype": lambda a: a.astype(np.float32),
    "copy": lambda a: a.copy(),
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": lambda a: pickle.loads(pickle.dumps(a)),
}


@pytest.mark.parametrize("case", KEEPS)
def test_elementwise_work_keeps_everything(image, case):
    same = KEEPS[case](image)

    assert isinstance(same, pa.Image)
    np.testing.assert_array_equal(same, KEEPS[case](np.asarray(image)))
    assert (same.axes, same.voxel_um, same.time_step_s) == ("TCZYX", VOXEL, 2.0)
    assert same.channel_names == ("a", "b", "c")


def test_arithmetic_keeps_what_both_say(image):
    same = image + pa.Image(image, axes="TCZYX", voxel_um=(0.30001, 0.1, 0.1), channel_names="abc")
    flat = pa.Image(np.ones((5, 6)), voxel_um=(1, 0.1, 0.1))

    assert same.voxel_um == VOXEL and same.channel_names == ("a", "b", "c") and same.time_step_s == 2
    for corrected in (image / flat, flat / image):  # a plane for all planes; its z does not count
        assert corrected.voxel_um == VOXEL and corrected.axes == "TCZYX"


def test_arithmetic_forgets_what_two_images_disagree_on(image):
    other = pa.Image(
        image, axes="TCZYX", voxel_um=(0.3, 0.1, 0.2), channel_names=("a", "b", "d"), time_step_s=3.0
    )

    for mixed in (image + other, other + image, np.add(image, other, out=image.copy())):
        assert mixed.axes == "TCZYX" and mixed.voxel_um is None
        assert mixed.channel_names == () and mixed.time_step_s is None
    assert (image / pa.Image(np.ones((5, 6)), voxel_um=(1, 0.2, 0.2))).voxel_um is None


def test_a_shape_assigned_back_is_known_again(image):
    image.shape = (6, 4, 5, 6)
    assert image.axes is None and image.voxel_um is None
    image.shape = (2, 3, 4, 5, 6)
    assert image.axes == "TCZYX" and image.voxel_um == VOXEL


def test_numbers_are_numbers(image):
    assert not isinstance(image.sum(), np.ndarray)
    assert isinstance(image[0, 0, 0, 0, 0], np.uint16)


def test_voxel_size_can_be_told_later():
    image = pa.Image(np.zeros((3, 4, 5)))
    assert image.voxel_um is None and image.axes == "ZYX"

    image.voxel_um = 0.1

    assert image.voxel_um == (0.1, 0.1, 0.1)
    with pytest.raises(pa.InvalidArgument, match="voxel_um is"):
        image.voxel_um = (1, 2, 3, 4)


BAD_FACTS = {
    "names": (dict(channel_names=("a", "b")), "2 names for 1 channel"),
    "names of no kind": (dict(channel_names=5), "channel_names is 5"),
    "axes of no kind": (dict(axes=5), 'axes is "5"'),
    "time step": (dict(time_step_s="fast"), "time_step_s is 'fast'.*number"),
    "no time": (dict(time_step_s=0), "time_step_s is 0"),
    "two edges of three": (dict(voxel_um=(0.1, 0.1)), r"voxel_um is \(0.1, 0.1\).*z, y, x"),
}


@pytest.mark.parametrize("case", BAD_FACTS)
def test_facts_that_cannot_be(case):
    facts, sentence = BAD_FACTS[case]
    with pytest.raises(pa.InvalidArgument, match=sentence):
        pa.Image(np.zeros((3, 4, 5)), **facts)


def test_a_plane_has_two_edges():
    assert pa.Image(np.zeros((4, 5)), voxel_um=(0.1, 0.2)).voxel_um == (1, 0.1, 0.2)


def test_shown_with_what_is_known():
    assert repr(pa.Image(np.zeros((1, 1)), voxel_um=0.1)).endswith(", axes='YX', voxel_um=(0.1, 0.1, 0.1))")


@pytest.mark.parametrize("axes", ["XY", "ZZYX", "QYX", "ZX"])
def test_axes_that_do_not_fit(axes):
    with pytest.raises(pa.InvalidArgument, match="axes is"):
        pa.Image(np.zeros((3, 4, 5)), axes=axes)


def test_more_axes_need_names():
    with pytest.raises(pa.InvalidArgument, match="CZYX"):
        pa.Image(np.zeros((2, 3, 4, 5)))
