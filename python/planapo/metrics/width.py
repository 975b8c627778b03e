"""Full width at half maximum of a spot, on the lines through its peak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from planapo._arrays import finite_array
from planapo._core import InvalidArgument
from planapo.metrics._check import per_axis


def fwhm(
    image: ArrayLike,
    *,
    position: Sequence[int] | None = None,
    radius_px: int | Sequence[int] | None = None,
    voxel_um: float | Sequence[float] | None = None,
) -> tuple[float, ...]:
    """Full width at half maximum along each axis, on the lines through the peak, above the local median.

    The half maximum lies half-way between the median of the box looked at and the value at the peak. From the
    peak outwards, the first crossing on each side is interpolated linearly between two voxels.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image with a bright spot. Any rank is taken.
    position : sequence of int, optional
        Index of the peak. Default: the brightest voxel.
    radius_px : int or sequence of int, optional
        The box looked at reaches this many voxels from `position` on each axis and ends at the image.
        Default: the whole image.
    voxel_um : float or sequence of float, optional
        Voxel size in micrometres, per axis. Default: the widths are in voxels.

    Returns
    -------
    tuple of float
        One width per axis, in micrometres (voxels without `voxel_um`). NaN where the line does not fall to
        the half maximum on both sides inside the box, or where the peak is not above the median.

    Raises
    ------
    InvalidArgument
        If a value is not finite, or `position`, `radius_px` or `voxel_um` do not fit the image.

    Notes
    -----
    The peak is the value of the brightest voxel. On a spot narrower than two voxels it lies below the true
    maximum, and the width comes out a little large.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> triangle = np.maximum(0, 4 - abs(np.arange(-10.0, 11.0)))
    >>> pa.metrics.fwhm(triangle, voxel_um=0.1)
    (0.4,)
    """
    values = finite_array("image", image)
    size = per_axis("voxel_um", voxel_um, values.ndim)
    peak = _index(values, position)
    box, peak_in_box = _box(values, peak, radius_px)
    median = float(np.median(box))
    half = 0.5 * (median + float(box[peak_in_box]))
    widths = []
    for axis in range(box.ndim):
        line = box[peak_in_box[:axis] + (slice(None),) + peak_in_box[axis + 1 :]]
        widths.append(_width(line, peak_in_box[axis], half) * size[axis])
    return tuple(widths)


def _index(values: np.ndarray, position: Sequence[int] | None) -> tuple[int, ...]:
    if position is None:
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(values)), values.shape))
    index = tuple(int(i) for i in position)
    if len(index) != values.ndim or not all(0 <= i < n for i, n in zip(index, values.shape)):
        raise InvalidArgument(f"position {index} lies outside an image of shape {values.shape}.")
    return index


def _box(
    values: np.ndarray, peak: tuple[int, ...], radius_px: int | Sequence[int] | None
) -> tuple[np.ndarray, tuple[int, ...]]:
    """The part of `values` within `radius_px` of `peak`, and the index of `peak` in it."""
    if radius_px is None:
        return values, peak
    radii = [int(r) for r in per_axis("radius_px", radius_px, values.ndim)]
    starts = [max(0, i - r) for i, r in zip(peak, radii)]
    box = values[tuple(slice(s, i + r + 1) for s, i, r in zip(starts, peak, radii))]
    return box, tuple(i - s for i, s in zip(peak, starts))


def _width(line: np.ndarray, peak: int, half: float) -> float:
    if not line[peak] > half:
        return float("nan")
    return _distance_to(line[peak:], half) + _distance_to(line[peak::-1], half)


def _distance_to(falling: np.ndarray, half: float) -> float:
    """Distance in voxels from the first value of `falling` to where it first reaches `half`."""
    below = np.flatnonzero(falling <= half)
    if below.size == 0:
        return float("nan")
    after = int(below[0])
    high, low = float(falling[after - 1]), float(falling[after])
    return after - 1 + (high - half) / (high - low)
