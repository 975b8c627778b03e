"""A PSF from a recording of many beads, and what is told about each of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import as_planes, axes_of, volume, voxel_triple
from planapo._image import Image, origin_of
from planapo._options import number
from planapo._provenance import preparation
from planapo._reports import PsfReport
from planapo._warn import warn

_Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Bead:
    """A spot of the recording.

    Attributes
    ----------
    position_px : tuple of float
        z, y, x; the centre of a voxel is its index.
    fwhm_px : tuple of float
        Full widths at half maximum, z, y, x, of a Gaussian fitted to it: as recorded, widened by the voxels
        and by the bead itself.
    peak, background : float
        In the units of the recording; the peak above the background.
    signal_to_noise : float
        Peak / noise of the recording.
    residual : float
        Root mean square difference from the PSF in the core, noise included, relative to the peak; 0 unless
        used.
    fate : str
        "used", or why not: "border", "saturated", "touching", "dim", "shape" (wider or narrower than the
        others), "unlike" (differs from their average).
    reason : str
        The same in a sentence, with the numbers; empty for those used.
    """

    position_px: _Triple
    fwhm_px: _Triple
    peak: float
    background: float
    signal_to_noise: float
    residual: float
    fate: str
    reason: str


@dataclass(frozen=True)
class Pictured:
    """What a picture needs beside the numbers."""

    recording: np.ndarray  # its maximum projection along z
    psf: np.ndarray  # (Z, Y, X)
    voxel_um: _Triple | None


@dataclass(frozen=True, repr=False)
class DistillReport:
    """What `planapo.psf.distill` found and did. Tuples are z, y, x.

    Attributes
    ----------
    beads : tuple of Bead
        All that were found, the brightest first.
    used : int
        How many of them the PSF is made of.
    fwhm_mean_px, fwhm_sd_px : tuple of float
        Mean and standard deviation of the widths of those used. Axes of one voxel are 1 wide.
    fwhm_mean_um, fwhm_sd_um : tuple of float or None
        The same in micrometres; None where no voxel size is known.
    background, noise_sd : float
        Of the recording.
    signal_to_noise : float
        Of the average before it was prepared: its peak / its noise.
    residual : float
        Root mean square of the residuals of those used.
    hot_voxels : int
        Lone bright voxels that were replaced by the median of their neighbours.
    preparation : PsfReport
        What was done to the average, as `planapo.psf.prepare` tells it; its FWHM is that of the PSF.
    steps, warnings : tuple of str
        What was done, and what a person should look at, in full sentences.
    """

    beads: tuple[Bead, ...]
    used: int
    fwhm_mean_px: _Triple
    fwhm_sd_px: _Triple
    fwhm_mean_um: _Triple | None
    fwhm_sd_um: _Triple | None
    background: float
    noise_sd: float
    signal_to_noise: float
    residual: float
    hot_voxels: int
    preparation: PsfReport
    steps: tuple[str, ...]
    warnings: tuple[str, ...]
    _pictured: Pictured = field(compare=False)

    def save_picture(self, path: str | os.PathLike[str]) -> None:
        """Draw the recording with its beads, the PSF, and the widths, as a PNG file.

        Parameters
        ----------
        path : path-like
            Ends in ``.png``. What is there is replaced, once the picture is whole.

        Raises
        ------
        InvalidArgument
            If matplotlib is missing, or the name does not end in ``.png``, or has no folder.
        """
        from planapo import _bead_picture

        _bead_picture.save(self, self._pictured, path)

    def __repr__(self) -> str:
        fates = ", ".join(f"{count} {fate}" for fate, count in Counter(b.fate for b in self.beads).items())
        told = [f"  {name}: {value}" for name, value in (("beads", fates), ("used", self.used))]
        for name, sentences in (("steps", self.steps), ("warnings", self.warnings)):
            if sentences:
                told += [f"  {name}:", *(f"    {sentence}" for sentence in sentences)]
        return "\n".join(["DistillReport", *told])


def distill(
    image: Any,
    *,
    voxel_um: float | Sequence[float] | None = None,
    bead_um: float | None = None,
    reach_um: float | Sequence[float] | None = None,
    saturation: float | None = None,
    smallest_snr: float = 5.0,
    centre: str = "peak",
    energy: float = 0.999,
) -> tuple[Image, DistillReport]:
    """Distil one PSF from a recording of many beads.

    Spots are found by a matched filter; those that touch others, lie at the border, are saturated, too dim,
    or wider, narrower or otherwise unlike the rest are left out, each with its reason. The others are moved
    onto each other by fitting their running average to them (position, brightness and background), averaged
    robustly, and prepared as `prepare` does.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        The recording, with the camera's offset left in. Axes have 1 voxel or at least 5.
    voxel_um : float or sequence of float, optional
        Edges of a voxel, z, y, x. Default: what an `Image` knows; else lengths are in voxels.
    bead_um : float, optional
        Diameter of the beads, whose blur is then divided out. Default: they count as points.
    reach_um : float or sequence of float, optional
        How far on either side of its centre a bead is looked at, z, y, x. Default: three times the FWHM.
    saturation : float, optional
        Value from which on a voxel is saturated. Default: the largest value, where it is that of an 8-, 10-,
        12-, 14- or 16-bit camera, or where three voxels of one bead share it.
    smallest_snr : float, default 5
        The least peak of a bead above its background, in units of the noise.
    centre : {"peak", "centroid"}
        What becomes the origin, see `prepare`.
    energy : float, default 0.999
        Share of the light that the cropped box holds, in [0.5, 1].

    Returns
    -------
    psf : Image of float32
        Odd shape, origin in the middle, nothing negative, sum 1, on the voxels of `image`.
    report : DistillReport
        Every bead with its numbers and fate, and what was done; `DistillReport.save_picture` draws it. A
        `PlanapoWarning` is given for each sentence of `report.warnings`.

    Raises
    ------
    InvalidArgument
        If `image` is empty, constant, not finite or too small; if it shows no bead that can be used (the
        sentence says how many were found and why they were left out); if an option is out of range.

    Notes
    -----
    Beads are moved by trigonometric interpolation, which keeps the modulus of every frequency: averaging
    does not widen the PSF. Each voxel integrates light, in the recording as in the PSF.

    References
    ----------
    .. [1] J. Anderson, I. R. King, Publ. Astron. Soc. Pac. 112, 1360 (2000). doi:10.1086/316632
    .. [2] P. B. Stetson, Publ. Astron. Soc. Pac. 99, 191 (1987). doi:10.1086/131977

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> points = np.zeros((32, 64, 64))
    >>> points[16, 12::20, 12::20] = 4e4
    >>> blurred = pa.phantoms.blur(points, pa.psf.gaussian((5, 3, 3)))
    >>> psf, report = pa.psf.distill(pa.phantoms.noise(blurred, background=100))
    >>> report.used, [round(width, 1) for width in pa.psf.fwhm(psf)]
    (9, [5.1, 3.1, 3.1])
    """
    values = volume("image", image)
    axes = axes_of(values.ndim)
    known = voxel_um if voxel_um is not None else getattr(image, "voxel_um", None)
    voxel = voxel_triple("voxel_um", 1.0 if known is None else known, axes)
    planes = as_planes(values)
    made, core = _core.psf_distill(
        planes,
        voxel,
        None if bead_um is None else number("bead_um", bead_um),
        None if reach_um is None else voxel_triple("reach_um", reach_um, axes, "lengths"),
        None if saturation is None else number("saturation", saturation),
        number("smallest_snr", smallest_snr),
        str(centre),
        number("energy", energy),
    )
    report = _report_of(
        core, voxel, known is not None, Pictured(planes.max(axis=0), made, None if known is None else voxel)
    )
    for sentence in report.warnings:
        warn(sentence)
    psf = Image(made.reshape(made.shape[-values.ndim :]), voxel_um=None if known is None else voxel)
    assert psf._facts is not None
    psf._facts = replace(psf._facts, provenance=_provenance(report, image, psf.voxel_um, bead_um))
    return psf, report


def _report_of(core: _core.DistillReport, voxel: _Triple, known: bool, pictured: Pictured) -> DistillReport:
    def in_px(widths_um: _Triple) -> _Triple:
        z, y, x = (width / edge for width, edge in zip(widths_um, voxel))
        return z, y, x

    def told(sentences: Sequence[str]) -> tuple[str, ...]:
        return tuple(sentence if known else sentence.replace(" um", " px") for sentence in sentences)

    names = ("position_px", "peak", "background", "signal_to_noise", "residual", "fate", "reason")
    beads = (
        Bead(fwhm_px=in_px(bead.fwhm_um), **{name: getattr(bead, name) for name in names})
        for bead in core.beads
    )
    prepared = PsfReport.of(core.preparation) if known else PsfReport.in_pixels(core.preparation)
    numbers = ("used", "background", "noise_sd", "signal_to_noise", "residual", "hot_voxels")
    return DistillReport(
        beads=tuple(beads),
        fwhm_mean_px=in_px(core.fwhm_mean_um),
        fwhm_sd_px=in_px(core.fwhm_sd_um),
        fwhm_mean_um=core.fwhm_mean_um if known else None,
        fwhm_sd_um=core.fwhm_sd_um if known else None,
        preparation=prepared,
        steps=told(core.steps),
        warnings=told(core.warnings),
        _pictured=pictured,
        **{name: getattr(core, name) for name in numbers},
    )


def _provenance(
    report: DistillReport, image: Any, voxel_um: _Triple | None, bead_um: float | None
) -> dict[str, Any]:
    """As that of a prepared PSF, which it is, with the beads."""
    made = preparation(report.preparation, origin_of(image), voxel_um)
    made["psf"]["distilled"] = {
        "beads_found": len(report.beads),
        "beads_used": report.used,
        "bead_um": bead_um,
        "fwhm_mean_px": report.fwhm_mean_px,
        "fwhm_sd_px": report.fwhm_sd_px,
        "signal_to_noise": report.signal_to_noise,
    }
    return made
