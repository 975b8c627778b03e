"""Isolated bright spots of a real volume, and how wide they are: the resolution that a biologist sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planapo._arrays import finite_array
from planapo._core import InvalidArgument
from planapo.metrics._check import at_least, per_axis
from planapo.metrics.width import fwhm

NORMAL_SIGMA_PER_MAD = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class SpotWidths:
    """Widths of many spots: their median and spread per axis.

    Attributes
    ----------
    median : tuple of float
        Median full width at half maximum per axis, in `unit`.
    spread : tuple of float
        Half the interquartile range per axis, in `unit`.
    widths : (N, axes) ndarray of float64
        The width of each spot; NaN where a spot has none.
    positions : (N, axes) ndarray of int64
        The voxel of each spot's peak.
    unit : {"um", "px"}
        Micrometres, or voxels when no voxel size was given.
    """

    median: tuple[float, ...]
    spread: tuple[float, ...]
    widths: np.ndarray
    positions: np.ndarray
    unit: str

    @property
    def count(self) -> int:
        """Number of spots that have a width on every axis."""
        return int(np.isfinite(self.widths).all(axis=1).sum())

    def __repr__(self) -> str:
        axes = "zyx"[-len(self.median) :]
        parts = [f"{a} {m:.3g} ± {s:.2g}" for a, m, s in zip(axes, self.median, self.spread)]
        return f"SpotWidths({self.count} of {len(self.widths)} spots; {', '.join(parts)} {self.unit})"


def data_mask(image: ArrayLike) -> np.ndarray:
    """Where an image holds recorded data, not the constant fill that deskewing or stitching leaves.

    A voxel is fill if it belongs to some 3×3×3 neighbourhood (3×3 in two dimensions) of one single value.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image as recorded, with its noise: smooth or noise-free images have constant regions of their own.

    Returns
    -------
    ndarray of bool
        True where data lie, of the shape of `image`.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> image = np.full((5, 8), 98.0)
    >>> image[:, 4:] = np.random.default_rng(0).normal(100, 3, (5, 4))
    >>> pa.metrics.data_mask(image)[0].astype(int)
    array([0, 0, 0, 0, 1, 1, 1, 1])
    """
    values = finite_array("image", image)
    ones = (1,) * values.ndim
    flat = _local_maximum(values, ones) == -_local_maximum(-values, ones)
    # At the border the neighbourhood is cut, so that fill one voxel thick is still seen there.
    return _local_maximum(flat.astype(np.float32), ones) == 0


def find_spots(
    image: ArrayLike,
    *,
    count: int = 20,
    most: int = 200,
    radius_px: int | Sequence[int] = 8,
    snr: float = 10.0,
    valid: ArrayLike | None = None,
) -> np.ndarray:
    """Find isolated bright spots, the brightest first.

    A spot is a voxel that is the brightest of the box of `radius_px` around it, where the box lies inside the
    image and inside `valid`; where the peak stands `snr` times the noise above the median of the box; where
    the image falls below half of the peak's height before the faces of the box are reached, on all of them;
    and where the half maximum is crossed on both sides along every axis. The noise is 1.4826 times the median
    absolute deviation of the box.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image with spots.
    count : int, default 20
        How many spots must be found.
    most : int, default 200
        How many are returned at most.
    radius_px : int or sequence of int, default 8
        Half the size of the box, per axis: at least twice the width that is expected.
    snr : float, default 10
        Least height of a peak over the noise around it.
    valid : array_like of bool, optional
        True where the image holds data (see `data_mask`). Default: everywhere.

    Returns
    -------
    (N, axes) ndarray of int64
        The voxels of the peaks, `count` <= N <= `most`, no two within one box.

    Raises
    ------
    InvalidArgument
        If fewer than `count` spots are found, or an argument does not fit the image.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> image = np.random.default_rng(0).normal(0, 0.01, (9, 9, 32))
    >>> image[4, 4, 8] = image[4, 4, 20] = 1
    >>> pa.metrics.find_spots(image, count=2, radius_px=4)[:, 2].tolist() in ([8, 20], [20, 8])
    True
    """
    values = finite_array("image", image, (2, 3))
    radii = tuple(int(radius) for radius in per_axis("radius_px", radius_px, values.ndim))
    least = at_least("snr", snr, 0.0)
    candidates = _candidates(values, radii, _valid_mask(valid, values.shape))
    found: list[np.ndarray] = []
    for peak in candidates:
        box = values[tuple(slice(i - r, i + r + 1) for i, r in zip(peak, radii))]
        if _is_isolated_spot(box, radii, least) and not _any_within(found, peak, radii):
            found.append(peak)
        if len(found) == most:
            break
    if len(found) < count:
        raise InvalidArgument(
            f"Only {len(found)} isolated spots were found where {count} are needed, among {len(candidates)} "
            f"local maxima: lower snr (now {least:g}), or radius_px (now {radii}), or count."
        )
    return np.array(found, dtype=np.int64).reshape(-1, values.ndim)


def spot_widths(
    image: ArrayLike,
    positions: ArrayLike,
    *,
    radius_px: int | Sequence[int] = 8,
    drift_px: int = 1,
    voxel_um: float | Sequence[float] | None = None,
) -> SpotWidths:
    """Full widths at half maximum of the spots at given positions, with their median and spread.

    To compare before with after, find the spots once, in the image, and measure them in both.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image to measure in, on the grid on which the spots were found.
    positions : (N, axes) array_like of int
        Voxels of the peaks, as from `find_spots`.
    radius_px : int or sequence of int, default 8
        Half the size of the box in which a spot is measured (see `fwhm`).
    drift_px : int, default 1
        The peak is taken as the brightest voxel this close to the given position: a restoration may move the
        brightest voxel of a spot to a neighbour.
    voxel_um : float or sequence of float, optional
        Voxel size in micrometres, per axis. Default: the widths are in voxels.

    Returns
    -------
    SpotWidths
        Median and spread per axis, and every width.

    Raises
    ------
    InvalidArgument
        If `positions` do not fit the image, or none of the spots has a width.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> z, y, x = np.indices((21, 21, 21)) - 10.0
    >>> spot = np.exp(-4 * np.log(2) * (z**2 / 6**2 + y**2 / 4**2 + x**2 / 4**2))
    >>> pa.metrics.spot_widths(spot, [(10, 10, 10)], voxel_um=(0.3, 0.1, 0.1))
    SpotWidths(1 of 1 spots; z 1.8 ± 0, y 0.4 ± 0, x 0.4 ± 0 um)
    """
    values = finite_array("image", image, (2, 3))
    peaks = np.array([_brightest_near(values, p, drift_px) for p in np.asarray(positions)], dtype=np.int64)
    widths = np.array(
        [fwhm(values, position=peak, radius_px=radius_px, voxel_um=voxel_um) for peak in peaks]
    ).reshape(-1, values.ndim)
    measured = widths[np.isfinite(widths).all(axis=1)]
    if len(measured) == 0:
        raise InvalidArgument(f"None of the {len(peaks)} spots falls to half its height within radius_px.")
    low, median, high = np.percentile(measured, (25, 50, 75), axis=0)
    return SpotWidths(
        median=tuple(float(m) for m in median),
        spread=tuple(float(s) for s in (high - low) / 2),
        widths=widths,
        positions=peaks,
        unit="px" if voxel_um is None else "um",
    )


def _valid_mask(valid: ArrayLike | None, shape: tuple[int, ...]) -> np.ndarray | None:
    mask = None if valid is None else np.asarray(valid, dtype=bool)
    if mask is not None and mask.shape != shape:
        raise InvalidArgument(f"valid must have the shape of the image, {shape}, but has {mask.shape}.")
    return mask


def _candidates(values: np.ndarray, radii: tuple[int, ...], valid: np.ndarray | None) -> np.ndarray:
    """Local maxima of the box whose box fits the image and the mask, the brightest first."""
    if any(n < 2 * r + 1 for n, r in zip(values.shape, radii)):
        raise InvalidArgument(f"A box of radius_px {radii} does not fit in an image of shape {values.shape}.")
    is_peak = values == _local_maximum(values, radii)
    if valid is not None:
        is_peak &= _local_maximum((~valid).astype(np.float32), radii) == 0
    inner = np.zeros(values.shape, dtype=bool)
    inner[tuple(slice(r, n - r) for n, r in zip(values.shape, radii))] = True
    peaks = np.argwhere(is_peak & inner)
    order = np.argsort(-values[tuple(peaks.T)], kind="stable")
    return peaks[order]


def _is_isolated_spot(box: np.ndarray, radii: tuple[int, ...], snr: float) -> bool:
    median = float(np.median(box))
    noise = NORMAL_SIGMA_PER_MAD * float(np.median(np.abs(box - median)))
    height = float(box[radii]) - median
    if height <= 0.0 or height < snr * noise:
        return False
    half = median + 0.5 * height
    faces = max(box.take((0, -1), axis=axis).max() for axis in range(box.ndim))
    return bool(faces < half) and bool(np.isfinite(fwhm(box, position=radii)).all())


def _any_within(found: list[np.ndarray], peak: np.ndarray, radii: tuple[int, ...]) -> bool:
    return bool(found) and bool((np.abs(np.array(found) - peak) <= radii).all(axis=1).any())


def _brightest_near(values: np.ndarray, position: np.ndarray, drift_px: int) -> tuple[int, ...]:
    if len(position) != values.ndim or not all(0 <= i < n for i, n in zip(position, values.shape)):
        raise InvalidArgument(f"The spot at {tuple(position)} lies outside an image of shape {values.shape}.")
    starts = [max(0, int(i) - drift_px) for i in position]
    near = values[tuple(slice(s, int(i) + drift_px + 1) for s, i in zip(starts, position))]
    inside = np.unravel_index(int(np.argmax(near)), near.shape)
    return tuple(s + int(i) for s, i in zip(starts, inside))


def _local_maximum(values: np.ndarray, radii: tuple[int, ...]) -> np.ndarray:
    """Largest value of the box around each voxel; the box is cut at the border."""
    for axis, radius in enumerate(radii):
        result = values.copy()
        for shift in range(1, min(radius, values.shape[axis] - 1) + 1):
            head = (slice(None),) * axis + (slice(None, -shift),)
            tail = (slice(None),) * axis + (slice(shift, None),)
            np.maximum(result[head], values[tail], out=result[head])
            np.maximum(result[tail], values[head], out=result[tail])
        values = result
    return values
