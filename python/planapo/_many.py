"""Images with time points and channels: each volume or plane of them restored, and put back where it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from planapo._arrays import real_array
from planapo._core import InvalidArgument
from planapo._deconvolver import Deconvolver
from planapo._image import Image, checked_axes, origin_of
from planapo._options import Progress
from planapo._words import counted

Make = Callable[..., Deconvolver]  # of a PSF, and of how many iterations where that is decided


def is_listed(psf: Any) -> bool:
    """Whether there is a PSF for each channel, and not one."""
    return isinstance(psf, (list, tuple)) and len(psf) > 0 and all(hasattr(each, "ndim") for each in psf)


def axes_of_image(image: Any, axes: str | None) -> str:
    """Return one letter an axis: as given, as the image knows, else ZYX or YX."""
    if axes is None and isinstance(image, Image) and image.axes is not None:
        return image.axes
    rank = getattr(image, "ndim", None)
    if axes is None and (rank is None or rank < 4):
        return "ZYX"[-rank:] if rank else ""
    return checked_axes(np.ndim(image), axes)


def is_many(psf: Any, axes: str) -> bool:
    """Whether volumes or planes of these axes are what the PSF, or each of several, is for."""
    if is_listed(psf):
        return True
    space = len(set(axes) & set("ZYX"))
    return bool(set(axes) & set("TC")) and getattr(psf, "ndim", space) == space


def restore_many(
    image: Any, psf: Any, axes: str, make: Make, mask: Any, progress: Progress | None
) -> np.ndarray:
    """Return the restored image: time points of one channel share what its first one decides."""
    values = real_array("image", image)
    ordered = _in_order(values, axes)
    trust = None if mask is None else _in_order(_spread(mask, values.shape), axes)
    channels = len(ordered)
    psfs = list(psf) if is_listed(psf) else [psf] * channels
    if len(psfs) != channels:
        raise InvalidArgument(f"There are {counted(len(psfs), 'PSF')} for {counted(channels, 'channel')}.")
    out = np.empty(values.shape, np.float32)
    results = _in_order(out, axes)
    plans = []
    for channel, kernel in enumerate(psfs):
        told = _part_of(progress, channel, channels)
        if trust is None:
            plan = make(kernel)
            plan.series(ordered[channel], out=_Frames(results[channel]), progress=told)
        else:
            plan = _restore_masked(ordered[channel], trust[channel], results[channel], kernel, make)
        plans.append(plan)
    return _with_facts(out, image, plans)


class _Frames:
    """Frames of an array that need not be contiguous, as a series writes them."""

    def __init__(self, frames: np.ndarray) -> None:
        self._frames = frames

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> np.ndarray:
        return self._frames[index]

    def __setitem__(self, index: int, result: np.ndarray) -> None:
        self._frames[index] = result


def _restore_masked(
    frames: np.ndarray, trust: np.ndarray, results: np.ndarray, psf: Any, make: Make
) -> Deconvolver:
    plan = make(psf)
    for index, frame in enumerate(frames):
        results[index] = plan(frame, mask=trust[index])
        if index == 0 and len(frames) > 1:
            assert plan.report is not None
            plan = make(psf, iterations=plan.report.iterations)
    return plan


def _spread(mask: Any, shape: tuple[int, ...]) -> np.ndarray:
    values = np.asarray(mask)
    if values.shape != shape[len(shape) - values.ndim :]:
        raise InvalidArgument(f"mask has the shape {values.shape}, but the image {shape}.")
    return np.broadcast_to(values, shape)


def _in_order(values: np.ndarray, axes: str) -> np.ndarray:
    """A view (C, T, [Z,] Y, X); an axis that is not there has one item."""
    space = [axis for axis in "ZYX" if axis in axes]
    ordered = values.transpose([axes.index(axis) for axis in [*(a for a in "CT" if a in axes), *space]])
    for place, axis in enumerate("CT"):
        if axis not in axes:
            ordered = np.expand_dims(ordered, place)
    return ordered


def _part_of(progress: Progress | None, channel: int, channels: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total: progress(channel * total + done, channels * total)


def _with_facts(out: np.ndarray, image: Any, plans: list[Deconvolver]) -> np.ndarray:
    """Of an `Image` an `Image` that knows how it was made: by the first time point of each channel."""
    if not isinstance(image, Image) or image._facts is None:
        return out
    firsts = [plan.reports[0] if plan.reports else plan.report for plan in plans]
    facts = plans[0]._facts_of(image._facts, origin_of(image), [each for each in firsts if each is not None])
    assert facts is not None and isinstance(facts.provenance, dict)
    if len(plans) > 1:
        facts.provenance["psf"] = {"psfs": [plan._psf_origin for plan in plans]}
    result = out.view(Image)
    result._facts = facts
    return result
