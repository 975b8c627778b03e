"""What goes into a series and where it comes out, checked before any work."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from planapo._core import InvalidArgument
from planapo._words import counted, shortened

_NOUN = {2: "plane", 3: "volume"}
_LETTERS = {2: "y, x", 3: "z, y, x"}


def refuse_names(name: str, value: Any) -> None:
    """Refuse the name of a file where an array is needed."""
    if isinstance(value, (str, bytes, os.PathLike)):
        raise InvalidArgument(
            f"{name} is {value!r}: give arrays, not names of files; planapo.imread reads them."
        )


def length_of(name: str, sequence: Any) -> int:
    """Return how many items there are."""
    refuse_names(name, sequence)
    try:
        if hasattr(sequence, "__getitem__"):
            return len(sequence)
    except TypeError:
        pass
    raise InvalidArgument(
        f"{name} must have a length and items, as lists and arrays have, but is "
        f"{shortened(repr(sequence), 60)}."
    )


def checked_axes_of(images: Any, rank: int) -> str:
    """Return the letters of an `Image`, one axis and then those of the PSF; "" where nothing is known."""
    axes, space = getattr(images, "axes", None), "ZYX"[-rank:]
    if not isinstance(axes, str) or axes == space:
        return ""  # one image instead of several is told by its shape
    if axes in (f"T{space}", f"C{space}"):
        return axes
    told = f'images has the axes "{axes}"'
    if {"T", "C"} <= set(axes):
        index = ", ".join([":"] * axes.index("C") + ["c"])
        raise InvalidArgument(f"{told}: give one channel at a time, images[{index}].")
    first = "C" if "C" in axes else "T"
    advice = ""
    if sorted(axes) == sorted(first + space):
        advice = f', so transpose it to "{first}{space}"'
    elif axes == "ZYX":
        advice = ", so give numpy.asarray(images) to restore plane by plane"
    raise InvalidArgument(f'{told}: a series of {_NOUN[rank]}s is "T{space}" or "C{space}"{advice}.')


def check_item_axes(name: str, item: Any, rank: int) -> None:
    """Refuse an `Image` whose axes are known and are not those of the PSF, in its order."""
    axes, space = getattr(item, "axes", None), "ZYX"[-rank:]
    if isinstance(axes, str) and len(axes) == rank and axes != space:
        advice = f'transpose it to "{space}"' if sorted(axes) == sorted(space) else f'give "{space}" of it'
        raise InvalidArgument(f'{name} has the axes "{axes}", but the PSF "{space}": {advice}.')


def check_whole_shape(shape: tuple[int, ...], rank: int) -> None:
    """Refuse an array that is not a series of images of so many axes."""
    if len(shape) == rank + 1 and 0 not in shape:
        return
    if len(shape) == rank + 1:
        raise InvalidArgument(f"images is empty: its shape is {shape}.")
    advice = ""
    if len(shape) == rank:
        advice = f"; give images[None] for one {_NOUN[rank]}"
    elif len(shape) > rank + 1:
        advice = "; give one channel or position at a time"
    raise InvalidArgument(
        f"images has the shape {shape}, but the PSF has {rank} axes: a series of {_NOUN[rank]}s has "
        f"{rank + 1} axes (t, {_LETTERS[rank]}){advice}."
    )


def check_item_shape(name: str, shape: tuple[int, ...], rank: int) -> None:
    """Refuse an item of a list that is not an image of so many axes."""
    if len(shape) == rank:
        return
    advice = "; give [numpy.stack(images)] for the planes of one volume" if len(shape) == 2 else ""
    raise InvalidArgument(
        f"{name} has the shape {shape}, but the PSF has {rank} axes: each image of the series needs "
        f"{rank} ({_LETTERS[rank]}){advice}."
    )


def checked_out(out: Any, images: Any, shape: tuple[int, ...]) -> Any:
    """Return `out` if results of the whole `shape` can go there."""
    length, whole = length_of("out", out), getattr(out, "shape", None)
    if length != shape[0] or (whole is not None and tuple(whole) != shape):
        what = f"length {length}" if whole is None else f"shape {tuple(whole)}"
        raise InvalidArgument(
            f"out must have room for {counted(shape[0], 'image')} of shape {shape[1:]}, but has the {what}."
        )
    dtype = getattr(out, "dtype", None)
    name = str(getattr(dtype, "name", dtype)).rpartition(".")[2]
    if dtype is not None and name not in ("float32", "float64"):
        raise InvalidArgument(
            f"out must hold floating-point numbers, float32 or float64, but its type is {name}."
        )
    if not hasattr(out, "__setitem__"):
        raise InvalidArgument(f"out must take items, out[0] = result, which a {type(out).__name__} does not.")
    if (isinstance(out, np.ndarray) and not out.flags.writeable) or getattr(out, "read_only", False) is True:
        raise InvalidArgument("out is read-only: give an array that can be written to.")
    if images is not out:
        check_overlap("images", images, out)
        for index, item in enumerate(images if isinstance(images, (list, tuple)) else ()):
            check_overlap(f"Image {index + 1} of {shape[0]}", item, out)
    return out


def check_overlap(name: str, images: Any, out: Any) -> None:
    """Refuse results that would be written over images still to be read."""
    if not isinstance(images, np.ndarray) or not isinstance(out, np.ndarray):
        return
    if not np.may_share_memory(images, out):
        return
    try:
        overlaps = np.shares_memory(images, out, max_work=10_000)  # type: ignore[arg-type]
    except RuntimeError:  # too hard to tell
        overlaps = True
    if overlaps:
        raise InvalidArgument(
            f"out and {name} overlap: give out its own memory, or the very array of images to replace them."
        )
