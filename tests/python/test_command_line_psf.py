"""`planapo psf`: a PSF as a file."""

from __future__ import annotations

import json
import re

import numpy as np
import planapo as pa
import pytest

HERE = ("--na", 1.3, "--wavelength", 0.52, "--voxel", "0.3,0.1,0.1", "--shape", "9,15,15", "-o", "psf.tif")
MODELS = {
    "born-wolf": ((), {}),
    "gibson-lanni": (("--specimen-index", 1.33, "--depth", 5), dict(specimen_index=1.33, depth_um=5)),
    "vectorial": (("--centre", "nominal"), dict(centre="nominal")),
    "confocal": (
        ("--excitation", 0.488, "--pinhole", 0.5, "--base", "vectorial"),
        dict(excitation_um=0.488, pinhole_airy=0.5, model="vectorial"),
    ),
    "light-sheet": (("--sheet-fwhm", 2), dict(sheet_fwhm_um=2)),
}


@pytest.mark.parametrize("model", MODELS)
def test_the_file_holds_what_python_computes(model, tmp_path, command_line):
    options, keywords = MODELS[model]

    done = command_line("psf", model, *HERE, *options)

    assert done.returncode == 0, done.stderr
    assert "psf.tif: 9 x 15 x 15 voxels of 0.3 x 0.1 x 0.1 um, FWHM " in done.stdout
    assert ("the stage stands" in done.stdout) == ("--depth" in options)
    psf = pa.imread(tmp_path / "psf.tif")
    compute = getattr(pa.psf, model.replace("-", "_"))
    alone = compute(na=1.3, wavelength_um=0.52, voxel_um=(0.3, 0.1, 0.1), shape=(9, 15, 15), **keywords)
    np.testing.assert_array_equal(psf, alone)
    assert psf.voxel_um == pytest.approx((0.3, 0.1, 0.1))
    told, expected = (json.loads(each.provenance)["psf"] for each in (psf, alone))
    assert told["model"] == expected["model"] and told["parameters"] == expected["parameters"]


def test_it_is_taken_as_it_is_without_a_warning(tmp_path, command_line):
    command_line("psf", "vectorial", *HERE)
    pa.imwrite(tmp_path / "cell.tif", np.ones((9, 16, 16), np.float32), voxel_um=(0.3, 0.1, 0.1))

    done = command_line("deconvolve", "cell.tif", "--psf", "psf.tif", "--psf-as-is", "-o", "out.tif",
                        "--iterations", 1, "--device", "cpu")  # fmt: skip

    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (("airy", *HERE), 'The model is "airy": it must be one of born-wolf'),
        (("born-wolf", *HERE, "--pinhole", 1), "--pinhole means nothing to born-wolf.*choose confocal"),
        (("confocal", *HERE), "confocal needs --excitation"),
        (("vectorial", *HERE, "--shape", "9,x,9"), '--shape is "9,x,9"'),
        (("vectorial", *HERE, "--immersion-index", 1), "immersion's index is 1, but an NA of 1.3"),
        (("vectorial", *HERE, "--depth", "deep"), "'deep' is not a number"),
    ],
)
def test_one_clear_sentence(arguments, sentence, tmp_path, command_line):
    done = command_line("psf", *arguments)

    assert done.returncode != 0 and not (tmp_path / "psf.tif").exists()
    assert re.search(sentence, " ".join(done.stderr.split()))


def test_help_shows_examples(command_line):
    done = command_line("psf", "--help")

    assert done.returncode == 0 and "planapo psf gibson-lanni" in done.stdout
