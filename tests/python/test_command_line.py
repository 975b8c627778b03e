"""`planapo` as a person uses it: files in, files out, tables, pictures, provenance."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import planapo as pa
import pytest
from planapo import _core

PSF_VOXEL, VOXEL = (0.1, 0.1, 0.1), (0.2, 0.1, 0.1)


@pytest.fixture
def files(tmp_path, scene):
    """A stack, its PSF (fine voxels, off centre, on a background), both knowing their voxels."""
    psf = np.asarray(pa.psf.gaussian((8, 3, 3), shape=(41, 15, 15)))
    measured = 4000 * np.roll(psf / psf.max(), 2, axis=0) + 100
    pa.imwrite(tmp_path / "cell.tif", scene[0].astype(np.uint16), voxel_um=VOXEL)
    pa.imwrite(tmp_path / "bead.tif", measured, dtype="uint16", voxel_um=PSF_VOXEL)
    return tmp_path


def expected(folder, image, **options):
    psf, _ = pa.psf.prepare(pa.imread(folder / "bead.tif"), voxel_um=VOXEL)
    return pa.deconvolve(image, psf, device="cpu", **options)


def test_one_file(files, command_line):
    done = command_line(
        "deconvolve",
        "cell.tif",
        "--psf",
        "bead.tif",
        "-o",
        "out.tif",
        "--background",
        5,
        "--iterations",
        2,
        "--device",
        "cpu",
    )

    assert done.returncode == 0 and done.stderr == ""
    assert "out.tif" in done.stdout and "cpu" in done.stdout
    image, restored = pa.imread(files / "cell.tif"), pa.imread(files / "out.tif")
    assert restored.dtype == np.float32 and restored.voxel_um == pytest.approx(VOXEL)
    np.testing.assert_array_equal(restored, expected(files, image, background=5, iterations=2))
    assert sorted(path.name for path in files.iterdir()) == ["bead.tif", "cell.tif", "out.tif"]


def test_psf_as_it_is_and_other_options(files, command_line, scene):
    pa.imwrite(files / "psf.tif", scene[1], voxel_um=VOXEL)

    done = command_line(
        "deconvolve", "cell.tif", "--psf", "psf.tif", "--psf-as-is", "-o", "out.tif",
        "--method", "matched", "--iterations", 3,
        "--boundary", "wrap", "--start", "flat", "--threads", 1, "--device", "cpu",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    options = dict(method="matched", iterations=3, boundary="wrap", start="flat", device="cpu")
    alone = pa.deconvolve(scene[0], scene[1], **options)
    np.testing.assert_allclose(
        pa.imread(files / "out.tif"), alone, rtol=1e-5
    )  # FFTs of one thread round differently


def test_voxels_told_on_the_command_line(files, command_line):
    for name in ("cell", "bead"):
        pa.imwrite(files / f"bare_{name}.tif", np.asarray(pa.imread(files / f"{name}.tif")))

    done = command_line(
        "deconvolve", "bare_cell.tif", "--psf", "bare_bead.tif", "-o", "out.tif",
        "--voxel", "0.2,0.1,0.1", "--psf-voxel", "0.1",
        "--iterations", 1, "--device", "cpu",
    )  # fmt: skip

    assert done.returncode == 0 and done.stderr == ""
    restored = pa.imread(files / "out.tif")
    assert restored.voxel_um == pytest.approx(VOXEL)
    np.testing.assert_array_equal(restored, expected(files, pa.imread(files / "cell.tif"), iterations=1))


def test_voxels_that_nobody_knows_are_mentioned(files, command_line):
    pa.imwrite(files / "bare.tif", np.asarray(pa.imread(files / "bead.tif")))

    done = command_line("deconvolve", "cell.tif", "--psf", "bare.tif", "-o", "out.tif", "--iterations", 1)

    assert done.returncode == 0
    assert "bare.tif: The PSF's voxel size is not known" in done.stderr


def test_integers_on_request(files, command_line):
    done = command_line(
        "deconvolve", "cell.tif", "--psf", "bead.tif", "-o", "out.tif", "--dtype", "uint8", "--iterations", 5
    )

    assert done.returncode == 0, done.stderr
    restored = pa.imread(files / "out.tif")
    clipped = (np.rint(expected(files, pa.imread(files / "cell.tif"), iterations=5)) > 255).mean()
    assert restored.dtype == np.uint8 and clipped > 0
    assert f"{100 * clipped:.2g} %" in done.stdout
    assert (f"{100 * clipped:.2g} %) lay outside the range of uint8" in done.stderr) == (clipped > 0.01)


def test_quoted_pattern_into_a_folder(files, command_line, scene):
    for number in range(3):
        pa.imwrite(files / f"t{number}.ome.tif", (number + 1) * scene[0], voxel_um=VOXEL)

    done = command_line(
        "deconvolve", "t?.ome.tif", "cell.tif", "--psf", "bead.tif", "-o", "restored", "--iterations", 1
    )

    assert done.returncode == 0, done.stderr
    names = ["cell.tif", "t0.ome.tif", "t1.ome.tif", "t2.ome.tif"]
    assert sorted(path.name for path in (files / "restored").iterdir()) == names
    for number in range(3):
        alone = expected(files, (number + 1) * scene[0], iterations=1)
        np.testing.assert_array_equal(pa.imread(files / "restored" / f"t{number}.ome.tif"), alone)
    assert all(name in done.stdout for name in names)


def test_a_pattern_of_one_file_means_a_folder(files, command_line):
    done = command_line("deconvolve", "cel?.tif", "--psf", "bead.tif", "-o", "restored", "--iterations", 1)

    assert done.returncode == 0 and (files / "restored" / "cell.tif").exists(), done.stderr


def test_what_was_done_to_the_psf_is_told_once(files, command_line):
    pa.imwrite(files / "again.tif", pa.imread(files / "cell.tif"))

    done = command_line(
        "deconvolve", "cell.tif", "again.tif", "--psf", "bead.tif", "-o", "out", "--iterations", 1
    )
    as_it_is = command_line(
        "deconvolve",
        "cell.tif",
        "again.tif",
        "--psf",
        "bead.tif",
        "--psf-as-is",
        "-o",
        "out",
        "--iterations",
        1,
    )

    assert done.stdout.count("bead.tif was prepared for voxels of 0.2 x 0.1 x 0.1 um:") == 1
    assert done.stdout.count("A background of ") == 1 and done.stderr == ""
    assert as_it_is.stderr.count("outermost voxels") == 1 and "prepared" not in as_it_is.stdout
    assert as_it_is.stderr.count("Its voxels are 0.1 x 0.1 x 0.1 um, the image's 0.2 x 0.1 x 0.1 um") == 1


@pytest.mark.parametrize("columns", ["80", "40"])
def test_names_are_never_folded(files, command_line, monkeypatch, columns):
    name = f"a_{'very_' * 12}long_name.tif"
    pa.imwrite(files / name, pa.imread(files / "cell.tif"))
    arguments = ("deconvolve", name, "--psf", "bead.tif", "-o", "out/", "--iterations", 1)
    monkeypatch.setenv("COLUMNS", columns)
    on_a_terminal = command_line(*arguments).stdout.splitlines()[-2:]
    monkeypatch.delenv("COLUMNS")
    in_a_pipe = command_line(*arguments).stdout.splitlines()[-2:]

    assert on_a_terminal[1].startswith("out/a_v") and "…" in on_a_terminal[1]
    assert max(len(line) for line in on_a_terminal) <= max(int(columns), 55)
    assert in_a_pipe[1].split()[0] == f"out/{name}"


def test_series_with_channels_keeps_what_the_file_says(files, command_line, scene):
    image = np.stack([np.stack([scene[0], 2 * scene[0]]), np.stack([scene[0] + 3, scene[0] + 7])])
    facts = dict(axes="TCZYX", voxel_um=VOXEL, channel_names=["DNA", "actin"], time_step_s=30.0)
    pa.imwrite(files / "series.ome.tif", image, **facts)

    done = command_line(
        "deconvolve", "series.ome.tif", "--psf", "bead.tif", "-o", "out.ome.tif", "--device", "cpu"
    )

    assert done.returncode == 0, done.stderr
    restored = pa.imread(files / "out.ome.tif")
    assert restored.shape == image.shape and restored.channel_names == ("DNA", "actin")
    assert restored.time_step_s == pytest.approx(30) and restored.voxel_um == pytest.approx(VOXEL)
    counts = provenance(files / "out.ome.tif")["iterations"]
    for time in range(2):  # "auto" is decided on the first time point and kept
        for channel in range(2):
            alone = expected(files, image[time, channel], iterations=counts[channel])
            np.testing.assert_array_equal(restored[time, channel], alone)


def provenance(path):
    return json.loads(_core.ImageFile(str(path)).info.provenance)


@pytest.mark.parametrize("name", ["out.tif", "out.ome.tif"])
def test_provenance_tells_how_it_was_made(files, command_line, name):
    command_line(
        "deconvolve", "cell.tif", "--psf", "bead.tif", "-o", name, "--alpha", 0.02, "--device", "cpu"
    )

    told = provenance(files / name)
    digest = hashlib.sha256((files / "cell.tif").read_bytes()).hexdigest()
    assert told["planapo"] == pa.__version__ and told["device"]["name"] == "cpu"
    assert told["input"] == {
        "file": "cell.tif",
        "bytes": (files / "cell.tif").stat().st_size,
        "sha256": digest,
    }
    assert told["psf"]["sha256"] == hashlib.sha256((files / "bead.tif").read_bytes()).hexdigest()
    assert told["psf"]["background"] == pytest.approx(100, abs=2) and told["psf"]["steps"]
    assert told["parameters"]["alpha"] == 0.02 and told["parameters"]["method"] == "wiener-butterworth"
    assert (
        told["iterations"][0] >= 1 and len(told["first_time_point"][0]["divergence"]) >= told["iterations"][0]
    )
    assert told["date"].startswith("20")


def test_preview_shows_both_projections(files, command_line):
    pytest.importorskip("matplotlib", reason="the preview needs matplotlib")
    from matplotlib.image import imread

    done = command_line(
        "deconvolve", "cell.tif", "--psf", "bead.tif", "-o", "out.tif", "--preview", "look.png"
    )

    assert done.returncode == 0, done.stderr
    picture = imread(files / "look.png")
    height, width = picture.shape[:2]
    assert width > 1000 and 0.4 < height / width < 1.5
    left, right = picture[:, : width // 2, :3], picture[:, width // 2 :, :3]
    assert left.std() > 0.02 and right.std() > 0.02 and np.abs(left - right[:, : left.shape[1]]).max() > 0.2


def test_devices(command_line):
    done = command_line("devices")

    assert done.returncode == 0 and done.stderr == ""
    for device in pa.devices():
        assert device.name in done.stdout
        assert device.remark.split()[0] in done.stdout if device.remark else True


def test_version_and_help(command_line):
    assert command_line("--version").stdout == f"planapo {pa.__version__}\n"
    assert "deconvolve" in command_line("--help").stdout
    assert command_line().returncode == 0
    told = command_line("deconvolve", "--help").stdout
    assert "planapo deconvolve cell.tif --psf bead.tif -o restored.tif" in told
    options = [
        "method",
        "iterations",
        "background",
        "boundary",
        "device",
        "voxel",
        "psf-voxel",
        "psf-as-is",
        "dtype",
        "preview",
        "floor",
    ]
    assert all(f"--{option}" in told for option in options)
    assert "<bool>" not in told + command_line("--help").stdout
