"""Shells of physical frequency, and spectra of images tapered towards their faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from planapo._core import InvalidArgument

FEWEST_SHELLS = 32  # a short axis (few planes) makes shells no coarser than 1/32 of the range
CONE_DEG = 30.0  # half angle of the "axial" cone about z; "lateral" is as far from the plane across it
Sector = Literal["all", "axial", "lateral"]


def without_margin(values: np.ndarray, margin_px: int | Sequence[int]) -> np.ndarray:
    """The image without `margin_px` voxels at every face; axes of length 1 have none."""
    margins = np.broadcast_to(np.asarray(margin_px, dtype=np.int64), (values.ndim,))
    if (margins < 0).any() or any(n > 1 and n - 2 * m < 2 for n, m in zip(values.shape, margins)):
        raise InvalidArgument(
            f"margin_px {margin_px!r} leaves less than two voxels of an image of shape {values.shape}."
        )
    return values[tuple(slice(m, n - m) if n > 1 else slice(None) for n, m in zip(values.shape, margins))]


def frequency_limit(shape: tuple[int, ...], size: tuple[float, ...]) -> float:
    """The highest Nyquist frequency of any axis longer than 1."""
    nyquist = [0.5 / step for n, step in zip(shape, size) if n > 1]
    if not nyquist:
        raise InvalidArgument("An image of a single voxel has no frequencies to correlate.")
    return max(nyquist)


def default_shell_width(shape: tuple[int, ...], size: tuple[float, ...]) -> float:
    limit = frequency_limit(shape, size)
    steps = [1 / (n * step) for n, step in zip(shape, size) if n > 1]
    return max(min(steps), min(max(steps), limit / FEWEST_SHELLS))


def frequencies(
    shape: tuple[int, ...], size: tuple[float, ...], sector: Sector
) -> tuple[np.ndarray, np.ndarray]:
    """Frequency of every coefficient of the half spectrum, and whether it is in the sector."""
    axes = [np.fft.fftfreq(n, step) for n, step in zip(shape[:-1], size[:-1])]
    axes.append(np.fft.rfftfreq(shape[-1], size[-1]))
    grid = np.meshgrid(*axes, indexing="ij", sparse=True)
    radius = np.sqrt(sum(component**2 for component in grid))
    if sector == "all":
        return radius, np.ones(radius.shape, dtype=bool)
    if len(shape) != 3 or sector not in ("axial", "lateral"):
        raise InvalidArgument(f'sector must be "all", or for 3 axes "axial" or "lateral", but is {sector!r}.')
    axial = np.broadcast_to(np.abs(grid[0]), radius.shape)
    angle = np.deg2rad(CONE_DEG)
    return radius, axial >= radius * np.cos(angle) if sector == "axial" else axial <= radius * np.sin(angle)


def multiplicity(length: int) -> np.ndarray:
    """How many coefficients of the full spectrum each column of the half spectrum stands for."""
    columns = np.full(length // 2 + 1, 2.0)
    columns[0] = 1.0
    if length % 2 == 0:
        columns[-1] = 1.0
    return columns


def windowed_spectrum(name: str, values: np.ndarray, taper: float) -> np.ndarray:
    """Half spectrum of the image under the window, after its mean under the window is removed."""
    if values.min() == values.max():
        raise InvalidArgument(f"{name} is constant, so there is nothing to correlate.")
    window = np.ones((1,) * values.ndim)
    for axis, length in enumerate(values.shape):
        shape = [1] * values.ndim
        shape[axis] = length
        window = window * raised_cosine(length, taper).reshape(shape)
    mean = float((values * window).sum() / np.broadcast_to(window, values.shape).sum())
    return np.fft.rfftn((values - mean) * window)


def independent_share(
    shape: tuple[int, ...], size: tuple[float, ...], taper: float, shell_width: float
) -> float:
    """Share of the coefficients of a shell that a window leaves independent, about, and rather too low.

    White noise under a window w keeps (Σ w²)² / (N Σ w⁴) of its N coefficients per axis. Across a shell that
    is one frequency step thick nothing is lost, and one axis in `rank` lies across.
    """
    share, rank = 1.0, sum(n > 1 for n in shape)
    for length, step in zip(shape, size):
        if length > 1:
            squared = raised_cosine(length, taper) ** 2
            kept = float(squared.sum() ** 2 / (length * (squared**2).sum()))
            steps_across = max(1.0, shell_width * length * step)
            share *= kept ** (1 - 1 / (rank * steps_across))
    return share


def raised_cosine(length: int, taper: float) -> np.ndarray:
    """1 inside, falling to 0 over `taper` of the length at both ends; symmetric, never exactly 0."""
    if length == 1 or taper == 0.0:
        return np.ones(length)
    distance = (np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5) / (taper * length)
    return np.sin(0.5 * np.pi * np.minimum(distance, 1.0)) ** 2


def half_bit(count: np.ndarray) -> np.ndarray:
    """Correlation of two halves at which the whole carries half a bit per coefficient: van Heel & Schatz."""
    snr = (np.sqrt(2.0) - 1) / 2  # of a half: log2(1 + SNR of the whole) = 1/2
    chance = 1 / np.sqrt(count)
    cross_term = 2 * np.sqrt(snr) * chance
    return (snr + cross_term + chance) / (snr + 1 + cross_term)
