"""Images of one shape, one after the other, and what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import real_array, volume
from planapo._core import InvalidArgument
from planapo._image import Facts, Image, origin_of, other_voxels
from planapo._options import Progress
from planapo._series_checks import (
    check_item_axes,
    check_item_shape,
    check_overlap,
    check_whole_shape,
    checked_axes_of,
    checked_out,
    length_of,
    refuse_names,
)


class SeriesRun:
    """Reads `images` one by one and writes to `out`, a new array if that is None.

    `look` is shown each image before it is restored. A list is not asked for an item twice.
    """

    def __init__(self, images: Any, out: Any, rank: int, look: Callable[[Any], None]) -> None:
        self._images, self._rank, self._look = images, rank, look
        self._count = length_of("images", images)
        self._given_out = out
        if self._count == 0:
            raise InvalidArgument("images is empty: it has a length of 0.")
        self.channels = self._count if checked_axes_of(images, rank).startswith("C") else 1
        known, self._first = getattr(images, "shape", None), None
        if known is not None:
            check_whole_shape(tuple(known), rank)
            self._shape = tuple(known)[1:]
        else:
            self._first = images[0]
            self._shape = self._checked(0, self._first).shape
        dtype = getattr(images, "dtype", None) if known is not None else None
        native = isinstance(dtype, np.dtype) and dtype == np.uint16
        self._dtype = "uint16" if native else "float32"
        if out is not None:
            checked_out(out, images, (self._count, *self._shape))
        # Now: results may be written over the images.
        self._whole = (images._facts, origin_of(images)) if isinstance(images, Image) else None
        self._items: list[tuple[Facts | None, dict[str, Any]]] = []
        self._reports: list[tuple[_core.DeconvolveReport, float]] = []

    def run(
        self, plan: _core.Deconvolver, progress: Progress | None
    ) -> list[tuple[_core.DeconvolveReport, float]]:
        """Return a report and the seconds for each image; the results are in `out`."""
        new = self._given_out is None
        self.out = np.empty((self._count, *self._shape), np.float32) if new else self._given_out
        shape = (1, *self._shape)[-3:]
        self._began = time.perf_counter()
        _core.run_series(
            plan, shape, self._count, self.channels, self._dtype, self._read, self._write, progress
        )
        if new and (self._whole is not None or self.facts is not None):
            self.out = self.out.view(Image)
        return self._reports

    @property
    def facts(self) -> Facts | None:
        """What is known of all images together; of a list of Images, what all of them say."""
        if self._whole is not None:
            return self._whole[0]
        known = [None if facts is None else other_voxels(facts) for facts, _ in self._items]
        first = known[0] if known else None
        if first is None or any(facts != first for facts in known):
            return None
        return replace(first, axes=f"T{first.axes}")

    @property
    def origin(self) -> dict[str, Any]:
        """Where the images come from; those of a list that differ are told one by one."""
        if self._whole is not None:
            return self._whole[1]
        told: list[dict[str, Any]] = []
        for _, origin in self._items:
            if origin not in told[-1:]:
                told.append(origin)
        return told[0] if len(told) == 1 else {"images": told}

    def _name(self, index: int) -> str:
        """What the library calls an image too."""
        if self.channels == 1:
            return f"Image {index + 1} of {self._count}"
        return f"Image 1 of 1 in channel {index + 1} of {self._count}"

    def _checked(self, index: int, item: Any) -> np.ndarray:
        name = self._name(index)
        refuse_names(name, item)
        check_item_axes(name, item, self._rank)
        values = real_array(name, item)
        check_item_shape(name, values.shape, self._rank)
        return values

    def _read(self, index: int, into: np.ndarray) -> None:
        item = self._images[index] if self._first is None else self._first
        self._first = None
        name, values = self._name(index), self._checked(index, item)
        if values.shape != self._shape:
            raise InvalidArgument(
                f"{name} has the shape {values.shape}, but the first {self._shape}: "
                "the images of a series have one shape."
            )
        if self._dtype == "uint16" and values.dtype != np.uint16:
            raise InvalidArgument(f"{name} is of {values.dtype}, but images of uint16.")
        if self._images is not self._given_out:
            check_overlap(name, item, self._given_out)
        if self._whole is None:
            self._items.append((item._facts if isinstance(item, Image) else None, origin_of(item)))
            self._look(item)
        self._take(name, values, into.reshape(self._shape))

    def _take(self, name: str, values: np.ndarray, into: np.ndarray) -> None:
        if self._dtype == "float32":
            values = volume(name, np.asarray(values), into)
        if values is not into:
            np.copyto(into, values)

    def _write(self, index: int, result: np.ndarray, report: _core.DeconvolveReport) -> None:
        now = time.perf_counter()
        self._reports.append((report, now - self._began))
        self._began = now
        result = result.reshape(self._shape)
        # Only NumPy is known to copy at once; the memory is planapo's.
        self.out[index] = result if isinstance(self.out, np.ndarray) else result.copy()
