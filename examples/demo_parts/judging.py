"""What a restoration is worth: how wide spots are, and on how fine a detail two halves agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import planapo as pa

from demo_parts.recordings import Recording

LEAST_SPOTS = 20
MARGIN_PX = 20  # restored around the box that is judged: beyond the reach of the PSF's core


@dataclass(frozen=True)
class Judgement:
    """Resolution of one image of the recording, before or after.

    Attributes
    ----------
    spots : SpotWidths
        Full widths at half maximum, in micrometres.
    lateral, axial : FourierCorrelation
        Of the two halves.
    nrmse : float or None
        Error against the truth, where there is one.
    """

    spots: pa.metrics.SpotWidths
    lateral: pa.metrics.FourierCorrelation
    axial: pa.metrics.FourierCorrelation
    nrmse: float | None


class Judge:
    """Finds spots and divides the photons once, then judges any restoration of the recording by them."""

    def __init__(self, recording: Recording, psf: pa.Image) -> None:
        self._recording = recording
        # A box of twice the PSF's width around a spot shows enough of what it stands on.
        self._radius_px = [int(np.ceil(2 * width)) for width in pa.psf.fwhm(psf, voxel_um=1.0)]
        self._spots = self._spots_of_light(psf)
        self.gain = pa.metrics.photon_gain(
            recording.raw, background=recording.camera_offset, read_noise=recording.read_noise
        )
        halves = pa.metrics.split_photons(
            recording.raw, background=recording.camera_offset, gain=self.gain, read_noise=recording.read_noise
        )
        self._box = tuple(
            slice(max(0, s.start - MARGIN_PX), min(n, s.stop + MARGIN_PX))
            for s, n in zip(recording.inside, recording.image.shape)
        )
        self._halves = [np.ascontiguousarray(recording.to_image(half)[self._box]) for half in halves]

    def _spots_of_light(self, psf: pa.Image) -> np.ndarray:
        """Find isolated spots; what is narrower than half the PSF is a hot pixel, not light."""
        image = self._recording.image
        found = pa.metrics.find_spots(
            image, count=LEAST_SPOTS, radius_px=self._radius_px, valid=self._recording.valid
        )
        widths_px = pa.metrics.spot_widths(image, found, radius_px=self._radius_px).widths
        of_light = (widths_px > 0.5 * np.array(pa.psf.fwhm(psf, voxel_um=1.0))).all(axis=1)
        if of_light.sum() < LEAST_SPOTS:
            raise ValueError(f"Only {of_light.sum()} of {len(found)} spots are as wide as light can be.")
        return found[of_light]

    def judge(self, image: np.ndarray, restore: pa.Deconvolver | None = None) -> Judgement:
        """Judge `image`; `restore` is what made it, and is run on each half as well."""
        recording = self._recording
        halves = self._halves if restore is None else [restore(half) for half in self._halves]
        inner = tuple(slice(s.start - b.start, s.stop - b.start) for s, b in zip(recording.inside, self._box))

        def correlation(sector: str) -> pa.metrics.FourierCorrelation:
            first, second = (half[inner] for half in halves)
            return pa.metrics.fourier_shell_correlation(
                first, second, voxel_um=recording.image.voxel_um, sector=sector
            )

        return Judgement(
            spots=pa.metrics.spot_widths(
                image, self._spots, radius_px=self._radius_px, voxel_um=recording.image.voxel_um
            ),
            lateral=correlation("lateral"),
            axial=correlation("axial"),
            nrmse=None if recording.truth is None else pa.metrics.nrmse(image, recording.truth),
        )
