"""Filaments: tubes along given paths, or along random ones as stiff as microtubules or as soft as DNA."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from planapo._core import InvalidArgument
from planapo._random import plane_generator
from planapo.metrics._check import positive
from planapo.phantoms._draw import add_solid, ball_share, extent_um, points, volume_shape, voxel_size

SAMPLES_PER_RADIUS = 3  # the volume of a tube is then right to 0.5 % at any radius
PATH = 3  # the purpose of the draws, see plane_generator


def filaments(
    shape: Sequence[int],
    *,
    radius_um: float,
    count: int = 1,
    length_um: float | None = None,
    persistence_um: float | None = None,
    paths_um: Sequence[ArrayLike] | None = None,
    voxel_um: float | Sequence[float] = 1.0,
    intensity: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Tubes of one radius and brightness.

    Parameters
    ----------
    shape : (Z, Y, X) sequence of int
        Size of the volume. What lies outside is not drawn.
    radius_um : float
        Radius of the tube, above 0; it may be well below the voxel size.
    count : int, default 1
        How many random ones, each starting at a random place in a random direction.
    length_um : float, optional
        Length of the random ones along their path. Default: the longest side of the volume.
    persistence_um : float, optional
        Persistence length of the random ones: over a length s, directions decorrelate as exp(-s /
        persistence). Default: five times the length.
    paths_um : sequence of (N, 3) array_like of float, optional
        Polylines z, y, x, at least two points each, to draw instead of random ones. Tubes end flat, across
        the path.
    voxel_um : float or sequence of float, default 1
        Voxel size, per axis.
    intensity : float, default 1
        Value of a voxel that lies within one filament. Where filaments cross, they add.
    seed : int, default 0
        Of the random paths.

    Returns
    -------
    (Z, Y, X) ndarray of float32

    Raises
    ------
    InvalidArgument
        If an argument is out of range.

    Examples
    --------
    >>> import planapo as pa
    >>> path = [(1.0, 1.0, 0.5), (1.4, 2.2, 2.4)]  # 2.2825 long
    >>> image = pa.phantoms.filaments((24, 32, 32), radius_um=0.05, paths_um=[path], voxel_um=0.1)
    >>> round(float(image.sum()) * 0.1**3, 4)  # π 0.05² 2.2825 = 0.0179
    0.0179
    """
    radius = positive("radius_um", radius_um)
    sizes, voxel = volume_shape(shape), voxel_size(voxel_um)
    if paths_um is None:
        extent = extent_um(sizes, voxel)
        length = positive("length_um", float(extent.max()) if length_um is None else length_um)
        persistence = positive("persistence_um", 5 * length if persistence_um is None else persistence_um)
        paths = [_random_path(extent, length, persistence, seed, index) for index in range(count)]
    else:
        paths = [points("Each of paths_um", path) for path in paths_um]
    volume = np.zeros(sizes)
    for path in paths:
        if len(path) < 2:
            raise InvalidArgument(f"A path needs at least two points, but one of paths_um has {len(path)}.")
        for start, end in zip(path[:-1], path[1:]):
            _add_tube(volume, voxel, start, end, radius, intensity)
    return volume.astype(np.float32)


def _random_path(extent: np.ndarray, length: float, persistence: float, seed: int, index: int) -> np.ndarray:
    """Return a worm-like chain: each step turns it by a variance step / persistence both ways across."""
    draw = plane_generator(seed, index, purpose=PATH)
    steps = max(8, int(np.ceil(50 * length / persistence)))
    step = length / steps
    path = [extent * draw.random(3)]
    direction = _unit(draw.normal(size=3))
    for _ in range(steps):
        path.append(path[-1] + step * direction)
        turn = draw.normal(scale=np.sqrt(step / persistence), size=3)
        direction = _unit(direction + turn - (turn @ direction) * direction)
    return np.array(path)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _add_tube(
    volume: np.ndarray, voxel: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float, intensity: float
) -> None:
    """Add a straight tube with flat ends: at a joint, two overlap inside the bend as they gape outside."""
    length = float(np.linalg.norm(end - start))
    if length == 0.0:
        return
    direction = (end - start) / length

    def along_and_across(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        offset = positions - start
        along = offset @ direction
        return along, np.sqrt(np.maximum((offset**2).sum(axis=-1) - along**2, 0.0))

    def distance(positions: np.ndarray) -> np.ndarray:
        along, across = along_and_across(positions)
        return np.maximum(across - radius, np.maximum(-along, along - length))

    def share(positions: np.ndarray, pitch: float) -> np.ndarray:
        along, across = along_and_across(positions)
        between = np.clip(along / pitch + 0.5, 0, 1) - np.clip((along - length) / pitch + 0.5, 0, 1)
        return ball_share(across, radius, pitch, 2) * between

    bounds = np.minimum(start, end) - radius, np.maximum(start, end) + radius
    add_solid(volume, voxel, bounds, radius / SAMPLES_PER_RADIUS, distance, share, intensity)
