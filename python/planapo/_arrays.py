"""What comes in as an array: checked, and turned into what the library computes with."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from planapo import _core
from planapo._core import InvalidArgument
from planapo._device_array import device_of
from planapo._words import counted

_LARGEST = float(np.finfo(np.float32).max)


def real_array(name: str, array: Any, ranks: Sequence[int] | None = None) -> np.ndarray:
    """Return `array` as a NumPy array of real numbers, not empty, in its own dtype, of one of the `ranks`."""
    if device_of(array) is not None:
        array = _brought_home(name, array)
    if isinstance(array, np.ma.MaskedArray):
        raise InvalidArgument(
            f"{name} is a masked array: fill what is masked first, for instance with .filled(0)."
        )
    try:
        values = array if isinstance(array, np.ndarray) else _from_elsewhere(array)
    except (TypeError, ValueError, BufferError, RuntimeError) as error:
        raise InvalidArgument(f"{name} cannot be read as an array: {error}") from error
    if values.dtype.kind not in "iuf":
        raise InvalidArgument(
            f"{name} must hold real numbers, but its dtype is {values.dtype}: {_advice(values)}."
        )
    if values.size == 0:
        raise InvalidArgument(f"{name} is empty: its shape is {values.shape}.")
    if ranks is not None and values.ndim not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise InvalidArgument(f"{name} must have {wanted} axes, but its shape is {values.shape}.")
    return values


def finite_array(name: str, array: Any, ranks: Sequence[int] | None = None) -> np.ndarray:
    """Return `array` as float64, every value finite."""
    values = real_array(name, array, ranks)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        bad = ~np.isfinite(values)
        first = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), values.shape))
        many = counted(int(bad.sum()), "NaN or infinite value")
        raise InvalidArgument(f"{name} holds {many}, the first at index {first}.")
    return np.asarray(values, dtype=np.float64)


def volume(name: str, array: Any, out: np.ndarray | None = None, also: Any = np.float32) -> np.ndarray:
    """Return `array`, of 2 or 3 axes, as C-contiguous float32; a copy goes to `out` if that fits.

    What is C-contiguous and of the dtype `also` stays as it is.
    """
    require_space(name, array)
    values = real_array(name, array)
    if values.ndim not in (2, 3):
        raise InvalidArgument(
            f"{name} must have 2 or 3 axes (y, x or z, y, x), but its shape is {values.shape}: "
            "give one volume at a time."
        )
    if values.dtype in (np.float32, also) and values.flags.c_contiguous:
        return np.asarray(values)
    if out is None or out.shape != values.shape:
        out = np.empty(values.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        np.copyto(out, values, casting="unsafe")
    if values.dtype.kind == "f" and values.dtype.itemsize > 4:
        _check_range(name, values, out)
    return out


def require_space(name: str, array: Any) -> None:
    """Refuse an `Image` whose axes are known and are other than z, y, x or y, x."""
    axes = getattr(array, "axes", None)
    if not isinstance(axes, str) or axes in ("ZYX", "YX"):
        return
    one = [noun for letter, noun in (("T", "time point"), ("C", "channel")) if letter in axes]
    if not one:
        raise InvalidArgument(
            f'{name} has the axes "{axes}": transpose it to "{"".join(sorted(axes)[::-1])}".'
        )
    index = ", ".join({"T": "t", "C": "c"}.get(letter, ":") for letter in axes)
    raise InvalidArgument(
        f'{name} has the axes "{axes}": give one {" and one ".join(one)} at a time, {name}[{index}].'
    )


def as_planes(values: np.ndarray) -> np.ndarray:
    """Give an image of two axes a z axis of one plane."""
    return values[np.newaxis] if values.ndim == 2 else values


def axes_of(rank: int) -> str:
    """Return the letters of an array of two or three axes."""
    return "ZYX"[-rank:]


def check_ranks(image: int, psf: int) -> None:
    """Refuse a volume with a plane's PSF, and a plane with a volume's."""
    if image != psf:
        raise InvalidArgument(
            f"The image has {image} axes but the PSF has {psf}: give both as z, y, x or as y, x."
        )


def voxel_triple(
    name: str, value: float | Sequence[float], axes: str = "ZYX", what: str = "edges of a voxel"
) -> tuple[float, float, float]:
    """Return a voxel size as (z, y, x): one number stands for all, two for y and x where no axis is z."""
    try:
        edges = [float(edge) for edge in np.atleast_1d(np.asarray(value, dtype=np.float64))]
    except (TypeError, ValueError):
        edges = []
    if len(edges) == 1:
        edges = edges * 3
    elif len(edges) == 2 and "Z" not in axes:
        edges = [1.0, *edges]
    if len(edges) != 3 or not all(math.isfinite(edge) and edge > 0 for edge in edges):
        raise InvalidArgument(
            f"{name} is {value!r}: it must be the z, y, x {what} in micrometres, each above 0."
        )
    return edges[0], edges[1], edges[2]


def extents(name: str, value: Any, rank: int) -> tuple[int, ...]:
    """Return a shape of so many axes."""
    try:
        counts = tuple(operator.index(n) for n in value)
    except TypeError:
        counts = ()
    if len(counts) != rank or not all(1 <= n < 2**31 for n in counts):
        raise InvalidArgument(
            f"{name} is {value!r}: it must be {rank} whole numbers, each at least 1 and below 2**31."
        )
    return counts


def same_voxels(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two voxel sizes are the same to a part in a thousand: files round what they store."""
    return all(math.isclose(x, y, rel_tol=1e-3) for x, y in zip(a, b))


def _from_elsewhere(array: Any) -> np.ndarray:
    if hasattr(array, "__dlpack__") and hasattr(array, "__dlpack_device__"):
        try:
            return np.from_dlpack(array)
        except (BufferError, TypeError, RuntimeError, AttributeError):
            pass  # a dtype or a flag that DLPack does not know; what NumPy makes of the object decides
    return np.asarray(array)


def _brought_home(name: str, array: Any) -> np.ndarray:
    if hasattr(array, "numpy") and isinstance(getattr(array, "_core", None), _core.DeviceArray):
        return array.numpy()
    raise InvalidArgument(
        f"{name} lies on {device_of(array)}: give it as a NumPy array, for instance by .get() (CuPy) "
        "or .cpu().numpy() (PyTorch)."
    )


def _advice(values: np.ndarray) -> str:
    if values.dtype.kind == "c":
        return "take its absolute value or its real part first"
    if values.dtype.kind == "b":
        return 'convert a mask first, for instance with .astype("float32")'
    return "convert it to integers or floats first"


def _check_range(name: str, values: np.ndarray, converted: np.ndarray) -> None:
    if not np.isinf(converted).any():
        return
    beyond = int((np.isinf(converted) & np.isfinite(values)).sum())
    if beyond:
        raise InvalidArgument(
            f"{name} holds {counted(beyond, 'value')} beyond the range of float32 (±{_LARGEST:.2g}), in "
            "which planapo computes: scale it down first."
        )


def checked_out(out: Any, image: np.ndarray) -> np.ndarray:
    """Return `out` if a result of the image's shape can go there."""
    if not isinstance(out, np.ndarray) or out.dtype != np.float32 or out.shape != image.shape:
        kind = f"{out.dtype} of shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise InvalidArgument(
            f"out must be a NumPy array, float32, of the image's shape {image.shape}, but is {kind}."
        )
    if not out.flags.c_contiguous or not out.flags.writeable:
        raise InvalidArgument("out must be C-contiguous and writable.")
    if np.may_share_memory(out, image):
        raise InvalidArgument(
            "out and the image overlap: the image is needed until the end, so give out its own memory."
        )
    return out
