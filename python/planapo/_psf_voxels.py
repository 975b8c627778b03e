"""The PSF on the voxels of the images."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from planapo._arrays import axes_of, same_voxels, voxel_triple
from planapo._words import voxels_in_words
from planapo.psf import resampled

_log = logging.getLogger("planapo")


def on_voxels_of(
    kernel: np.ndarray,
    psf: Any,
    psf_voxel_um: float | Sequence[float] | None,
    voxel_um: float | Sequence[float] | None,
) -> tuple[tuple[float, float, float] | None, tuple[str, ...], np.ndarray]:
    """Return the voxel size that the PSF ends up with, what was done, and the PSF itself."""
    if psf_voxel_um is None:
        psf_voxel_um = getattr(psf, "voxel_um", None)
    axes = axes_of(np.ndim(psf))
    source = None if psf_voxel_um is None else voxel_triple("psf_voxel_um", psf_voxel_um, axes)
    target = None if voxel_um is None else voxel_triple("voxel_um", voxel_um, axes)
    if (
        source is None
        or target is None
        or same_voxels(source[3 - np.ndim(psf) :], target[3 - np.ndim(psf) :])
    ):
        return target or source, (), kernel
    measured, wanted = voxels_in_words(source), voxels_in_words(target)
    note = f"The PSF was resampled from voxels of {measured} to the image's {wanted}."
    _log.info(note)
    return target, (note,), resampled(kernel, source, target)
