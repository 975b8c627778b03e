"""Whether images have the voxels that a PSF is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planapo._arrays import same_voxels
from planapo._warn import warn
from planapo._words import voxels_in_words

Voxel = tuple[float, float, float]


def compare_voxels(image: Any, wanted: Voxel | None, rank: int) -> None:
    """Warn where an image of so many axes says that it has other voxels."""
    known = getattr(image, "voxel_um", None)
    if known and wanted and not same_voxels(known[3 - rank :], wanted[3 - rank :]):
        warn(
            f"The image's voxels are {voxels_in_words(known)}, "
            f"but the PSF is for voxels of {voxels_in_words(wanted)}."
        )


def comparing_voxels(wanted: Voxel | None, rank: int) -> Callable[[Any], None]:
    """As `compare_voxels`, of images that come one by one: once for each voxel size."""
    seen: set[Any] = set()

    def compare(image: Any) -> None:
        known = getattr(image, "voxel_um", None)
        if known not in seen:
            seen.add(known)
            compare_voxels(image, wanted, rank)

    return compare
