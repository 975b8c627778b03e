"""How good is a restoration? Error against a truth, resolution from spots, and resolution from correlation.

With a truth: `nrmse`, `psnr`, `ssim`. Without one: the width of isolated spots (`fwhm`, `find_spots`,
`spot_widths`) and the Fourier shell correlation of two independent halves of the photons
(`two_halves_resolution`). Everything here needs NumPy only and works in float64.

Arrays are (Z, Y, X) or (Y, X); physical lengths are micrometres, given per axis in the same order.
"""

from planapo.metrics.correlation import (
    FourierCorrelation,
    fourier_ring_correlation,
    fourier_shell_correlation,
)
from planapo.metrics.error import nrmse, psnr, ssim
from planapo.metrics.halves import photon_gain, split_photons, two_halves_resolution
from planapo.metrics.spots import SpotWidths, data_mask, find_spots, spot_widths
from planapo.metrics.width import fwhm

__all__ = [
    "FourierCorrelation",
    "SpotWidths",
    "data_mask",
    "find_spots",
    "fourier_ring_correlation",
    "fourier_shell_correlation",
    "fwhm",
    "nrmse",
    "photon_gain",
    "psnr",
    "split_photons",
    "spot_widths",
    "ssim",
    "two_halves_resolution",
]
