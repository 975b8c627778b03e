"""The demo: its download, its data, and a whole run without a network."""

import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

pytest.importorskip("rich")
pytest.importorskip("matplotlib")

EXAMPLES = Path(__file__).parents[2] / "examples"
IMAGE = b"the bytes of an image"


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    from demo_parts import published, recordings

    return published, recordings


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder that pip looks into instead of an index, and a cache that is empty."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def put_package(published, shelf, image=IMAGE):
    """Put a source distribution on the shelf whose build would fail, and return how it is asked for."""
    contents = {
        "pyproject.toml": b'[build-system]\nrequires = ["absent"]\nbuild-backend = "hatchling.build"\n',
        "PKG-INFO": b"Metadata-Version: 2.1\nName: recorded\nVersion: 1.0\n",
        "tests/data/image.tif": image,
        "hatchling/__init__.py": b"raise SystemExit('The code of the package was run.')\n",
    }
    archive = shelf / "recorded-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for path, data in contents.items():
            member = tarfile.TarInfo(f"recorded-1.0/{path}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return published.Package(
        name="recorded",
        version="1.0",
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        kind="source",
        megabytes=1,
        images={"tests/data/image.tif": hashlib.sha256(IMAGE).hexdigest()},
    )


def test_fetch_keeps_the_images_only(parts, shelf):
    published, _ = parts
    package = put_package(published, shelf)
    folder = published.fetch(package)
    assert [p.relative_to(folder) for p in folder.rglob("*") if p.is_file()] == [Path("data/image.tif")]
    assert (folder / "data/image.tif").read_bytes() == IMAGE


def test_fetch_asks_pip_only_once_and_again_for_a_cut_file(parts, shelf):
    published, _ = parts
    package = put_package(published, shelf)
    kept = published.fetch(package) / "data/image.tif"
    written = kept.stat().st_mtime_ns
    assert published.fetch(package) and kept.stat().st_mtime_ns == written
    kept.write_bytes(IMAGE[:5])
    published.fetch(package)
    assert kept.read_bytes() == IMAGE


def test_fetch_refuses_what_is_not_expected(parts, shelf):
    published, _ = parts
    other_image = put_package(published, shelf, image=b"another image")
    other_archive = replace(other_image, sha256="0" * 64)
    absent = replace(other_image, name="absent-from-the-shelf")
    for package in (other_image, other_archive, absent):
        with pytest.raises(published.Unreachable, match=package.name):
            published.fetch(package)
        assert not [p for p in package.folder.rglob("*") if p.is_file()]


def test_deskewing_makes_a_tilted_line_upright(parts):
    """A line along z stands still in the room, so in the planes it moves against the stage."""
    _, recordings = parts
    shift_px = recordings.STEP_UM * np.cos(np.radians(recordings.TILT_DEG)) / recordings.PIXEL_UM
    planes, columns = 20, 80
    centre = 64 - shift_px * np.arange(planes)
    raw = np.exp(-0.5 * ((np.arange(columns) - centre[:, None, None]) / 2) ** 2).repeat(3, axis=1)
    upright = recordings.deskewed(raw, width=columns + int(shift_px * planes), fill=0)
    x = np.arange(upright.shape[2])
    centroid = (upright * x).sum(axis=2) / upright.sum(axis=2)
    # Linear interpolation of a profile of sigma 2 px moves its centroid by far less than this.
    assert np.ptp(centroid) < 0.02


def test_runs_on_a_phantom_without_a_network(parts, shelf, tmp_path, capsys):
    import demo
    import matplotlib.image

    demo.main(tmp_path / "results")
    said = capsys.readouterr().out
    assert said.count("out of reach") == 1
    for row in ("width of spots, z", "two halves, xy", "error to the truth"):
        assert row in said
    picture = matplotlib.image.imread(tmp_path / "results" / "before_after.png")
    assert picture.shape[1] > 2000 and picture[..., :3].std() > 0.05  # not empty
    restored = pa.imread(tmp_path / "results" / "restored.ome.tif")
    _, recordings = parts
    recording = recordings.phantom()
    before = np.asarray(recording.image) - recording.camera_offset
    assert pa.metrics.nrmse(restored, recording.truth) < 0.9 * pa.metrics.nrmse(before, recording.truth)
