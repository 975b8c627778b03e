"""Error of an image against a known truth: NRMSE at the best scale, PSNR, SSIM."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from planapo._arrays import finite_array
from planapo._core import InvalidArgument
from planapo.metrics._check import positive, same_shape


def nrmse(image: ArrayLike, truth: ArrayLike) -> float:
    r"""Root-mean-square error at the best scale, relative to the truth.

    The smallest :math:`\lVert s\,x - t\rVert / \lVert t\rVert` over all scales :math:`s`, which is reached at
    :math:`s = \langle x, t\rangle / \langle x, x\rangle`. The scale is free because a restoration keeps the
    photons of the image, not the units of the truth; an offset is not free.

    Parameters
    ----------
    image, truth : array_like of real
        Arrays of one shape, any rank.

    Returns
    -------
    float
        0 (equal up to a scale) to 1 (orthogonal, or `image` is zero everywhere).

    Raises
    ------
    InvalidArgument
        If the shapes differ, if a value is not finite, or if `truth` is zero everywhere.

    Examples
    --------
    >>> import planapo as pa
    >>> pa.metrics.nrmse([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])
    0.0
    >>> round(pa.metrics.nrmse([1.0, 1.0], [1.0, 0.0]), 4)
    0.7071
    """
    x, t = finite_array("image", image), finite_array("truth", truth)
    same_shape("image", x, "truth", t)
    x, t = x.ravel(), t.ravel()
    norm = float(np.linalg.norm(t))
    if norm == 0.0:
        raise InvalidArgument("truth is zero everywhere, so no error can be given relative to it.")
    power = float(x @ x)
    scale = float(x @ t) / power if power > 0.0 else 0.0
    return float(np.linalg.norm(scale * x - t)) / norm


def psnr(image: ArrayLike, truth: ArrayLike, *, data_range: float | None = None) -> float:
    """Peak signal-to-noise ratio in decibels, 10 log10(range² / mean squared error).

    Parameters
    ----------
    image, truth : array_like of real
        Arrays of one shape, any rank, in the same units: no scale is fitted.
    data_range : float, optional
        The range of the data, above 0. Default: the largest minus the smallest value of `truth`.

    Returns
    -------
    float
        Decibels; infinite if the arrays are equal.

    Raises
    ------
    InvalidArgument
        If the shapes differ, if a value is not finite, or if the range is not above 0.

    Examples
    --------
    >>> import planapo as pa
    >>> round(pa.metrics.psnr([0.0, 9.0], [0.0, 10.0]), 2)
    23.01
    """
    x, t = finite_array("image", image), finite_array("truth", truth)
    same_shape("image", x, "truth", t)
    peak = _range_of(t, data_range)
    squared_error = float(np.mean((x - t) ** 2))
    return float("inf") if squared_error == 0.0 else 10.0 * float(np.log10(peak**2 / squared_error))


def ssim(
    image: ArrayLike, truth: ArrayLike, *, data_range: float | None = None, sigma_px: float = 1.5
) -> float:
    """Mean structural similarity in two or three dimensions, under a Gaussian window.

    Parameters
    ----------
    image, truth : (Z, Y, X) or (Y, X) array_like of real
        Arrays of one shape, in the same units. Axes of length 1 are ignored.
    data_range : float, optional
        The range of the data, above 0. Default: the largest minus the smallest value of `truth`.
    sigma_px : float, default 1.5
        Standard deviation of the window, which ends at 3.5 `sigma_px` (11 voxels wide at the default).

    Returns
    -------
    float
        -1 to 1, and 1 for equal arrays: the mean over all voxels around which the whole window fits.

    Raises
    ------
    InvalidArgument
        If the shapes differ, if a value is not finite, if the range is not above 0, or if an axis is
        shorter than the window.

    References
    ----------
    .. [1] Z. Wang et al., "Image quality assessment: from error visibility to structural similarity",
       IEEE Trans. Image Process. 13, 600 (2004). doi:10.1109/TIP.2003.819861

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> truth = np.add.outer(np.arange(16.0), np.arange(16.0))
    >>> pa.metrics.ssim(truth, truth)
    1.0
    """
    x, t = finite_array("image", image).squeeze(), finite_array("truth", truth).squeeze()
    same_shape("image", x, "truth", t)
    peak = _range_of(t, data_range)
    window = _gaussian_window(positive("sigma_px", sigma_px))
    if t.ndim not in (2, 3) or min(t.shape) < window.size:
        raise InvalidArgument(
            f"The window of SSIM is {window.size} voxels wide on each of 2 or 3 axes, but the images have "
            f"the shape {t.shape} without axes of length 1. Give larger images or a smaller sigma_px."
        )
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    mean_x, mean_t = _windowed_mean(x, window), _windowed_mean(t, window)
    var_x = _windowed_mean(x * x, window) - mean_x**2
    var_t = _windowed_mean(t * t, window) - mean_t**2
    covariance = _windowed_mean(x * t, window) - mean_x * mean_t
    similarity = (2 * mean_x * mean_t + c1) * (2 * covariance + c2)
    similarity /= (mean_x**2 + mean_t**2 + c1) * (var_x + var_t + c2)
    return float(similarity.mean())


def _range_of(truth: np.ndarray, data_range: float | None) -> float:
    span = float(truth.max() - truth.min()) if data_range is None else data_range
    if data_range is None and span == 0.0:
        raise InvalidArgument("truth is constant, so it has no range of its own: give data_range.")
    return positive("data_range", span)


def _gaussian_window(sigma_px: float) -> np.ndarray:
    radius = int(3.5 * sigma_px + 0.5)
    window = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma_px) ** 2)
    return window / window.sum()


def _windowed_mean(values: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Weighted mean under the separable window, where the whole window fits."""
    for axis in range(values.ndim):
        length = values.shape[axis] - window.size + 1
        total = np.zeros_like(values[_span(axis, 0, length)])
        for start, weight in enumerate(window):
            total += weight * values[_span(axis, start, start + length)]
        values = total
    return values


def _span(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    return (slice(None),) * axis + (slice(start, stop),)
