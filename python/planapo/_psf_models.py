"""Point-spread functions computed from what is known of the microscope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planapo import _core
from planapo._core import InvalidArgument
from planapo._image import Image
from planapo._options import number
from planapo._psf_optics import Frame, Layers, optics_of


def born_wolf(
    *,
    na: float,
    wavelength_um: float,
    voxel_um: float | Sequence[float],
    index: float = 1.515,
    shape: Sequence[int] | None = None,
    energy: float = 0.999,
    defocus: str = "exact",
) -> Image:
    """Widefield PSF without aberrations: scalar diffraction by a circular pupil.

    As every computed PSF it is integrated over the pixel in y and x, and sampled at each plane: a camera
    collects over its pixels, not over the stage's steps.

    Parameters
    ----------
    na : float
        Numerical aperture of the objective, below `index`.
    wavelength_um : float
        Of the emitted light, in vacuum.
    voxel_um : float or sequence of float
        Edges of a voxel, z, y, x; two numbers (y, x) make a PSF of two axes, in focus.
    index : float, default 1.515
        Refractive index of immersion and specimen alike.
    shape : sequence of int, optional
        Extents; as many as the PSF has axes. Default: odd, the smallest to hold `energy` of the light within
        10 axial resolution lengths (``wavelength / (n - sqrt(n**2 - na**2))``) and 30 lateral ones (``0.61
        wavelength / na``) to either side, at most 255 voxels an axis.
    energy : float, default 0.999
        In [0.5, 1).
    defocus : {"exact", "paraxial"}
        Phase of a defocused pupil: of spherical waves, or its first order in the squared aperture as in [1]_.

    Returns
    -------
    Image of float32
        Sum 1, origin at index n // 2. Its `provenance` holds the parameters.

    Raises
    ------
    InvalidArgument
        If the NA is not below the index, or a length or an extent is not positive.

    References
    ----------
    .. [1] M. Born, E. Wolf, Principles of Optics, section 8.8 (1999). doi:10.1017/CBO9781139644181

    Examples
    --------
    >>> import planapo as pa
    >>> psf = pa.psf.born_wolf(na=1.4, wavelength_um=0.52, voxel_um=(0.2, 0.1, 0.1), shape=(31, 33, 33))
    >>> psf.shape, psf.voxel_um, [round(w, 2) for w in pa.psf.fwhm(psf)]
    ((31, 33, 33), (0.2, 0.1, 0.1), [0.53, 0.2, 0.2])
    """
    optics = optics_of(na, wavelength_um, {"immersion_index": index})
    frame = Frame.of(voxel_um, shape, energy, "peak", defocus)
    known = {"na": na, "wavelength_um": wavelength_um, "index": index, "defocus": defocus}
    return frame.computed("born_wolf", known, lambda core: _core.psf_widefield("born_wolf", optics, core))


def gibson_lanni(
    *,
    na: float,
    wavelength_um: float,
    voxel_um: float | Sequence[float],
    shape: Sequence[int] | None = None,
    energy: float = 0.999,
    centre: str = "peak",
    **layers: float | None,
) -> Image:
    """Widefield PSF with the aberrations of whatever differs from the objective's design [1]_.

    Parameters
    ----------
    na, wavelength_um, voxel_um, shape, energy
        As of `born_wolf`. z grows as the stage carries the focus deeper, away from the coverslip.
    centre : {"peak", "nominal"}
        Where the plane n // 2 lies: where the point is brightest, or where it would be with everything as
        designed. ``json.loads(psf.provenance)["psf"]["focus_um"]`` tells how far the stage stands there from
        where the design is focused on the coverslip.
    **layers : float, optional
        What the light passes, by these names:

        - immersion_index (1.515): refractive index of oil, water or air
        - specimen_index (the immersion's): around the fluorophore. Below the NA, the part of the pupil that
          it cannot fill with propagating light is filled by the point's near field.
        - depth_um (0): of the fluorophore below the coverslip, at most 1000
        - coverslip_index, coverslip_um (1.5255, 170)
        - working_distance_um (150): of immersion between objective and coverslip. Matters only where the
          immersion is not as designed.
        - design_immersion_index, design_coverslip_index, design_coverslip_um (what there is): what the
          objective is corrected for

    Returns
    -------
    Image of float32
        Sum 1, origin at index n // 2. Its `provenance` holds the parameters.

    Raises
    ------
    InvalidArgument
        If the NA is not below the indices of immersion and coverslip, or a length or an extent is not
        positive.

    References
    ----------
    .. [1] S. F. Gibson, F. Lanni, J. Opt. Soc. Am. A 9, 154 (1992). doi:10.1364/JOSAA.9.000154

    Examples
    --------
    A bead in water, 10 um below the coverslip, seen through oil: the stage moves further than it lies deep.

    >>> import json, planapo as pa
    >>> psf = pa.psf.gibson_lanni(na=1.3, wavelength_um=0.52, voxel_um=(0.2, 0.1, 0.1), shape=(51, 65, 65),
    ...                           specimen_index=1.33, depth_um=10)
    >>> round(json.loads(psf.provenance)["psf"]["focus_um"], 1)
    12.2
    """
    return _widefield("gibson_lanni", na, wavelength_um, Frame.of(voxel_um, shape, energy, centre), layers)


def vectorial(
    *,
    na: float,
    wavelength_um: float,
    voxel_um: float | Sequence[float],
    shape: Sequence[int] | None = None,
    energy: float = 0.999,
    centre: str = "peak",
    **layers: float | None,
) -> Image:
    """Widefield PSF of a dipole that turns freely, with polarisation and Fresnel's transmission.

    The model to take for an NA above 0.9 or so; for small ones it is the scalar one. It is also the PSF of
    focused light that is not polarised.

    Parameters
    ----------
    na, wavelength_um, voxel_um, shape, energy
        As of `born_wolf`.
    centre, **layers
        As of `gibson_lanni`.

    Returns
    -------
    Image of float32
        Sum 1, origin at index n // 2. Its `provenance` holds the parameters.

    Raises
    ------
    InvalidArgument
        As `gibson_lanni`.

    References
    ----------
    .. [1] B. Richards, E. Wolf, Proc. R. Soc. A 253, 358 (1959). doi:10.1098/rspa.1959.0200
    .. [2] P. Torok, P. Varga, Appl. Opt. 36, 2305 (1997). doi:10.1364/AO.36.002305

    Examples
    --------
    >>> import planapo as pa
    >>> plane = pa.psf.vectorial(na=1.4, wavelength_um=0.52, voxel_um=(0.1, 0.1), shape=(31, 31))
    >>> plane.shape, [round(w, 2) for w in pa.psf.fwhm(plane)]
    ((31, 31), [0.23, 0.23])
    """
    return _widefield("vectorial", na, wavelength_um, Frame.of(voxel_um, shape, energy, centre), layers)


def confocal(
    *,
    na: float,
    wavelength_um: float,
    excitation_um: float,
    voxel_um: float | Sequence[float],
    pinhole_airy: float = 1.0,
    model: str = "gibson_lanni",
    shape: Sequence[int] | None = None,
    energy: float = 0.999,
    centre: str = "peak",
    **layers: float | None,
) -> Image:
    """Confocal PSF: the excitation's, times the emission's convolved with the pinhole's disc [1]_.

    Parameters
    ----------
    na, wavelength_um, voxel_um, shape, energy
        As of `born_wolf`; `wavelength_um` is the emission's.
    excitation_um : float
        Wavelength of the excitation, in vacuum.
    pinhole_airy : float, default 1
        Diameter of the pinhole in Airy units, 1.22 `wavelength_um` / `na`; 0 is a point, 20 the most.
    model : {"gibson_lanni", "vectorial", "born_wolf"}
        Of both.
    centre, **layers
        As of `gibson_lanni`; "born_wolf" knows `immersion_index` only.

    Returns
    -------
    Image of float32
        Sum 1, origin at index n // 2. Its `provenance` holds the parameters.

    Raises
    ------
    InvalidArgument
        As `gibson_lanni`; if the pinhole is negative or larger than 20 Airy units.

    References
    ----------
    .. [1] T. Wilson, C. Sheppard, Theory and Practice of Scanning Optical Microscopy (1984).

    Examples
    --------
    >>> import planapo as pa
    >>> psf = pa.psf.confocal(na=1.4, wavelength_um=0.52, excitation_um=0.488, voxel_um=(0.1, 0.05, 0.05))
    >>> [round(w, 2) for w in pa.psf.fwhm(psf)]
    [0.4, 0.18, 0.18]
    """
    optics = optics_of(na, wavelength_um, layers, model)
    lit = {
        "excitation_um": number("excitation_um", excitation_um),
        "pinhole_airy": number("pinhole_airy", pinhole_airy),
    }
    known = {"na": na, "wavelength_um": wavelength_um, "model": model, **lit, **layers}
    frame = Frame.of(voxel_um, shape, energy, centre)
    return frame.computed("confocal", known, lambda core: _core.psf_confocal(str(model), optics, core, **lit))


def light_sheet(
    *,
    na: float,
    wavelength_um: float,
    voxel_um: float | Sequence[float],
    sheet_fwhm_um: float | None = None,
    sheet_na: float | None = None,
    excitation_um: float | None = None,
    from_waist_um: float = 0.0,
    model: str = "gibson_lanni",
    shape: Sequence[int] | None = None,
    energy: float = 0.999,
    centre: str = "peak",
    **layers: float | None,
) -> Image:
    """Light-sheet PSF: that of the detection times a Gaussian sheet in its focus, across its axis.

    Parameters
    ----------
    na, wavelength_um, voxel_um, shape, energy
        As of `born_wolf`, of the detection.
    sheet_fwhm_um, sheet_na : float, optional
        One of them: the sheet's full width at half maximum at its waist, or its numerical aperture, which
        gives a waist of radius (1/e^2) `excitation_um` / (pi `sheet_na`).
    excitation_um : float, optional
        Wavelength of the sheet in vacuum: needed with `sheet_na` and with `from_waist_um`.
    from_waist_um : float, default 0
        How far from its waist the sheet meets the fluorophore; there it is wider [1]_.
    model : {"gibson_lanni", "vectorial", "born_wolf"}
        Of the detection.
    centre, **layers
        As of `gibson_lanni`; "born_wolf" knows `immersion_index` only.

    Returns
    -------
    Image of float32
        Sum 1, origin at index n // 2. Its `provenance` holds the parameters.

    Raises
    ------
    InvalidArgument
        As `gibson_lanni`; unless exactly one of `sheet_fwhm_um` and `sheet_na` is given.

    References
    ----------
    .. [1] H. Kogelnik, T. Li, Appl. Opt. 5, 1550 (1966). doi:10.1364/AO.5.001550

    Examples
    --------
    >>> import planapo as pa
    >>> psf = pa.psf.light_sheet(na=0.8, wavelength_um=0.52, voxel_um=(0.5, 0.2, 0.2), immersion_index=1.33,
    ...                          sheet_fwhm_um=2)
    >>> [round(w, 2) for w in pa.psf.fwhm(psf)]
    [1.36, 0.34, 0.34]
    """
    optics = optics_of(na, wavelength_um, layers, model)
    if excitation_um is None and (sheet_na is not None or from_waist_um):
        raise InvalidArgument(
            "What the sheet's light does off the waist depends on its wavelength: give excitation_um."
        )
    sheet: dict[str, Any] = {
        "excitation_um": 0.5
        if excitation_um is None
        else number("excitation_um", excitation_um),  # 0.5: not used
        "fwhm_um": None if sheet_fwhm_um is None else number("sheet_fwhm_um", sheet_fwhm_um),
        "na": None if sheet_na is None else number("sheet_na", sheet_na),
        "from_waist_um": number("from_waist_um", from_waist_um),
    }
    told = {**sheet, "excitation_um": excitation_um}
    known = {"na": na, "wavelength_um": wavelength_um, "model": model, "sheet": told, **layers}
    frame = Frame.of(voxel_um, shape, energy, centre)
    return frame.computed(
        "light_sheet", known, lambda core: _core.psf_light_sheet(str(model), optics, core, **sheet)
    )


def _widefield(model: str, na: float, wavelength_um: float, frame: Frame, layers: Layers) -> Image:
    optics = optics_of(na, wavelength_um, layers)
    known = {"na": na, "wavelength_um": wavelength_um, **layers}
    return frame.computed(model, known, lambda core: _core.psf_widefield(model, optics, core))
