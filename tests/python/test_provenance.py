"""How a result was made: what pa.Image knows of it, keeps, drops, and leaves in files."""

from __future__ import annotations

import hashlib
import json
import pickle

import numpy as np
import planapo as pa
import pytest

VOXEL = (0.2, 0.1, 0.1)


@pytest.fixture
def files(tmp_path, scene):
    pa.imwrite(tmp_path / "cell.tif", scene[0], voxel_um=VOXEL)
    pa.imwrite(tmp_path / "psf.tif", scene[1], voxel_um=VOXEL)
    return tmp_path


@pytest.fixture
def restored(files) -> pa.Image:
    image, psf = pa.imread(files / "cell.tif"), pa.imread(files / "psf.tif")
    return pa.deconvolve(image, psf, iterations=2, background=5, device="cpu")


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_results_tell_how_they_were_made(files, restored):
    told = json.loads(restored.provenance)

    assert told["planapo"] == pa.__version__ and told["date"].startswith("20")
    assert told["device"] == {"name": "cpu", "description": pa.devices()[0].description}
    assert told["input"]["file"] == "cell.tif" and told["input"]["sha256"] == hash_of(files / "cell.tif")
    assert told["psf"]["voxel_um"] == told["input"]["voxel_um"] == pytest.approx(VOXEL)
    assert told["psf"]["file"] == "psf.tif" and told["psf"]["sha256"] == hash_of(files / "psf.tif")
    assert told["parameters"]["background"] == 5 and told["parameters"]["method"] == "wiener-butterworth"
    assert told["iterations"] == [2] and len(told["first_time_point"][0]["divergence"]) == 2
    assert told["voxel_um"] == pytest.approx(VOXEL)


@pytest.mark.parametrize("name", ["out.tif", "out.ome.tif"])
def test_files_keep_it(files, restored, name):
    pa.imwrite(files / name, restored)

    back = pa.imread(files / name)
    assert json.loads(back.provenance) == json.loads(restored.provenance)

    pa.imwrite(files / "changed.tif", back * 2)
    pa.imwrite(files / "changed.ome.tif", back * 2)
    assert pa.imread(files / "changed.tif").provenance == ""
    assert pa.imread(files / "changed.ome.tif").provenance == ""


KEEPS = {
    "slice": lambda a: a[2:, ::2],
    "astype": lambda a: a.astype(np.float64),
    "copy": lambda a: a.copy(),
    "pickled": lambda a: pickle.loads(pickle.dumps(a)),
}


@pytest.mark.parametrize("case", KEEPS)
def test_the_same_voxels_keep_it(restored, case):
    assert KEEPS[case](restored).provenance == restored.provenance != ""


def doubled(image):
    image *= 2
    return image


def assigned(image):
    image[2] = 0
    return image


DROPS = {
    "arithmetic": lambda a: a - 1,
    "arithmetic from the left": lambda a: 1 - a,
    "function": np.sqrt,
    "in place": doubled,
    "out": lambda a: np.add(np.asarray(a), 1, out=a),
    "assigned": assigned,
    "transposed": lambda a: a.T,
}


@pytest.mark.parametrize("case", DROPS)
def test_other_voxels_drop_it(restored, case):
    assert DROPS[case](restored).provenance == ""
    if case in ("in place", "out", "assigned"):
        assert restored.provenance == "" and restored.voxel_um == pytest.approx(VOXEL)


def test_numbers_of_any_kind_are_told(scene):
    options = dict(iterations=np.int32(1), background=np.float32(0.5), alpha=np.float16(0.5))
    plan = pa.Deconvolver(scene[1], psf_voxel_um=np.array([0.2, 0.1, 0.1]), device="cpu", **options)

    told = json.loads(plan(pa.Image(scene[0])).provenance)

    assert {name: told["parameters"][name] for name in options} == options
    assert told["psf"]["voxel_um"] == [0.2, 0.1, 0.1]


def test_out_is_told_about_too(scene):
    out = pa.Image(np.zeros(scene[0].shape, np.float32), voxel_um=VOXEL)

    pa.Deconvolver(scene[1], iterations=1, device="cpu")(scene[0], out=out)

    assert json.loads(out.provenance)["iterations"] == [1]


def test_a_prepared_psf_tells_what_was_done(files):
    measured = 4000 * np.asarray(pa.psf.gaussian((4, 3, 3), shape=(21, 21, 21))) + 100
    pa.imwrite(files / "bead.tif", measured.astype(np.float32), voxel_um=VOXEL)
    psf, report = pa.psf.prepare(pa.imread(files / "bead.tif"))

    restored = pa.deconvolve(pa.imread(files / "cell.tif"), psf, iterations=1, device="cpu")

    told = json.loads(restored.provenance)["psf"]
    assert told == {**json.loads(psf.provenance)["psf"], "notes": []}
    assert told["sha256"] == hash_of(files / "bead.tif") and told["steps"] == list(report.steps)
    assert told["voxel_um"] == pytest.approx(VOXEL)


def test_files_that_have_changed_since_are_not_hashed(files):
    image, psf = pa.imread(files / "cell.tif"), pa.imread(files / "psf.tif")
    (files / "psf.tif").unlink()
    pa.imwrite(files / "cell.tif", image[1:])

    told = json.loads(pa.deconvolve(image, psf, iterations=1, device="cpu").provenance)

    assert told["input"]["sha256"] is None and told["psf"]["sha256"] is None


def test_no_other_device_is_opened_for_it(scene, monkeypatch):
    def opened():
        raise AssertionError("every device was opened")

    monkeypatch.setattr(pa._core, "devices", opened)
    assert pa.deconvolve(pa.Image(scene[0]), scene[1], iterations=1, device="cpu").provenance
