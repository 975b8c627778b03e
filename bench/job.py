"""The job that every tool gets: an object, blurred without wrapping and counted in photons, and its PSF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import planapo as pa

SHAPE = (64, 256, 256)
PSF_WIDTH = 31
PSF_FWHM_PX = (8.0, 4.0, 4.0)
PHOTONS = 200.0  # in the brightest voxel of the blurred object
HAZE = 0.01  # of the brightest voxel: light everywhere, as in every real recording


@dataclass(frozen=True)
class Job:
    """Image and PSF as a tool gets them, and the truth that it does not see."""

    image: np.ndarray
    psf: np.ndarray
    truth: np.ndarray

    def save(self, path: Path) -> None:
        """Write it for other processes."""
        np.savez(path, image=self.image, psf=self.psf, truth=self.truth)

    @classmethod
    def load(cls, path: Path) -> Job:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(arrays["image"], arrays["psf"], arrays["truth"])


def make() -> Job:
    """Draw, blur and record the object; it goes on beyond the image, as objects do."""
    margin = PSF_WIDTH // 2
    field = tuple(n + 2 * margin for n in SHAPE)
    psf = np.asarray(pa.psf.gaussian(PSF_FWHM_PX, shape=(PSF_WIDTH,) * 3), np.float32)
    light = pa.phantoms.filaments(field, radius_um=1.0, count=40, seed=1)
    light += 3 * pa.phantoms.beads(field, radius_um=1.5, count=60, seed=2)
    blurred = _inner(pa.phantoms.blur(light, psf), margin)
    brightest = float(blurred.max())
    truth = (_inner(light, margin) / brightest + HAZE) * PHOTONS
    image = pa.phantoms.noise((blurred / brightest + HAZE) * PHOTONS, seed=3)
    return Job(np.ascontiguousarray(image), psf, np.ascontiguousarray(truth))


def _inner(volume: np.ndarray, margin: int) -> np.ndarray:
    return volume[(slice(margin, -margin),) * volume.ndim]
