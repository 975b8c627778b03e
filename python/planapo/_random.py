"""Random numbers that depend on a seed and a plane only, not on what was drawn before."""

from __future__ import annotations

import numpy as np

from planapo._core import InvalidArgument


def plane_generator(seed: int, plane: int = 0, *, purpose: int = 0) -> np.random.Generator:
    """Counter-based generator (Philox, doi:10.1145/2063384.2063405) for one plane of a volume.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    plane : int, default 0
        Each plane has a counter range of its own, so that planes may be drawn in any order.
    purpose : int, default 0
        Separates the draws of different functions under one seed.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    InvalidArgument
        If `seed` is negative or needs more than 64 bits.

    Examples
    --------
    >>> from planapo._random import plane_generator
    >>> bool(plane_generator(7, 3).random() == plane_generator(7, 3).random())
    True
    """
    if not 0 <= int(seed) < 2**64:
        raise InvalidArgument(f"seed must lie between 0 and 2**64 - 1, but is {seed!r}.")
    key = np.array([int(seed), purpose], dtype=np.uint64)
    counter = np.array([0, 0, 0, plane], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
