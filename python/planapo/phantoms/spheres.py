"""Beads (full spheres) and shells (hollow ones), at given or at random places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from planapo._core import InvalidArgument
from planapo._random import plane_generator
from planapo.metrics._check import at_least, positive
from planapo.phantoms._draw import add_solid, ball_share, extent_um, points, volume_shape, voxel_size

SAMPLES_PER_RADIUS = 8  # the volume of a sphere of any size is then right to 0.2 %
SAMPLES_PER_WALL = 2  # a wall is nearly flat, and the share of a cell is exact there
PLACE = 2  # the purpose of the draws, see plane_generator
MOST_TRIES = 1000  # for one sphere


def beads(
    shape: Sequence[int],
    *,
    radius_um: float,
    count: int = 1,
    centres_um: ArrayLike | None = None,
    distance_um: float = 0.0,
    voxel_um: float | Sequence[float] = 1.0,
    intensity: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Full spheres of one radius and brightness.

    Parameters
    ----------
    shape : (Z, Y, X) sequence of int
        Size of the volume.
    radius_um : float
        Radius, above 0.
    count : int, default 1
        How many, at random places in the volume; ignored if `centres_um` is given.
    centres_um : (N, 3) array_like of float, optional
        Where, z, y, x. What lies outside the volume is not drawn.
    distance_um : float, default 0
        Least distance between random centres. They keep `radius_um` from the faces.
    voxel_um : float or sequence of float, default 1
        Voxel size, per axis.
    intensity : float, default 1
        Value of a voxel that lies within one bead. Where beads overlap, they add.
    seed : int, default 0
        Of the random places.

    Returns
    -------
    (Z, Y, X) ndarray of float32

    Raises
    ------
    InvalidArgument
        If an argument is out of range or so many beads do not fit.

    Examples
    --------
    >>> import planapo as pa
    >>> image = pa.phantoms.beads((32, 32, 32), radius_um=0.5, centres_um=[(1.6, 1.6, 1.6)], voxel_um=0.1)
    >>> image.shape, image.dtype, round(float(image.sum()) * 0.1**3, 3)  # 4/3 π 0.5³ = 0.524
    ((32, 32, 32), dtype('float32'), 0.524)
    """
    return _spheres(
        shape,
        radius_um,
        None,
        _centres(shape, radius_um, count, centres_um, distance_um, voxel_um, seed),
        voxel_um,
        intensity,
    )


def shells(
    shape: Sequence[int],
    *,
    radius_um: float,
    thickness_um: float,
    count: int = 1,
    centres_um: ArrayLike | None = None,
    distance_um: float = 0.0,
    voxel_um: float | Sequence[float] = 1.0,
    intensity: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Hollow spheres of one radius, as a membrane stain shows a vesicle or a nucleus.

    Parameters
    ----------
    shape, count, centres_um, distance_um, voxel_um, intensity, seed
        See `beads`.
    radius_um : float
        Outer radius, above 0.
    thickness_um : float
        Thickness of the wall, inwards; above 0 and at most `radius_um`.

    Returns
    -------
    (Z, Y, X) ndarray of float32

    Raises
    ------
    InvalidArgument
        If an argument is out of range or so many shells do not fit.

    Examples
    --------
    >>> import planapo as pa
    >>> image = pa.phantoms.shells((24, 24, 24), radius_um=8, thickness_um=1, centres_um=[(12, 12, 12)])
    >>> float(image[12, 12, 12]), round(float(image.sum()))  # 4/3 π (8³ - 7³) = 707.9
    (0.0, 708)
    """
    inner = positive("radius_um", radius_um) - positive("thickness_um", thickness_um)
    if inner < 0:
        raise InvalidArgument(
            f"thickness_um must be at most radius_um ({radius_um:g}), but is {thickness_um:g}."
        )
    return _spheres(
        shape,
        radius_um,
        inner,
        _centres(shape, radius_um, count, centres_um, distance_um, voxel_um, seed),
        voxel_um,
        intensity,
    )


def _spheres(
    shape: Sequence[int],
    radius: float,
    inner: float | None,
    centres: np.ndarray,
    voxel_um: float | Sequence[float],
    intensity: float,
) -> np.ndarray:
    voxel = voxel_size(voxel_um)
    volume = np.zeros(volume_shape(shape))
    pitch_um = radius / SAMPLES_PER_RADIUS
    if inner:
        pitch_um = min(pitch_um, (radius - inner) / SAMPLES_PER_WALL)
    for centre in centres:

        def distance(positions: np.ndarray, centre: np.ndarray = centre) -> np.ndarray:
            from_centre = np.linalg.norm(positions - centre, axis=-1)
            return np.maximum(from_centre - radius, inner - from_centre) if inner else from_centre - radius

        def share(positions: np.ndarray, pitch: float, centre: np.ndarray = centre) -> np.ndarray:
            from_centre = np.linalg.norm(positions - centre, axis=-1)
            filled = ball_share(from_centre, radius, pitch, 3)
            return filled - ball_share(from_centre, inner, pitch, 3) if inner else filled

        add_solid(volume, voxel, (centre - radius, centre + radius), pitch_um, distance, share, intensity)
    return volume.astype(np.float32)


def _centres(
    shape: Sequence[int],
    radius_um: float,
    count: int,
    centres_um: ArrayLike | None,
    distance_um: float,
    voxel_um: float | Sequence[float],
    seed: int,
) -> np.ndarray:
    """Return the given centres, or random ones that keep their distance from each other and the faces."""
    radius, distance = positive("radius_um", radius_um), at_least("distance_um", distance_um, 0.0)
    if centres_um is not None:
        return points("centres_um", centres_um)
    extent = extent_um(volume_shape(shape), voxel_size(voxel_um))
    room = extent - 2 * radius
    if (room < 0).any():
        raise InvalidArgument(
            f"Spheres of radius {radius:g} do not fit between voxel centres {extent} apart."
        )
    draw = plane_generator(seed, purpose=PLACE)
    chosen = np.empty((0, 3))
    while len(chosen) < count:
        tries = radius + room * draw.random((MOST_TRIES, 3))
        nearest = np.linalg.norm(tries[:, None] - chosen, axis=-1).min(axis=1, initial=np.inf)
        if not (nearest >= distance).any():
            break
        chosen = np.vstack([chosen, tries[np.argmax(nearest >= distance)]])
    if len(chosen) < count:
        raise InvalidArgument(
            f"Only {len(chosen)} of {count} spheres found room {distance:g} apart: "
            "give fewer or closer ones, or a larger volume."
        )
    return chosen
