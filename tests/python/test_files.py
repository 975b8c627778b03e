"""imread and imwrite, with tifffile as the independent reader and writer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

tifffile = pytest.importorskip("tifffile", reason="tifffile is what planapo's files are compared with")

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


def values(dtype: str, shape=(4, 25, 30)) -> np.ndarray:
    return (np.random.default_rng(0).uniform(0, 100, shape)).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["cell.tif", "cell.ome.tif"])
def test_what_is_written_is_read(tmp_path, dtype, name):
    image = values(dtype)

    written = pa.imwrite(tmp_path / name, image, voxel_um=(0.3, 0.1, 0.2))

    back = pa.imread(tmp_path / name)
    assert written.bytes == (tmp_path / name).stat().st_size and not written.big_tiff
    assert written.ome == (name == "cell.ome.tif" or dtype in ("int8", "float64"))
    assert written.clipped_voxels == 0 and written.clipped_share == 0
    assert back.dtype == dtype and back.axes == "ZYX" and back.voxel_um == pytest.approx((0.3, 0.1, 0.2))
    np.testing.assert_array_equal(back, image)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / name), image)


@pytest.mark.parametrize("dtype", DTYPES)
def test_reads_what_another_wrote(tmp_path, dtype):
    image = values(dtype, (2, 3, 7, 9))
    tifffile.imwrite(
        tmp_path / "cell.ome.tif", image, metadata={"axes": "CZYX", "Channel": {"Name": ["one", "two"]}}
    )

    back = pa.imread(tmp_path / "cell.ome.tif")

    assert back.dtype == dtype and back.axes == "CZYX" and back.channel_names == ("one", "two")
    np.testing.assert_array_equal(back, image)


def test_facts_survive_reading_slicing_and_writing(tmp_path):
    image = pa.Image(
        values("uint16", (2, 3, 4, 5, 6)),
        axes="TCZYX",
        voxel_um=(0.3, 0.1, 0.1),
        channel_names="abc",
        time_step_s=1.5,
    )
    pa.imwrite(tmp_path / "all.ome.tif", image)

    pa.imwrite(tmp_path / "part.ome.tif", pa.imread(tmp_path / "all.ome.tif")[:, 1:, ::2])

    part = pa.imread(tmp_path / "part.ome.tif")
    assert part.shape == (2, 2, 2, 5, 6) and part.axes == "TCZYX" and part.channel_names == ("b", "c")
    assert part.voxel_um == pytest.approx((0.6, 0.1, 0.1)) and part.time_step_s == pytest.approx(1.5)
    assert part.ome_xml.lstrip().startswith("<")
    np.testing.assert_array_equal(part, image[:, 1:, ::2])


def test_axes_in_any_order(tmp_path):
    image = values("uint8", (4, 5, 6, 3))  # z, y, x, colour

    pa.imwrite(tmp_path / "rgb.tif", image, axes="ZYXC")

    np.testing.assert_array_equal(pa.imread(tmp_path / "rgb.tif"), np.moveaxis(image, -1, 0))


def test_integers_round_saturate_and_report(tmp_path):
    image = np.array([[-3.0, 0.4, 0.6, 254.6], [255.4, 300.0, 1e9, 7.0]])

    with pytest.warns(pa.PlanapoWarning, match=r"^3 voxels \(38 %\).*uint8"):
        written = pa.imwrite(tmp_path / "cell.tif", image, dtype="uint8")

    assert written.clipped_share == 3 / 8 and written.clipped_voxels == 3
    np.testing.assert_array_equal(pa.imread(tmp_path / "cell.tif"), [[0, 0, 1, 255], [255, 255, 255, 7]])


@pytest.mark.parametrize("dtype", ["int64", "uint64", "float16", ">u2"])
def test_dtypes_that_files_lack_are_converted_where_told(tmp_path, dtype):
    pa.imwrite(tmp_path / "cell.tif", values(dtype), dtype=np.uint16)

    np.testing.assert_array_equal(pa.imread(tmp_path / "cell.tif"), np.rint(values(dtype)))


BAD_WRITES = {
    "int64": (dict(image=np.zeros((3, 3), np.int64)), "cannot hold int64.*dtype="),
    "complex": (dict(image=np.zeros((3, 3), complex)), "complex128"),
    "empty": (dict(image=np.zeros((0, 3))), "empty"),
    "dtype": (dict(dtype="uint64"), "cannot hold uint64"),
    "dtype text": (dict(dtype="short long"), "cannot hold short long"),
    "axes": (dict(image=np.zeros((2, 3, 4, 5))), "axes="),
    "name": (dict(path="cell.png"), "tif"),
    "folder": (dict(path="nowhere/cell.tif"), "nowhere"),
    "channels": (dict(channel_names=["a", "b"]), "channel"),
    "compression": (dict(compression="lzw"), '"lzw".*"zstd"'),
    "no compression": (dict(compression=None), '"None".*"zstd"'),
    "NUL": (dict(path="cell.tif\0.tif"), "NUL"),
    "two edges of three": (dict(image=np.zeros((4, 8, 8)), voxel_um=(0.1, 0.1)), r"voxel_um is \(0.1, 0.1\)"),
    "time step": (dict(time_step_s="fast"), "time_step_s is 'fast'"),
}


@pytest.mark.parametrize("case", BAD_WRITES)
def test_writes_that_cannot_be(tmp_path, case):
    changes, sentence = BAD_WRITES[case]
    arguments = {"path": "cell.tif", "image": np.zeros((3, 3), np.uint8), **changes}

    with pytest.raises(pa.InvalidArgument, match=sentence):
        pa.imwrite(tmp_path / arguments.pop("path"), arguments.pop("image"), **arguments)

    assert list(tmp_path.iterdir()) == []


def test_what_names_no_file():
    for path, series, sentence in (
        (3, 0, "The path is 3"),
        ("a\0.tif", 0, "NUL"),
        ("a.tif", "a", "series is 'a'"),
    ):
        with pytest.raises(pa.InvalidArgument, match=sentence):
            pa.imread(path, series=series)


def test_files_that_cannot_be_read(tmp_path):
    pa.imwrite(tmp_path / "whole.tif", values("uint16"))
    (tmp_path / "half.tif").write_bytes((tmp_path / "whole.tif").read_bytes()[:-40])
    (tmp_path / "text.tif").write_text("not an image at all")
    (tmp_path / "empty.tif").touch()

    for name in ("half.tif", "text.tif", "empty.tif", "absent.tif"):
        with pytest.raises(pa.InvalidArgument, match=name) as caught:
            pa.imread(tmp_path / name)
        assert "\n" not in str(caught.value)


NAMES = {"latin-1": os.fsdecode(b"caf\xe9.tif"), "brackets": "x[bold][gfp].tif", "UTF-8": "café.tif"}


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("kind", [str, os.fsencode, Path])
def test_names_of_any_bytes(tmp_path, case, kind):
    name = kind(os.path.join(tmp_path, NAMES[case]))

    pa.imwrite(name, values("uint8"))

    np.testing.assert_array_equal(pa.imread(name), values("uint8"))
    assert os.listdir(tmp_path) == [NAMES[case]]


def test_names_of_any_bytes_in_errors(tmp_path):
    with pytest.raises(pa.InvalidArgument, match="caf\udce9.tif"):
        pa.imread(tmp_path / NAMES["latin-1"])


def test_progress_of_reading_and_writing_can_stop(tmp_path):
    image = values("uint8", (3, 2, 5, 6))
    with pytest.raises(pa.Cancelled):
        pa.imwrite(tmp_path / "cell.tif", image, axes="TZYX", progress=lambda done, total: False)
    assert list(tmp_path.iterdir()) == []

    pa.imwrite(tmp_path / "cell.tif", image, axes="TZYX")
    with pytest.raises(pa.Cancelled):
        pa.imread(tmp_path / "cell.tif", progress=lambda done, total: False)
