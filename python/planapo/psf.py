"""Point-spread functions: computed, prepared from a measurement, measured.

The origin of a PSF of n voxels is index n // 2 on each axis. Arrays are (Z, Y, X) or (Y, X); lengths are
micrometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import as_planes, axes_of, extents, volume, voxel_triple
from planapo._beads import Bead, DistillReport, distill
from planapo._image import Image, origin_of
from planapo._options import number
from planapo._provenance import preparation
from planapo._psf_models import born_wolf, confocal, gibson_lanni, light_sheet, vectorial
from planapo._reports import PsfReport
from planapo._warn import warn
from planapo._words import voxels_in_words as in_words

__all__ = [
    "Bead",
    "DistillReport",
    "born_wolf",
    "confocal",
    "distill",
    "fwhm",
    "gaussian",
    "gibson_lanni",
    "light_sheet",
    "prepare",
    "vectorial",
]


def gaussian(
    fwhm_um: float | Sequence[float],
    voxel_um: float | Sequence[float] | None = None,
    *,
    shape: Sequence[int] | None = None,
    energy: float = 0.999,
) -> Image:
    """Gaussian PSF, integrated over each voxel.

    Parameters
    ----------
    fwhm_um : float or sequence of float
        Full widths at half maximum, z, y, x, before the voxels integrate; in voxels where
        `voxel_um` is left out. Two numbers (y, x) make a PSF of two axes.
    voxel_um : float or sequence of float, optional
        Edges of a voxel, z, y, x.
    shape : sequence of int, optional
        Extents, as many as the PSF has axes. Default: odd, as large as `energy` asks.
    energy : float, default 0.999
        Share of the Gaussian that the automatic shape holds, in [0.5, 1).

    Returns
    -------
    Image of float32
        Sum 1; knows its `voxel_um` if that was given.

    Raises
    ------
    InvalidArgument
        If a width, a voxel size or an extent is not positive.

    Examples
    --------
    >>> import planapo as pa
    >>> psf = pa.psf.gaussian((0.7, 0.25, 0.25), voxel_um=(0.2, 0.1, 0.1))
    >>> psf.ndim, float(round(psf.sum(), 6)), psf.voxel_um
    (3, 1.0, (0.2, 0.1, 0.1))
    """
    flat = np.ndim(fwhm_um) == 1 and len(np.atleast_1d(np.asarray(fwhm_um, dtype=object))) == 2
    axes = "YX" if flat else "ZYX"
    widths = voxel_triple("fwhm_um", fwhm_um, axes, "widths")
    voxel = voxel_triple("voxel_um", 1.0 if voxel_um is None else voxel_um, axes)
    share = number("energy", energy)
    box = None if shape is None else extents("shape", shape, len(axes))
    if flat and box is None:
        # A z axis of its own would take the Gaussian's light out of the plane.
        box = _core.psf_gaussian((widths[1], *widths[1:]), (voxel[1], *voxel[1:]), None, share).shape[1:]
    values = _core.psf_gaussian(widths, voxel, box and (1, *box)[-3:], share)
    return Image(values[0] if flat else values, voxel_um=None if voxel_um is None else voxel)


def prepare(
    measured: Any,
    *,
    psf_voxel_um: float | Sequence[float] | None = None,
    voxel_um: float | Sequence[float] | None = None,
    centre: str = "peak",
    background: float | None = None,
    energy: float = 0.999,
    tails: str = "smoothed",
) -> tuple[Image, PsfReport]:
    """Make a measured PSF ready for `deconvolve`.

    Subtracts the background, finds the origin to a fraction of a pixel, moves it to the centre, resamples to
    the image's voxels (integrating, so that nothing aliases), crops, clips what is negative and normalises.

    Parameters
    ----------
    measured : (Z, Y, X) or (Y, X) array_like of real
        An image of a bead much smaller than the PSF, or a computed PSF.
    psf_voxel_um : float or sequence of float, optional
        Voxel edges of `measured`, z, y, x. Default: what an `Image` knows, else those of `voxel_um`.
    voxel_um : float or sequence of float, optional
        Voxel edges of the images to be restored. Default: those of the PSF. Where only one of both sizes is
        known a warning says so.
    centre : {"peak", "centroid", "none"}
        What becomes the origin: the top of a Gaussian fitted to the core, the core's centroid, or index n //
        2 as it is.
    background : float, optional
        In the units of `measured`. Default: estimated around the PSF.
    energy : float, default 0.999
        Share of the light that the cropped box holds, in [0.5, 1].
    tails : {"smoothed", "as-measured"}
        Where only noise is left of the PSF, it is averaged with its neighbours, or kept.

    Returns
    -------
    psf : Image of float32
        Odd shape, origin in the middle, nothing negative, sum 1.
    report : PsfReport
        What was found and done. A `PlanapoWarning` is given for each sentence of `report.warnings`.

    Raises
    ------
    InvalidArgument
        If `measured` is empty, constant, not finite, or holds no light above its background; if it is an
        `Image` of time points or channels; if `energy` lies outside [0.5, 1]; if the image's voxels are not
        0.01 to 100 times as long as the PSF's.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> bead = 100 + 1000 * np.roll(pa.psf.gaussian(4, shape=(31, 31, 31)), 2, axis=0)
    >>> psf, report = pa.psf.prepare(bead)
    >>> round(report.background), round(report.shift_px[0])
    (100, -2)
    """
    values = volume("measured", measured)
    axes = axes_of(values.ndim)
    known = psf_voxel_um if psf_voxel_um is not None else getattr(measured, "voxel_um", None)
    wanted = voxel_um if voxel_um is not None else known
    target = voxel_triple("voxel_um", 1.0 if wanted is None else wanted, axes)
    source = target if known is None else voxel_triple("psf_voxel_um", known, axes)
    level = None if background is None else number("background", background)
    prepared, report = _core.psf_prepare(
        as_planes(values), source, target, str(centre), level, number("energy", energy), str(tails)
    )
    if (known is None) != (voxel_um is None):
        whose, other = ("PSF", "image") if known is None else ("image", "PSF")
        warn(f"The {whose}'s voxel size is not known: it is taken to be the {other}'s, {in_words(target)}.")
    for sentence in report.warnings:
        warn(sentence)
    psf = Image(prepared.reshape(prepared.shape[-values.ndim :]), voxel_um=None if wanted is None else target)
    found = PsfReport.of(report) if wanted is not None else PsfReport.in_pixels(report)
    assert psf._facts is not None
    made = preparation(found, origin_of(measured), None if known is None else source)
    psf._facts = replace(psf._facts, provenance=made)
    return psf, found


def fwhm(psf: Any, *, voxel_um: float | Sequence[float] | None = None) -> tuple[float, ...]:
    """Full widths at half maximum of a PSF on the lines through its peak; the background is taken to be zero.

    This is the width that sets the cutoff of the back projectors. For spots in an image, which stand on a
    background, see `planapo.metrics.fwhm`.

    Parameters
    ----------
    psf : (Z, Y, X) or (Y, X) array_like of real
    voxel_um : float or sequence of float, optional
        Voxel edges, z, y, x. Default: what an `Image` knows, else the widths are in voxels.

    Returns
    -------
    tuple of float
        One an axis.

    Raises
    ------
    InvalidArgument
        If the PSF is empty or nowhere positive.

    Examples
    --------
    >>> import planapo as pa
    >>> [round(w) for w in pa.psf.fwhm(pa.psf.gaussian((6, 3, 3)))]
    [6, 3, 3]
    """
    values = volume("psf", psf)
    known = voxel_um if voxel_um is not None else getattr(psf, "voxel_um", None)
    edges = voxel_triple("voxel_um", 1.0 if known is None else known, axes_of(values.ndim))
    widths = _core.psf_fwhm_px(as_planes(values))
    return tuple(width * edge for width, edge in zip(widths, edges))[-values.ndim :]


def resampled(psf: np.ndarray, source: Sequence[float], target: Sequence[float]) -> np.ndarray:
    """Return a PSF (Z, Y, X) on voxels of another size; origin, background, sign and sum are kept.

    Its box is covered by an odd number of voxels an axis.
    """
    return _core.psf_resample(psf, tuple(source), tuple(target))
