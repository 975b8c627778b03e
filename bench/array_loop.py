"""Matched Richardson-Lucy as people write it, once, for every library that counts as an array module.

The same iteration as planapo's with boundary="wrap": two circular convolutions in float32, a ratio, an
update.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from tools import Prepare, Restore

FLOOR = 1e-4  # smallest value of the estimate and of what it is compared with, as planapo is told too
_AXES = (0, 1, 2)


@dataclass(frozen=True)
class Library:
    """An array module, and where its arrays lie."""

    module: ModuleType
    put: Callable[[np.ndarray], Any]
    wait: Callable[[], object] = lambda: None  # until all that was asked for is done
    axes: str = "axes"  # what the module calls the axes of a transform

    def forward(self, volume: Any) -> Any:
        return self.module.fft.rfftn(volume, **{self.axes: _AXES})

    def inverse(self, spectrum: Any, shape: tuple[int, ...]) -> Any:
        return self.module.fft.irfftn(spectrum, s=shape, **{self.axes: _AXES})

    def at_least(self, volume: Any, least: float, **out: Any) -> Any:
        return self.module.clip(volume, least, None, **out)

    def conjugate(self, spectrum: Any) -> Any:
        # PyTorch's conj() only notes that somebody must do it: at every use.
        return getattr(self.module, "conj_physical", self.module.conj)(spectrum)


def numpy_library() -> Library:
    return Library(np, np.asarray)


def cupy_library() -> Library:
    import cupy

    return Library(cupy, cupy.asarray, lambda: cupy.cuda.Device().synchronize())


def torch_library(device: str) -> Library:
    import torch

    return Library(
        torch,
        lambda array: torch.from_numpy(array).to(device),
        torch.cuda.synchronize if device.startswith("cuda") else lambda: None,
        "dim",
    )


def on(library: Callable[[], Library]) -> Prepare:
    """The loop, on what `library` makes when the tool is wanted."""
    return partial(_prepare, library=library)


def _prepare(
    image: np.ndarray, psf: np.ndarray, iterations: int, *, library: Callable[[], Library]
) -> Restore:
    on = library()
    observed = on.put(image)
    otf = on.forward(on.put(placed(psf, image.shape)))
    conjugate = on.conjugate(otf)

    def convolved(volume: Any, transfer: Any) -> Any:
        spectrum = on.forward(volume)
        spectrum *= transfer
        return on.inverse(spectrum, image.shape)

    def restore() -> np.ndarray:
        estimate = on.at_least(observed, FLOOR)
        for _ in range(iterations):
            expected = convolved(estimate, otf)
            on.at_least(expected, FLOOR, out=expected)
            ratio = on.module.divide(observed, expected, out=expected)
            estimate *= convolved(ratio, conjugate)
            on.at_least(estimate, FLOOR, out=estimate)
        on.wait()
        return estimate

    return restore


def placed(psf: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The PSF with sum 1 on the image's grid, its middle at the origin."""
    kernel = np.zeros(shape, np.float32)
    kernel[tuple(slice(n) for n in psf.shape)] = psf / psf.sum()
    return np.roll(kernel, [-(n // 2) for n in psf.shape], axis=_AXES)
