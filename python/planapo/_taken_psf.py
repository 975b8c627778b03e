"""The PSF that a Deconvolver is given: on the voxels of its images, with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planapo import _core
from planapo._arrays import as_planes, axes_of, volume, voxel_triple
from planapo._core import InvalidArgument
from planapo._image import Image, is_prepared, origin_of
from planapo._psf_voxels import on_voxels_of
from planapo._varying_psf import VaryingPsf


@dataclass(frozen=True)
class TakenPsf:
    """A PSF, and what is known about it."""

    kernel: Any  # what the library takes
    rank: int
    voxel_um: tuple[float, float, float] | None
    notes: tuple[str, ...]  # what was done to it
    origin: dict[str, Any]  # where it comes from
    settled: frozenset[str]  # warnings that `prepare` has given: it looked more closely than a run does
    given: Any  # a copy


def taken(psf: Any, psf_voxel_um: Any, voxel_um: Any) -> TakenPsf:
    """Return `psf` on the voxels of the images."""
    if isinstance(psf, VaryingPsf):
        return _as_it_is(psf, psf_voxel_um, voxel_um)
    values = volume("psf", psf)
    voxel, notes, kernel = on_voxels_of(as_planes(values), psf, psf_voxel_um, voxel_um)
    origin = {**origin_of(psf), "notes": list(notes)}
    if psf_voxel_um is not None:
        origin["voxel_um"] = psf_voxel_um
    settled = frozenset(_core.psf_warnings(kernel)) if is_prepared(psf) else frozenset()
    given = psf.copy() if isinstance(psf, Image) else values.copy()
    return TakenPsf(kernel, values.ndim, voxel, notes, origin, settled, given)


def _as_it_is(psf: VaryingPsf, psf_voxel_um: Any, voxel_um: Any) -> TakenPsf:
    if psf_voxel_um is not None:
        raise InvalidArgument("A PSF that varies is not resampled: make it on the images' voxels.")
    voxel = None if voxel_um is None else voxel_triple("voxel_um", voxel_um, axes_of(psf.ndim))
    origin = {"modes": psf.modes, "knots": list(psf.knots), "notes": []}
    return TakenPsf(psf._core, psf.ndim, voxel, (), origin, frozenset(), psf)
