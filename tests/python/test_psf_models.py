"""pa.psf's computed models beside the textbooks' integrals (tests/reference) and analytic truths."""

from __future__ import annotations

import json

import numpy as np
import planapo as pa
import psf_models as reference
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.special import j1

OIL = dict(na=1.45, wavelength_um=0.52)
WATER = dict(na=1.2, wavelength_um=0.6, immersion_index=1.33, coverslip_index=1.5255)
DRY = dict(na=0.3, wavelength_um=0.5, immersion_index=1.0)
DEEP = dict(na=1.3, wavelength_um=0.52, specimen_index=1.33, depth_um=8.0)
SHALLOW = dict(
    na=1.45, wavelength_um=0.52, specimen_index=1.33, depth_um=0.15
)  # light beyond the critical angle
WRONG_GLASS = dict(DRY, na=0.8, coverslip_um=180.0, design_coverslip_um=170.0)
WRONG_OIL = dict(OIL, na=1.35, immersion_index=1.52, design_immersion_index=1.515)
CASES = {
    "oil": (OIL, (0.3, 0.07)),
    "water": (WATER, (0.4, 0.1)),
    "dry": (DRY, (4.0, 0.35)),
    "deep": (DEEP, (0.3, 0.08)),
    "beyond the critical angle": (SHALLOW, (0.2, 0.07)),
    "wrong glass": (WRONG_GLASS, (1.0, 0.15)),
    "wrong oil": (WRONG_OIL, (0.3, 0.08)),
}


def focus_of(psf) -> float:
    return json.loads(psf.provenance)["psf"]["focus_um"]


def some_voxels(shape, seed=0, count=14) -> np.ndarray:
    """Indices: the origin, then others, in focus and out of it, most of them near the axis."""
    rng = np.random.default_rng(seed)
    origin = np.array(shape) // 2
    away = np.rint(rng.normal(0, np.array(shape) / 6, (count, 3))).astype(int)
    away[0], away[1:4, 0] = 0, 0
    return np.clip(origin + away, 0, np.array(shape) - 1)


def worst(psf, intensity, seed=0, count=14) -> float:
    """The largest error among some voxels, relative to the brightest voxel."""
    index = some_voxels(psf.shape, seed, count)
    voxel = np.array(psf.voxel_um)
    places = (index - np.array(psf.shape) // 2) * voxel + (focus_of(psf), 0, 0)
    expected = reference.voxels(intensity, places, voxel[2])
    found = np.asarray(psf, float)[tuple(index.T)]
    return abs(found / found[0] - expected / expected[0]).max()


@pytest.mark.parametrize("shape", [(21, 41, 41), (20, 40, 42)], ids=["odd", "even"])
@pytest.mark.parametrize("case", CASES)
def test_gibson_lanni_is_the_integral(case, shape):
    optics, (dz, dx) = CASES[case]

    psf = pa.psf.gibson_lanni(voxel_um=(dz, dx, dx), shape=shape, **optics)

    # Interpolated between radii, and stored as float32: 2e-7 was seen.
    assert worst(psf, reference.scalar(reference.Optics(**optics))) < 1e-6


@pytest.mark.parametrize("case", CASES)
def test_vectorial_is_the_light_of_three_dipoles(case):
    optics, (dz, dx) = CASES[case]

    psf = pa.psf.vectorial(voxel_um=(dz, dx, dx), shape=(21, 31, 31), **optics)

    # As above. Four voxels, as the original takes a sum over the plane of the pupil for each of their points.
    assert worst(psf, reference.vectorial(reference.Optics(**optics)), count=4) < 1e-6


def test_confocal_is_the_product():
    optics, voxel = dict(na=1.2, wavelength_um=0.6, immersion_index=1.33), (0.3, 0.08, 0.08)
    lights = {um: reference.Optics(**dict(optics, wavelength_um=um)) for um in (0.6, 0.488)}
    for model, of in (("gibson_lanni", reference.scalar), ("vectorial", None)):
        for airy in (0, 0.6, 3):
            if of is None and airy:
                continue
            psf = pa.psf.confocal(
                excitation_um=0.488,
                pinhole_airy=airy,
                model=model,
                voxel_um=voxel,
                shape=(15, 21, 21),
                **optics,
            )
            intensity = of or reference.vectorial
            pinhole_um = airy * 0.61 * 0.6 / 1.2
            expected = reference.confocal(intensity(lights[0.488]), intensity(lights[0.6]), pinhole_um)
            # The original's disc is made of 4000 points: good to 2e-4.
            assert worst(psf, expected, count=5) < (3e-4 if airy else 1e-6), (model, airy)


def test_light_sheet_is_the_detection_times_a_gaussian():
    optics = dict(
        na=0.8, wavelength_um=0.52, immersion_index=1.33, voxel_um=(0.5, 0.2, 0.2), shape=(21, 31, 31)
    )
    detection = np.asarray(pa.psf.gibson_lanni(**optics), float)
    z = 0.5 * (np.arange(21) - 10)

    for sheet, fwhm in (
        (dict(sheet_fwhm_um=3), 3),
        (dict(sheet_na=0.08, excitation_um=0.488), np.sqrt(2 * np.log(2)) * 0.488 / (np.pi * 0.08)),
        # One Rayleigh length off the waist the sheet is the square root of two as thick.
        (dict(sheet_fwhm_um=3, excitation_um=0.488, from_waist_um=np.pi * 9 / (2 * np.log(2)) * 1.33 / 0.488),
         3 * np.sqrt(2)),
    ):  # fmt: skip
        psf = pa.psf.light_sheet(**sheet, **optics)

        expected = detection * np.exp(-4 * np.log(2) * (z / fwhm) ** 2)[:, None, None]
        np.testing.assert_allclose(psf, expected / expected.sum(), atol=1e-6 * psf.max())  # float32


def test_a_sheet_much_thinner_than_the_detections_focus_sets_the_axial_width():
    psf = pa.psf.light_sheet(
        na=0.1, wavelength_um=0.5, immersion_index=1.0, voxel_um=(0.5, 1, 1), sheet_fwhm_um=6
    )

    assert pa.psf.fwhm(psf)[0] == pytest.approx(6, rel=0.01)  # the detection alone is 88 um deep


def test_in_focus_there_is_airys_pattern():
    psf = pa.psf.born_wolf(na=0.8, wavelength_um=0.5, index=1.0, voxel_um=(0.02, 0.02), shape=(101, 101))

    v = np.maximum(2 * np.pi / 0.5 * 0.8 * 0.02 * np.hypot(*np.indices((101, 101)) - 50), 1e-9)
    airy = (2 * j1(v) / v) ** 2
    # A pixel of v = 0.2 adds its mean curvature: 0.2 ** 2 / 24 of the second derivatives.
    np.testing.assert_allclose(psf / psf.max(), airy / airy.max(), atol=2e-3)


@pytest.mark.parametrize("defocus, tolerance", [("paraxial", 1e-5), ("exact", 4e-3)])
def test_along_the_axis_there_is_a_sinc(defocus, tolerance):
    """The first order in the squared aperture; at an NA of 0.1 the next changes the phase by 0.25 %."""
    psf = pa.psf.born_wolf(
        na=0.1, wavelength_um=0.5, index=1.0, voxel_um=(5, 0.1, 0.1), shape=(81, 1, 1), defocus=defocus
    )

    u = 2 * np.pi / 0.5 * 0.1**2 * 5 * (np.arange(81) - 40)
    expected = np.sinc(u / 4 / np.pi) ** 2
    np.testing.assert_allclose(psf[:, 0, 0] / psf.max(), expected, atol=tolerance)


def test_without_aberrations_gibson_lanni_is_born_wolf():
    where = dict(voxel_um=(0.3, 0.1, 0.1), shape=(15, 21, 21))
    plain = pa.psf.born_wolf(na=1.4, wavelength_um=0.52, index=1.515, **where)
    designed = pa.psf.gibson_lanni(na=1.4, wavelength_um=0.52, immersion_index=1.515, depth_um=7, **where)

    # As deep in oil as the stage has moved.
    assert focus_of(designed) == pytest.approx(7, abs=1e-5) and focus_of(plain) == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(
        plain, designed, atol=1e-5 * plain.max()
    )  # their foci are found to 1e-6 of a length


def test_at_a_low_na_the_vectorial_model_is_the_scalar_one():
    where = dict(na=0.1, wavelength_um=0.5, immersion_index=1.0, voxel_um=(10, 0.5, 0.5), shape=(15, 31, 31))

    scalar, vector = pa.psf.gibson_lanni(**where), pa.psf.vectorial(**where)

    np.testing.assert_allclose(
        vector, scalar, atol=3e-3 * scalar.max()
    )  # what differs is of the order NA^2 / 4


def test_an_ideal_pinhole_sharpens_by_about_the_square_root_of_two():
    one_colour = dict(na=0.8, wavelength_um=0.5, immersion_index=1.0, voxel_um=(0.02, 0.02), shape=(61, 61))
    wide = pa.psf.fwhm(pa.psf.gibson_lanni(**one_colour))[0]
    sharp = pa.psf.fwhm(pa.psf.confocal(excitation_um=0.5, pinhole_airy=0, **one_colour))[0]

    def half_width(level):
        return brentq(lambda v: (2 * j1(v) / v) ** 2 - level, 0.1, 3)

    assert sharp / wide == pytest.approx(
        half_width(np.sqrt(0.5)) / half_width(0.5), rel=2e-3
    )  # the pixels' width
    assert sharp / wide == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_a_wider_pinhole_blurs_but_never_beyond_the_excitation():
    optics = dict(
        na=1.2, wavelength_um=0.6, immersion_index=1.33, voxel_um=(0.1, 0.05, 0.05), shape=(41, 41, 41)
    )
    widths = [
        pa.psf.fwhm(pa.psf.confocal(excitation_um=0.5, pinhole_airy=airy, **optics))
        for airy in (0, 0.5, 1, 2, 20)
    ]
    excitation = pa.psf.fwhm(pa.psf.gibson_lanni(**dict(optics, wavelength_um=0.5)))

    assert widths[0] < widths[1] < widths[2]
    assert all(each < limit for each, limit in zip(widths[2], excitation))
    assert widths[-1] == pytest.approx(excitation, rel=0.02)


@pytest.mark.parametrize("case", ["deep", "wrong glass", "wrong oil"])
def test_the_focus_is_where_the_axis_is_brightest(case):
    optics, (dz, dx) = CASES[case]
    psf = pa.psf.gibson_lanni(voxel_um=(dz, dx, dx), shape=(31, 5, 5), **optics)
    intensity = reference.scalar(reference.Optics(**optics))

    def dark(stage):
        return -intensity(np.zeros(1), np.full(1, stage))[0]

    found = minimize_scalar(dark, bracket=(focus_of(psf) - dz / 3, focus_of(psf) + dz / 3), tol=1e-8).x
    assert focus_of(psf) == pytest.approx(
        found, abs=1e-4
    )  # a top is flat: its place is known to a part of its root
    assert np.asarray(psf).argmax() == np.ravel_multi_index((15, 2, 2), psf.shape)


def test_water_under_oil_needs_more_stage_and_leaves_a_tail_further_on():
    """Rays at the rim meet where the stage has moved further than for those near the axis."""
    where = dict(voxel_um=(0.2, 0.1, 0.1), shape=(61, 21, 21))
    psf = pa.psf.gibson_lanni(**DEEP, **where)
    nominal = pa.psf.gibson_lanni(**DEEP, **where, centre="nominal")

    assert focus_of(psf) > 8 * 1.515 / 1.33 and focus_of(nominal) == 8
    axis = np.asarray(psf)[:, 10, 10]
    assert axis[46:].sum() > 5 * axis[:15].sum()
    shift = round((focus_of(psf) - 8) / 0.2)
    assert np.asarray(nominal)[:, 10, 10].argmax() == pytest.approx(30 + shift, abs=1)


@pytest.mark.parametrize("model", ["born_wolf", "gibson_lanni", "vectorial", "confocal", "light_sheet"])
def test_what_holds_for_every_model(model):
    more = {"confocal": dict(excitation_um=0.488), "light_sheet": dict(sheet_fwhm_um=1.5)}.get(model, {})
    make, optics = getattr(pa.psf, model), dict(na=1.3, wavelength_um=0.52, voxel_um=(0.3, 0.1, 0.1), **more)
    odd, even = make(shape=(9, 15, 13), **optics), make(shape=(8, 14, 12), **optics)
    free, plane = make(**optics), make(**dict(optics, voxel_um=(0.1, 0.1)))

    for psf in (odd, even, free, plane):
        assert isinstance(psf, pa.Image) and psf.dtype == np.float32 and psf.min() >= 0
        assert np.asarray(psf, float).sum() == pytest.approx(1, abs=1e-6)  # float32
        assert np.unravel_index(psf.argmax(), psf.shape) == tuple(n // 2 for n in psf.shape)
    np.testing.assert_array_equal(odd, odd[:, ::-1, ::-1])
    np.testing.assert_allclose(
        odd, odd[::-1], atol=1e-5 * odd.max()
    )  # no aberrations; the focus is found to 1e-6
    np.testing.assert_allclose(odd[:, 1:14], odd[:, 1:14].transpose(0, 2, 1), rtol=1e-5)
    cut = np.asarray(odd)[:8, :14, :12]  # the same origin
    np.testing.assert_allclose(even, cut / cut.sum(), rtol=1e-5)
    assert plane.axes == "YX" and all(n % 2 and n <= 255 for n in (*free.shape, *plane.shape))
    told = json.loads(free.provenance)["psf"]
    assert told["model"] == model and told["parameters"]["na"] == 1.3 and told["shape"] == list(free.shape)


def test_a_file_remembers_and_deconvolution_takes_it_as_it_is(tmp_path, recwarn):
    psf = pa.psf.vectorial(na=1.3, wavelength_um=0.52, voxel_um=(0.3, 0.1, 0.1), shape=(9, 15, 15))
    pa.imwrite(tmp_path / "psf.tif", psf)
    back = pa.imread(tmp_path / "psf.tif")

    pa.deconvolve(np.ones((9, 16, 16), np.float32), back, iterations=1, device="cpu")

    assert back.provenance == psf.provenance and back.voxel_um == pytest.approx((0.3, 0.1, 0.1))
    assert not [each for each in recwarn if issubclass(each.category, pa.PlanapoWarning)]


HERE = dict(wavelength_um=0.52, voxel_um=(0.2, 0.1, 0.1))
BAD = {
    "na": (lambda: pa.psf.born_wolf(na=1.52, **HERE), "immersion's index is 1.515.*NA of 1.52"),
    "no na": (lambda: pa.psf.born_wolf(na=0, **HERE), "The NA is 0"),
    "coverslip": (lambda: pa.psf.vectorial(na=1.4, coverslip_index=1.3, **HERE), "coverslip's index is 1.3"),
    "design": (lambda: pa.psf.gibson_lanni(na=1.4, design_immersion_index=1.3, **HERE), "design is 1.3"),
    "specimen": (lambda: pa.psf.gibson_lanni(na=1.4, specimen_index=0.5, **HERE), "specimen's index is 0.5"),
    "depth": (lambda: pa.psf.gibson_lanni(na=1.4, depth_um=-1, **HERE), "depth is -1 um"),
    "nanometres": (lambda: pa.psf.born_wolf(na=1.4, wavelength_um=520, voxel_um=0.1), "520 nm are 0.52 um"),
    "voxel": (lambda: pa.psf.born_wolf(na=1.4, wavelength_um=0.5, voxel_um=(0.1, 0, 0.1)), "voxel_um is"),
    "large voxel": (lambda: pa.psf.born_wolf(na=1.4, wavelength_um=0.5, voxel_um=65), "micrometres"),
    "shape": (lambda: pa.psf.born_wolf(na=1.4, shape=(3, 0, 3), **HERE), "shape is"),
    "energy": (lambda: pa.psf.born_wolf(na=1.4, energy=1, **HERE), "energy 1 is out of range"),
    "defocus": (lambda: pa.psf.born_wolf(na=1.4, defocus="no", **HERE), '"no": use "exact" or "paraxial"'),
    "centre": (lambda: pa.psf.vectorial(na=1.4, centre="middle", **HERE), '"middle": use "peak"'),
    "layers": (lambda: pa.psf.gibson_lanni(na=1.4, depth_um="deep", **HERE), "depth_um is 'deep'"),
    "spread": (
        lambda: pa.psf.gibson_lanni(na=1.4, design_immersion_index=1.6, working_distance_um=1e4, **HERE),
        "foci.*micrometres",
    ),
    "pinhole": (lambda: pa.psf.confocal(na=1.4, excitation_um=0.5, pinhole_airy=-1, **HERE), "pinhole's"),
    "model": (lambda: pa.psf.confocal(na=1.4, excitation_um=0.5, model="wave", **HERE), 'model is "wave"'),
    "one medium": (
        lambda: pa.psf.confocal(na=1.4, excitation_um=0.5, model="born_wolf", depth_um=3, **HERE),
        "one medium",
    ),
    "no sheet": (lambda: pa.psf.light_sheet(na=1.1, **HERE), "FWHM or by its NA"),
    "two sheets": (
        lambda: pa.psf.light_sheet(na=1.1, sheet_na=0.1, sheet_fwhm_um=1, excitation_um=0.5, **HERE),
        "not both",
    ),
    "sheet's colour": (lambda: pa.psf.light_sheet(na=1.1, sheet_na=0.1, **HERE), "give excitation_um"),
    "dark": (
        lambda: pa.psf.light_sheet(na=1.1, sheet_fwhm_um=0.5, depth_um=100, specimen_index=1.33,
                                   shape=(3, 3, 3), centre="nominal", **HERE),
        "None of the light",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_one_clear_sentence(case):
    make, sentence = BAD[case]

    with pytest.raises(pa.InvalidArgument, match=sentence):
        make()


def test_an_unknown_layer_is_named():
    with pytest.raises(TypeError, match="'sample_index' is no keyword.*specimen_index"):
        pa.psf.gibson_lanni(na=1.4, sample_index=1.33, **HERE)
