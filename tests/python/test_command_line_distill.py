"""`planapo distill` as a person uses it."""

from __future__ import annotations

import re

import numpy as np
import planapo as pa
import pytest
from bead_field import field

VOXEL = (0.2, 0.1, 0.1)


@pytest.fixture(scope="module")
def recorded():
    return field((24, 64, 64), (5, 4, 4), seed=0, beads=6, touching=2, snr=30).image


@pytest.fixture
def beads(tmp_path, recorded):
    pa.imwrite(tmp_path / "beads.tif", recorded, dtype="uint16", voxel_um=VOXEL)
    return tmp_path


def test_psf_and_picture(beads, command_line):
    pytest.importorskip("matplotlib", reason="the picture needs matplotlib")

    done = command_line("distill", "beads.tif", "-o", "psf.tif", "--report", "report.png")

    assert done.returncode == 0, done.stderr
    assert "psf.tif was distilled from beads.tif:" in done.stdout and "4 used" in done.stdout
    assert done.stderr.count("\n") == 1 and "beads.tif: Only 4 beads are used" in done.stderr
    with pytest.warns(pa.PlanapoWarning, match="Only 4"):
        psf, _ = pa.psf.distill(pa.imread(beads / "beads.tif"))
    written = pa.imread(beads / "psf.tif")
    np.testing.assert_array_equal(written, psf)
    assert written.voxel_um == pytest.approx(VOXEL) and "distilled" in written.provenance
    assert sorted(path.name for path in beads.iterdir()) == ["beads.tif", "psf.tif", "report.png"]


def test_what_is_distilled_deconvolves(beads, command_line):
    assert command_line("distill", "beads.tif", "-o", "psf.tif").returncode == 0

    done = command_line("deconvolve", "beads.tif", "--psf", "psf.tif", "-o", "out.tif", "--background", 100)

    assert done.returncode == 0 and done.stderr == ""


def test_options(beads, command_line, recorded):
    pa.imwrite(beads / "bare.tif", recorded)

    done = command_line(
        "distill", "bare.tif", "-o", "psf.tif", "--voxel", "0.2,0.1,0.1", "--bead", 0.2,
        "--reach", "2,1.2,1.2", "--saturation", 1e4, "--smallest-snr", 8,
    )  # fmt: skip

    assert done.returncode == 0 and "sphere of 0.2 um" in done.stdout
    options = dict(voxel_um=VOXEL, bead_um=0.2, reach_um=(2, 1.2, 1.2), saturation=1e4, smallest_snr=8)
    with pytest.warns(pa.PlanapoWarning):
        psf, _ = pa.psf.distill(pa.imread(beads / "bare.tif"), **options)
    np.testing.assert_array_equal(pa.imread(beads / "psf.tif"), psf)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["beads.tif", "-o", "psf.tif", "--report", "report.jpg"], "report.jpg does not end in .png"),
        (["beads.tif", "-o", "beads.tif"], "beads.tif is read in this run"),
        (["nothing.tif", "-o", "psf.tif"], "nothing.tif"),
        (["beads.tif", "-o", "psf.tif", "--saturation", "10"], "No bead can be used: .* saturated"),
        (["beads.tif", "-o", "psf.tif", "--bead", "big"], "'big' is not a number"),
        (["beads.tif", "-o", "psf.tif", "--voxel", "1,2"], "--voxel"),
    ],
)
def test_errors_are_one_sentence_and_leave_nothing(beads, command_line, arguments, sentence):
    pytest.importorskip("matplotlib", reason="the picture needs matplotlib")

    done = command_line("distill", *arguments)

    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert re.search(sentence, done.stderr)
    assert [path.name for path in beads.iterdir()] == ["beads.tif"]
