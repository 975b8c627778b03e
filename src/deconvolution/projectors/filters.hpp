// The back projectors as spectra on a PSF's own grid.
#pragma once

#include <array>

#include "../small_spectrum.hpp"

namespace planapo {

/// z, y, x, in voxels.
using Widths = std::array<double, 3>;

void make_gaussian(SmallSpectrum& spectrum, const Widths& fwhm_px);
void make_butterworth(SmallSpectrum& spectrum, const Widths& fwhm_px, double beta, int order);

// These start from the PSF's own spectrum, its OTF.

/// conj(F) / (|F|^2 + alpha), F relative to its largest.
void make_wiener(SmallSpectrum& spectrum, double alpha);

/// The same, damped outside the ellipsoid through the cutoffs.
void make_wiener_butterworth(SmallSpectrum& spectrum, const Widths& fwhm_px, double alpha, double beta, int order);

/// The same, ended where the OTF ends, whatever its shape.
void make_masked_wiener(SmallSpectrum& spectrum, double alpha);

}  // namespace planapo
