"""Recordings of beads whose truth is known: Gaussians integrated over each voxel, in NumPy, and a camera."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Spot = Callable[[Sequence[int], Sequence[float]], np.ndarray]  # of a shape, at a position
_erf = np.vectorize(math.erf, otypes=[float])


def gaussian(fwhm_px: Sequence[float]) -> Spot:
    """Make spots of a peak of about 1; an axis of one voxel is left out."""

    def draw(shape: Sequence[int], centre: Sequence[float]) -> np.ndarray:
        lines = [line(n, c, width) for n, c, width in zip(shape, centre, fwhm_px)]
        return lines[0][:, None, None] * lines[1][:, None] * lines[2]

    def line(n: int, centre: float, width: float) -> np.ndarray:
        if n == 1:
            return np.ones(1)
        scale = width / math.sqrt(8 * math.log(2)) * math.sqrt(2)
        below = 0.5 * _erf((np.arange(n + 1) - 0.5 - centre) / scale)
        return np.diff(below) / math.erf(0.5 / scale)

    return draw


def comet(fwhm_px: Sequence[float]) -> Spot:
    """Make spots with a tail: a core, and a wider Gaussian beside it."""
    core, tail = gaussian(fwhm_px), gaussian([1.6 * width for width in fwhm_px])
    off = np.array((0.36, 0.42, -0.3)) * fwhm_px

    def draw(shape: Sequence[int], centre: Sequence[float]) -> np.ndarray:
        return 0.7 * core(shape, centre - 0.15 * off) + 0.3 * tail(shape, centre + off)

    return draw


@dataclass
class Field:
    """A recording, where its lone beads are, and where those that touch one of them."""

    image: np.ndarray
    alone: np.ndarray
    touching: np.ndarray


def field(
    shape: Sequence[int],
    fwhm_px: Sequence[float],
    *,
    seed: int,
    spot: Spot | None = None,
    beads: int = 30,
    touching: int = 6,
    snr: float = 10,
    background: float = 100,
    read_noise: float = 3,
) -> Field:
    """Record `beads`, `touching` of them in pairs, at random positions between the voxels.

    The camera counts photons, with read noise; `snr` is the peak / the noise of the background.
    """
    draw = np.random.default_rng(seed)
    spot = gaussian(fwhm_px) if spot is None else spot
    widths = np.array([1.0 if n == 1 else width for n, width in zip(shape, fwhm_px)])
    room = np.array([0.0 if n == 1 else 2 * width for n, width in zip(shape, widths)])
    places = _places(draw, room, np.array(shape) - 1 - room, widths, beads - touching // 2)
    paired, alone = places[: touching // 2], places[touching // 2 :]
    ways = draw.normal(size=paired.shape) * (np.array(shape) > 1)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    partners = paired + ways * widths * draw.uniform(0.8, 1.6, (len(paired), 1))
    light = np.zeros(shape)
    for place in (*places, *partners):
        light += spot(shape, place)
    peak = snr * math.sqrt(background + read_noise**2)
    image = draw.poisson(peak * light + background) + draw.normal(0, read_noise, shape)
    return Field(image.astype(np.float32), alone, np.concatenate([paired, partners]))


def _places(
    draw: np.random.Generator, low: np.ndarray, high: np.ndarray, widths: np.ndarray, count: int
) -> np.ndarray:
    """At least four and a half widths apart."""
    places: list[np.ndarray] = []
    for _ in range(100_000):
        place = draw.uniform(low, high)
        if all(np.linalg.norm((place - other) / widths) > 4.5 for other in places):
            places.append(place)
        if len(places) == count:
            return np.array(places)
    raise ValueError(f"only {len(places)} of {count} beads found room")
