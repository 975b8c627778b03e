"""Images of one shape, one after the other, and what becomes of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import as_planes, check_ranks, real_array, volume
from planapo._core import InvalidArgument
from planapo._image import Image
from planapo._options import Progress
from planapo._words import counted


class SeriesRun:
    """Reads `images` one by one and writes to `out`, a new array if that is None."""

    def __init__(self, images: Any, out: Any, rank: int) -> None:
        self._images, self._count = images, _length_of("images", images)
        if self._count == 0:
            raise InvalidArgument("images is empty: it has a length of 0.")
        self._channels = self._count if _axes_of(images).startswith("C") else 1
        known = getattr(images, "shape", None)
        self._shape = tuple(known[1:]) if known is not None else np.shape(images[0])
        check_ranks(len(self._shape), rank)
        dtype = getattr(images if known is not None else images[0], "dtype", None)
        self._dtype = "uint16" if dtype == np.uint16 else "float32"
        self.out = self._new_out() if out is None else self._checked(out)
        self._reports: list[tuple[_core.DeconvolveReport, float]] = []

    def run(
        self, plan: _core.Deconvolver, progress: Progress | None
    ) -> list[tuple[_core.DeconvolveReport, float]]:
        """Return a report and the seconds for each image."""
        shape = (1, *self._shape)[-3:]
        self._began = time.perf_counter()
        _core.run_series(
            plan, shape, self._count, self._channels, self._dtype, self._read, self._write, progress
        )
        return self._reports

    def _read(self, index: int, into: np.ndarray) -> None:
        name, image = f"images[{index}]", self._images[index]
        values = real_array(name, image) if self._dtype == "uint16" else volume(name, image)
        if values.shape != self._shape:
            raise InvalidArgument(f"{name} has the shape {values.shape}, but images[0] {self._shape}.")
        if self._dtype == "uint16" and values.dtype != np.uint16:
            raise InvalidArgument(f"{name} is of {values.dtype}, but images[0] of uint16.")
        np.copyto(into, as_planes(values))

    def _write(self, index: int, result: np.ndarray, report: _core.DeconvolveReport) -> None:
        now = time.perf_counter()
        self._reports.append((report, now - self._began))
        self._began = now
        result = result.reshape(self._shape)
        # Only NumPy is known to copy at once; the memory is planapo's.
        self.out[index] = result if isinstance(self.out, np.ndarray) else result.copy()

    def _new_out(self) -> np.ndarray:
        new = np.empty((self._count, *self._shape), np.float32)
        return new.view(Image) if isinstance(self._images, Image) else new

    def _checked(self, out: Any) -> Any:
        length, shape = _length_of("out", out), getattr(out, "shape", None)
        if length != self._count or (shape is not None and tuple(shape) != (self._count, *self._shape)):
            raise InvalidArgument(
                f"out must have room for {counted(self._count, 'image')} of shape {self._shape}, "
                f"but has the {'length' if shape is None else 'shape'} {length if shape is None else shape}."
            )
        if np.dtype(getattr(out, "dtype", np.float32)).kind != "f":
            raise InvalidArgument(f"out must hold floating-point numbers, but its type is {out.dtype}.")
        return out


def _axes_of(images: Any) -> str:
    axes = getattr(images, "axes", None)
    if not isinstance(axes, str):
        return ""
    if "T" in axes and "C" in axes:
        raise InvalidArgument(f'images has the axes "{axes}": give one channel at a time, images[:, c].')
    return axes


def _length_of(name: str, sequence: Any) -> int:
    try:
        return len(sequence)
    except TypeError:
        raise InvalidArgument(f"{name} must have a length and items, but is {sequence!r}.") from None
