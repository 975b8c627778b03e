"""How far each voxel of an image is to be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np

from planapo._arrays import as_planes, volume
from planapo._core import InvalidArgument


def weights_of(name: str, mask: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return a mask or weights of an image's `shape` as (Z, Y, X) float32; None stays None."""
    if mask is None:
        return None
    values = np.asarray(mask)
    if values.dtype == np.bool_:
        values = values.astype(np.float32)
    weights = volume(name, values)
    if weights.shape != tuple(shape):
        raise InvalidArgument(f"{name} has the shape {weights.shape}, but the image {tuple(shape)}.")
    return as_planes(weights)
