"""A run on an image that lies on a device."""

from __future__ import annotations

from typing import Any

from planapo import _core
from planapo._arrays import check_ranks
from planapo._core import InvalidArgument
from planapo._device_array import DeviceArray, borrow, device_of
from planapo._options import Progress


def run_on_device(
    plan: _core.Deconvolver, image: Any, out: Any, rank: int, progress: Progress | None
) -> tuple[Any, _core.DeconvolveReport]:
    """Return the result, on the plan's device, and the report."""
    stream = _core.Stream(plan.device)
    source = borrow("image", image, plan.device, stream)
    check_ranks(len(source.shape), rank)
    if out is None:
        target = _core.DeviceArray(source.shape, plan.device)
    elif device_of(out) != plan.device:
        raise InvalidArgument(f"out must lie where the image lies, on {plan.device}.")
    else:
        target = borrow("out", out, plan.device, stream)
    if target.shape != source.shape or not target.writable:
        raise InvalidArgument(
            f"out must be writable and of the image's shape {source.shape}, but is {target.shape}."
        )
    report = plan.run_on_device(source, target, progress, stream)
    return (DeviceArray(target) if out is None else out), report
