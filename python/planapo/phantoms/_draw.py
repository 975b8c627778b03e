"""Drawing solids with the share of each voxel that they fill, by sampling within the voxels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from planapo._core import InvalidArgument
from planapo.metrics._check import per_axis

FEWEST_SAMPLES, MOST_SAMPLES = 4, 48  # per axis of a voxel
SAMPLES_AT_ONCE = 2**18


def volume_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Three sizes of at least 1, or InvalidArgument."""
    sizes = tuple(int(n) for n in shape)
    if len(sizes) != 3 or min(sizes) < 1:
        raise InvalidArgument(f"shape must be three sizes (Z, Y, X) of at least 1, but is {tuple(shape)!r}.")
    return sizes


def voxel_size(voxel_um: float | Sequence[float]) -> np.ndarray:
    """Three positive voxel sizes, or InvalidArgument."""
    return np.array(per_axis("voxel_um", voxel_um, 3))


def extent_um(shape: tuple[int, int, int], voxel: np.ndarray) -> np.ndarray:
    """Position of the centre of the last voxel; the centre of the first is the origin."""
    return (np.array(shape) - 1) * voxel


def points(name: str, values: object) -> np.ndarray:
    """(N, 3) float64 positions z, y, x, or InvalidArgument."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3 or not np.isfinite(array).all():
        raise InvalidArgument(
            f"{name} must be finite positions of shape (N, 3), but has shape {array.shape}."
        )
    return array


def add_solid(
    volume: np.ndarray,
    voxel: np.ndarray,
    bounds_um: tuple[np.ndarray, np.ndarray],
    pitch_um: float,
    distance: Callable[[np.ndarray], np.ndarray],
    share: Callable[[np.ndarray, float], np.ndarray],
    intensity: float,
) -> None:
    """Add a solid to `volume`: `intensity` times the share of each voxel that it fills.

    `bounds_um` are its lowest and highest corner; `distance(positions)` is at most the distance of (..., 3)
    positions from its surface, negative inside; `share(positions, pitch)` is how much of a small cell of size
    `pitch` at each position it fills. Only voxels that the surface may cut are sampled, every `pitch_um`.
    """
    first = np.maximum(np.ceil(bounds_um[0] / voxel - 0.5), 0).astype(np.int64)
    last = np.minimum(np.floor(bounds_um[1] / voxel + 0.5), np.array(volume.shape) - 1).astype(np.int64)
    if (last < first).any():
        return
    samples = np.clip(np.ceil(voxel / pitch_um), FEWEST_SAMPLES, MOST_SAMPLES)
    pitch = float((voxel / samples).max())
    cell = _cell_positions(samples.astype(np.int64), voxel)
    region = volume[tuple(slice(a, b + 1) for a, b in zip(first, last))]
    centres = np.stack(np.indices(region.shape), axis=-1) * voxel + first * voxel
    depth, reach = distance(centres), 0.5 * float(np.linalg.norm(voxel)) + pitch
    region[depth < -reach] += intensity
    cut = np.argwhere(np.abs(depth) <= reach)
    batch = max(1, SAMPLES_AT_ONCE // len(cell))
    for start in range(0, len(cut), batch):
        chosen = tuple(cut[start : start + batch].T)
        region[chosen] += intensity * share(centres[chosen][:, None, :] + cell, pitch).mean(axis=1)


def _cell_positions(samples: np.ndarray, voxel: np.ndarray) -> np.ndarray:
    """Sample positions in a voxel, relative to its centre: (samples in all, 3)."""
    axes = [((np.arange(n) + 0.5) / n - 0.5) * step for n, step in zip(samples, voxel)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def ball_share(distance: np.ndarray, radius: float, pitch: float, dimension: int) -> np.ndarray:
    """Share of a cell at `distance` from the centre (axis) that a ball (disc: dimension 2) of `radius` fills.

    A ramp about `pitch` wide, straight in distance**dimension: then its integral is the exact volume (area).
    """
    width = dimension * radius ** (dimension - 1) * pitch
    # A ramp wider than the solid itself would lose volume at the centre, where distance cannot be negative.
    width = min(width, 2 * radius**dimension)
    return np.clip(0.5 - (distance**dimension - radius**dimension) / width, 0.0, 1.0)
