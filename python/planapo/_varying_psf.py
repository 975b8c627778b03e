"""VaryingPsf: a point-spread function that differs from place to place."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import as_planes, axes_of, extents, finite_array, volume, voxel_triple
from planapo._core import InvalidArgument
from planapo._options import number

_Positions = Sequence[Sequence[float] | None] | None


class VaryingPsf:
    """A PSF that differs from place to place: PSFs at the knots of a grid, linearly mixed between them.

    The light of a voxel is spread by the PSF of its own place. Taken wherever a PSF is. M of them take M + 1
    Fourier transforms where one takes 2, or, where each counts in a small part of the image only, two small
    ones each.

    Parameters
    ----------
    psfs : sequence of (Z, Y, X) or (Y, X) arrays of real
        One for each knot, x fastest; origin at index n // 2 of each axis, each normalised to sum 1. They may
        differ in shape.
    grid : sequence of int, optional
        How many knots there are on each axis, z, y, x (or y, x). Default: all on the first: one for each
        depth.
    positions_px : sequence of sequences of float, optional
        Where the knots lie on each axis, in voxels of the image (0: the centre of the first), rising; None
        for an axis, or for all: evenly from an image's first voxel to its last. Beyond the outermost knots
        nothing changes any more.

    Attributes
    ----------
    ndim : int
        Axes of the images that it is for, 2 or 3.
    knots : tuple of int
        Knots on each axis.
    modes : int
        How many arrays are added up.

    Raises
    ------
    InvalidArgument
        If there are not as many PSFs as knots, positions do not rise or are not as many as the knots, or a
        PSF is empty, not finite or sums to nothing.

    Examples
    --------
    A PSF that grows with depth:

    >>> import planapo as pa
    >>> psf = pa.VaryingPsf([pa.psf.gaussian((6, 3, 3)), pa.psf.gaussian((12, 5, 5))])
    >>> psf.knots, psf.modes
    ((2, 1, 1), 2)
    >>> [round(pa.psf.fwhm(psf.at((z, 0, 0), (33, 64, 64)))[1]) for z in (0, 32)]
    [3, 5]
    """

    def __init__(
        self,
        psfs: Sequence[Any],
        grid: Sequence[int] | None = None,
        positions_px: _Positions = None,
    ) -> None:
        arrays, rank = _of_one_rank("psfs", psfs)
        knots = (len(arrays), *[1] * (rank - 1)) if grid is None else extents("grid", grid, rank)
        core = _core.VaryingPsf.of_grid(arrays, (1, *knots)[-3:], _positions(positions_px, rank))
        self._take(core, rank, functools.partial(VaryingPsf, _copies(arrays, rank), knots, positions_px))

    @classmethod
    def modal(
        cls, modes: Sequence[Any], coefficients: Sequence[Any], positions_px: _Positions = None
    ) -> VaryingPsf:
        """PSF(s) = sum over i of a_i(s) p_i: modes with coefficients, as a decomposition gives them.

        Parameters
        ----------
        modes : sequence of (Z, Y, X) or (Y, X) arrays of real
            The p_i, origin at index n // 2 of each axis. Taken as they are: the sum of the PSF at a place is
            the brightness with which its light is recorded.
        coefficients : sequence of arrays of real
            The a_i at knots, linear between them; all of one shape, of as many axes as the modes. As large as
            the image: one for each voxel.
        positions_px : sequence of sequences of float, optional
            Where the knots lie, as for a grid of PSFs.

        Returns
        -------
        VaryingPsf

        Raises
        ------
        InvalidArgument
            If numbers, shapes or axes do not fit, or a value is not finite.

        Examples
        --------
        >>> import numpy as np, planapo as pa
        >>> narrow, wide = pa.psf.gaussian(3), pa.psf.gaussian(6)
        >>> depth = np.linspace(0, 1, 5).reshape(5, 1, 1)
        >>> pa.VaryingPsf.modal([narrow, wide], [1 - depth, depth]).knots
        (5, 1, 1)
        """
        arrays, rank = _of_one_rank("modes", modes)
        lattices, lattice_rank = _of_one_rank("coefficients", coefficients)
        if rank != lattice_rank:
            raise InvalidArgument(f"The modes have {rank} axes but their coefficients {lattice_rank}.")
        core = _core.VaryingPsf.of_modes(arrays, lattices, _positions(positions_px, rank))
        made = functools.partial(cls.modal, _copies(arrays, rank), _copies(lattices, rank), positions_px)
        return cls._of(core, rank, made)

    @classmethod
    def reflective_sheet(
        cls,
        detection_psf: Any,
        shape: Sequence[int],
        voxel_um: float | Sequence[float],
        *,
        fwhm_um: float = 1.6,
        wavelength_um: float = 0.488,
        angle_degrees: float = 45.0,
        crossing_px: Sequence[float] | None = None,
        tolerance: float = 1e-4,
    ) -> VaryingPsf:
        """Light-sheet microscopy over a reflective coverslip: planes lit by a sheet and its reflection [1]_.

        Seen from the detection objective, the sheet that lights plane z lies in it and propagates along x; it
        crosses its reflection, which leaves at twice the angle between sheet and coverslip. From plane to
        plane the stage moves along the coverslip, and the crossing by its cotangent along x. The model is
        `sheet_illumination` times the detection PSF, as the fewest modes that reproduce it.

        Parameters
        ----------
        detection_psf : (Z, Y, X) array_like of real
            Of the objective alone: what it makes of a point that is lit evenly. Normalised to sum 1.
        shape : sequence of int
            Of the images, z, y, x.
        voxel_um : float or sequence of float
            Edges of a voxel, z, y, x.
        fwhm_um, wavelength_um : float
            Of the sheet at its waist, which lies at the crossing, and of its light in the medium.
        angle_degrees : float, default 45
            Between sheet and coverslip, in (0, 90).
        crossing_px : (float, float), optional
            A place (z, x), in voxels, through which the crossing moves. Default: the middle of the image.
        tolerance : float, default 1e-4
            Largest error of the brightness, relative to the waist of one sheet; in (0, 1).

        Returns
        -------
        VaryingPsf

        Raises
        ------
        InvalidArgument
            If a value is out of range, or the PSF is not finite or sums to nothing.

        References
        ----------
        .. [1] M. Guo et al., Nat. Biotechnol. 38, 1337 (2020). doi:10.1038/s41587-020-0560-x

        Examples
        --------
        >>> import planapo as pa
        >>> psf = pa.psf.gaussian((1.2, 0.4, 0.4), voxel_um=0.1625)
        >>> lit = pa.VaryingPsf.reflective_sheet(psf, (60, 32, 60), 0.1625)
        >>> lit.modes < psf.shape[0]  # one for each plane of the PSF would be exact
        True
        """
        values = volume("detection_psf", detection_psf)
        box = extents("shape", shape, 3)
        sheet = _sheet(voxel_um, fwhm_um, wavelength_um, angle_degrees, crossing_px)
        core = sheet.psf(as_planes(values), box, number("tolerance", tolerance))
        made = functools.partial(
            cls.reflective_sheet, values.copy(), box, voxel_um, fwhm_um=fwhm_um, wavelength_um=wavelength_um,
            angle_degrees=angle_degrees, crossing_px=crossing_px, tolerance=tolerance,
        )  # fmt: skip
        return cls._of(core, 3, made)

    def at(self, voxel: Sequence[float], shape: Sequence[int]) -> np.ndarray:
        """The PSF of one place.

        Parameters
        ----------
        voxel : sequence of float
            The place, z, y, x (or y, x), in an image of `shape`.
        shape : sequence of int
            Of the image: knots that lie evenly lie evenly over it.

        Returns
        -------
        array of float32
            Origin at index n // 2 of each axis; odd extents.

        Raises
        ------
        InvalidArgument
            If the place lies outside the image.

        Examples
        --------
        >>> import planapo as pa
        >>> psf = pa.VaryingPsf([pa.psf.gaussian(2), pa.psf.gaussian(4)])
        >>> psf.at((0, 0, 0), (8, 8, 8)).shape == psf.at((7, 0, 0), (8, 8, 8)).shape
        True
        """
        place = [number("voxel", each) for each in voxel]
        if len(place) != self.ndim:
            raise InvalidArgument(f"voxel is {tuple(voxel)!r}: it must be {self.ndim} numbers.")
        box = extents("shape", shape, self.ndim)
        values = self._core.at((0.0, *place)[-3:], (1, *box)[-3:])
        return values[0] if self.ndim == 2 else values

    @property
    def knots(self) -> tuple[int, ...]:
        """Knots on each axis."""
        return tuple(self._core.knots)[-self.ndim :]

    @property
    def modes(self) -> int:
        """How many arrays are added up."""
        return self._core.modes

    @classmethod
    def _of(cls, core: _core.VaryingPsf, rank: int, made: Callable[[], VaryingPsf]) -> VaryingPsf:
        psf = cls.__new__(cls)
        psf._take(core, rank, made)
        return psf

    def _take(self, core: _core.VaryingPsf, rank: int, made: Callable[[], VaryingPsf]) -> None:
        self._core, self.ndim, self._made = core, rank, made

    def __reduce__(self) -> Any:
        return self._made, ()

    def __repr__(self) -> str:
        return f"<VaryingPsf: {self.modes} modes on {' x '.join(map(str, self.knots))} knots>"


def sheet_illumination(
    shape: Sequence[int],
    plane: float,
    voxel_um: float | Sequence[float],
    *,
    fwhm_um: float = 1.6,
    wavelength_um: float = 0.488,
    angle_degrees: float = 45.0,
    crossing_px: Sequence[float] | None = None,
) -> np.ndarray:
    """How brightly a section is lit by a light sheet and its reflection while one plane is recorded [1]_.

    Gaussian sheets: with w0 = FWHM / sqrt(2 ln 2), zR = pi w0**2 / wavelength and w = w0 sqrt(1 + (along /
    zR)**2), the light at a distance from the sheet is (w0 / w)**2 exp(-2 distance**2 / w**2).

    Parameters
    ----------
    shape : sequence of int
        Of the image, z, y, x.
    plane : float
        Which plane is recorded; the sheet lies in it.
    voxel_um, fwhm_um, wavelength_um, angle_degrees, crossing_px
        As in `VaryingPsf.reflective_sheet`.

    Returns
    -------
    (Z, X) array of float32
        1 is the waist of one sheet. Alike for all y.

    Raises
    ------
    InvalidArgument
        If a value is out of range.

    References
    ----------
    .. [1] M. Guo et al., Nat. Biotechnol. 38, 1337 (2020). doi:10.1038/s41587-020-0560-x

    Examples
    --------
    Where both cross, there is twice the light:

    >>> import planapo as pa
    >>> float(pa.sheet_illumination((41, 1, 41), 20, 0.2)[20, 20])
    2.0
    """
    sheet = _sheet(voxel_um, fwhm_um, wavelength_um, angle_degrees, crossing_px)
    return sheet.illumination(extents("shape", shape, 3), number("plane", plane))[:, 0]


def _sheet(
    voxel_um: Any, fwhm_um: float, wavelength_um: float, angle_degrees: float, crossing_px: Any
) -> _core.ReflectiveSheet:
    crossing = None if crossing_px is None else [number("crossing_px", each) for each in crossing_px]
    if crossing is not None and len(crossing) != 2:
        raise InvalidArgument(f"crossing_px is {crossing_px!r}: it must be two numbers, z and x.")
    return _core.ReflectiveSheet(
        number("fwhm_um", fwhm_um), number("wavelength_um", wavelength_um),
        number("angle_degrees", angle_degrees), voxel_triple("voxel_um", voxel_um), crossing,
    )  # fmt: skip


def _copies(planes: Sequence[np.ndarray], rank: int) -> list[np.ndarray]:
    """Return copies as they were given: without the z axis of one plane where images have none."""
    return [each[0].copy() if rank == 2 else each.copy() for each in planes]


def _of_one_rank(name: str, arrays: Sequence[Any]) -> tuple[list[np.ndarray], int]:
    values = [volume(name, each) for each in arrays]
    ranks = {each.ndim for each in values}
    if len(ranks) != 1:
        raise InvalidArgument(
            f"{name} must be a sequence of arrays with as many axes each"
            + (
                ", but is empty."
                if not ranks
                else f", but they have {' and '.join(map(str, sorted(ranks)))}."
            )
        )
    return [as_planes(each) for each in values], ranks.pop()


def _positions(positions_px: _Positions, rank: int) -> list[list[float]]:
    if positions_px is None:
        return [[], [], []]
    axes = list(positions_px)
    if len(axes) != rank:
        raise InvalidArgument(
            f"positions_px has {len(axes)} entries: it must have one for each of the axes {axes_of(rank)}."
        )
    lists = [[] if each is None else finite_array("positions_px", each, (1,)).tolist() for each in axes]
    return [[], *lists][-3:]
