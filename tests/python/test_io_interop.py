"""Files exchanged with tifffile, in both directions: the independent reader and writer of the field."""

import itertools
import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import planapo as pa
import pytest

tifffile = pytest.importorskip("tifffile")

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
FIVE_AXES = (2, 3, 4, 5, 6)  # t, c, z, y, x
# TIFF's ratio of integers, read as a float.
LENGTH = {"rel": 1e-6}


def numbers(shape, dtype="uint16"):
    return (np.arange(np.prod(shape)) % 120).reshape(shape).astype(dtype)


def namespace_free(xml):
    root = ElementTree.fromstring(xml)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


@pytest.mark.parametrize("shape", [(4, 5, 6), (2, 200, 150), (4, 200, 250)])  # few, small and large planes
@pytest.mark.parametrize("name", ["a.tif", "a.ome.tif"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_tifffile_reads_what_planapo_writes(tmp_path, name, dtype, shape):
    image = numbers(shape, dtype)
    pa.imwrite(tmp_path / name, image)
    read = tifffile.imread(tmp_path / name)
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, image)


@pytest.mark.parametrize("name, axes", [("a.tif", "TZCYX"), ("a.ome.tif", "TCZYX")])
def test_tifffile_sees_axes_scale_and_names(tmp_path, name, axes):
    image = numbers(FIVE_AXES)
    pa.imwrite(
        tmp_path / name,
        image,
        axes="TCZYX",
        voxel_um=(0.3, 0.1, 0.25),
        time_step_s=2.5,
        channel_names=["DAPI", "GFP", "µ"],
    )
    with tifffile.TiffFile(tmp_path / name) as file:
        series = file.series[0]
        assert series.axes == axes
        np.testing.assert_array_equal(series.asarray(), image.transpose(["TCZYX".index(a) for a in axes]))
        if file.is_ome:
            pixels = namespace_free(file.ome_metadata).find("Image/Pixels")
            found = [float(pixels.get(f"PhysicalSize{axis}")) for axis in "ZYX"]
            assert [channel.get("Name") for channel in pixels.iter("Channel")] == ["DAPI", "GFP", "µ"]
            assert float(pixels.get("TimeIncrement")) == 2.5
        else:
            tags, metadata = file.pages[0].tags, file.imagej_metadata
            pixel = {a: np.divide(*tags[f"{a}Resolution"].value[::-1]) for a in "YX"}
            found = [metadata["spacing"], pixel["Y"], pixel["X"]]
            assert (metadata["unit"], metadata["finterval"]) == ("micron", 2.5)
            assert metadata["Labels"][:3] == ["DAPI", "GFP", "µ"]
            assert (metadata["min"], metadata["max"]) == (image[0, 0].min(), image[0, 0].max())
        assert found == pytest.approx([0.3, 0.1, 0.25], **LENGTH)


@pytest.mark.parametrize("compression", ["none", "deflate"])
@pytest.mark.parametrize("name", ["a.tif", "a.ome.tif"])
def test_tifffile_unpacks(tmp_path, name, compression):
    image = numbers((3, 301, 257))
    pa.imwrite(tmp_path / name, image, compression=compression)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / name), image)


@pytest.mark.parametrize("name", ["a.tif", "a.ome.tif"])
def test_unpacked_planes_follow_one_another(tmp_path, name):
    """ImageJ looks at the first page's header alone; 35 bytes: odd sizes need no filling."""
    pa.imwrite(tmp_path / name, numbers((2, 3, 4, 5, 7), "uint8"), axes="TCZYX")
    with tifffile.TiffFile(tmp_path / name) as file:
        starts = [page.dataoffsets[0] for page in file.pages]
    assert list(np.diff(starts)) == [35] * 23


@pytest.mark.parametrize("byteorder, bigtiff", list(itertools.product("<>", [False, True])))
@pytest.mark.parametrize("dtype", DTYPES)
def test_planapo_reads_plain_files(tmp_path, dtype, byteorder, bigtiff):
    image = numbers((7, 5, 6), dtype)
    tifffile.imwrite(
        tmp_path / "a.tif", image, byteorder=byteorder, bigtiff=bigtiff, photometric="minisblack"
    )
    read = pa.imread(tmp_path / "a.tif")
    assert (read.dtype, read.axes, read.voxel_um) == (np.dtype(dtype), "ZYX", None)
    np.testing.assert_array_equal(read, image)


@pytest.mark.parametrize(
    "options", [{"tile": (16, 32)}, {"rowsperstrip": 2}, {"compression": "zlib", "predictor": True}]
)
@pytest.mark.parametrize("byteorder", "<>")
def test_planapo_reads_tiles_strips_and_packed_files(tmp_path, options, byteorder):
    image = numbers((3, 45, 70))
    tifffile.imwrite(tmp_path / "a.tif", image, byteorder=byteorder, photometric="minisblack", **options)
    np.testing.assert_array_equal(pa.imread(tmp_path / "a.tif"), image)


@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_planapo_reads_imagej_hyperstacks(tmp_path, dtype, byteorder):
    image = numbers((2, 4, 3, 5, 6), dtype)  # t, z, c, y, x: ImageJ's order
    labels = [f"plane {i}" for i in range(24)]
    tifffile.imwrite(
        tmp_path / "a.tif",
        image,
        imagej=True,
        byteorder=byteorder,
        resolution=(1 / 0.1, 1 / 0.2),
        metadata={
            "axes": "TZCYX",
            "spacing": 0.3,
            "unit": "um",
            "finterval": 1.5,
            "Labels": labels,
            "Info": "a note",
        },
    )
    read = pa.imread(tmp_path / "a.tif")
    assert (read.axes, read.time_step_s) == ("TCZYX", 1.5)
    assert read.voxel_um == pytest.approx((0.3, 0.2, 0.1), **LENGTH)
    np.testing.assert_array_equal(read, image.transpose(0, 2, 1, 3, 4))

    # The notes and labels survive being written again.
    pa.imwrite(tmp_path / "b.tif", read)
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert file.imagej_metadata["Labels"] == labels
        assert "a note" in file.imagej_metadata["Info"]


@pytest.mark.parametrize("description", [None, "a note"])
def test_descriptions_survive_unless_they_only_tell_the_shape(tmp_path, description):
    tifffile.imwrite(
        tmp_path / "a.tif", numbers((3, 4, 5)), photometric="minisblack", description=description
    )
    pa.imwrite(tmp_path / "b.tif", pa.imread(tmp_path / "a.tif")[1:])
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert file.imagej_metadata.get("Info", "").strip() == (description or "")


@pytest.mark.parametrize("axes", ["TCZYX", "ZCTYX", "CTZYX"])
def test_planapo_reads_ome_tiff(tmp_path, axes):
    image = numbers(FIVE_AXES)
    ordered = image.transpose(["TCZYX".index(axis) for axis in axes])
    metadata = {
        "axes": axes,
        "PhysicalSizeX": 100.0,
        "PhysicalSizeXUnit": "nm",
        "PhysicalSizeY": 0.2,
        "PhysicalSizeZ": 0.3,
        "TimeIncrement": 500.0,
        "TimeIncrementUnit": "ms",
        "Channel": {"Name": ["a", "b", "c"]},
    }
    tifffile.imwrite(tmp_path / "a.ome.tif", ordered, metadata=metadata, photometric="minisblack")
    read = pa.imread(tmp_path / "a.ome.tif")
    assert (read.axes, read.channel_names, read.time_step_s) == ("TCZYX", ("a", "b", "c"), 0.5)
    assert read.voxel_um == pytest.approx((0.3, 0.2, 0.1))
    np.testing.assert_array_equal(read, image)


def test_colours_are_channels(tmp_path):
    image = numbers((4, 5, 6, 3), "uint8")  # z, y, x, sample
    tifffile.imwrite(tmp_path / "a.tif", image, photometric="rgb")
    read = pa.imread(tmp_path / "a.tif")
    assert read.axes == "CZYX"
    np.testing.assert_array_equal(read, np.moveaxis(image, -1, 0))


def test_axes_without_names_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", numbers((2, 4, 5, 6)), photometric="minisblack")
    with pytest.raises(pa.InvalidArgument, match="4 axes that are not named"):
        pa.imread(tmp_path / "a.tif")
    tifffile.imwrite(
        tmp_path / "b.tif", numbers((2, 4, 5, 6)), photometric="minisblack", metadata={"axes": "TZYX"}
    )
    assert pa.imread(tmp_path / "b.tif").axes == "TZYX"


def test_one_page_header_for_many_planes(tmp_path):
    image = numbers((6, 5, 4))
    tifffile.imwrite(tmp_path / "a.tif", image, imagej=True, metadata={"axes": "ZYX"})
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        first = file.pages[0]
        start, link = first.dataoffsets[0], first.offset + 2 + 12 * len(first.tags)
        assert first.is_contiguous and file.pages[1].dataoffsets[0] == start + image[0].nbytes
    with open(tmp_path / "a.tif", "r+b") as raw:  # the first page becomes the last
        raw.seek(link)
        raw.write(bytes(4))
    np.testing.assert_array_equal(pa.imread(tmp_path / "a.tif"), image)


@pytest.mark.parametrize("name", ["a.tif", "a.ome.tif"])
def test_the_provenance_is_readable_elsewhere(tmp_path, name):
    provenance = {"method": "wiener-butterworth", "iterations": 2, "psf": 'a "quoted" <name>'}
    info = pa._core.ImageInfo()
    info.size, info.dtype = (1, 1, 2, 3, 4), "float32"
    options = pa._core.WriteOptions(provenance=json.dumps(provenance))
    pa._core.write_image(str(tmp_path / name), info, numbers((1, 1, 2, 3, 4), "float32"), options, None)
    with tifffile.TiffFile(tmp_path / name) as file:
        assert file.pages[0].software.startswith("planapo ")
        if file.is_ome:
            note = namespace_free(file.ome_metadata).find("StructuredAnnotations/CommentAnnotation")
            assert note.get("Namespace") == "planapo/provenance"
            text = note.find("Value").text
        else:
            first_line = file.imagej_metadata["Info"].splitlines()[0]
            text = first_line.removeprefix("planapo provenance = ")
    assert json.loads(text) == provenance
