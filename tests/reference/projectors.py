"""Back projectors of Richardson-Lucy, naive and in double precision: what planapo is tested against.

A PSF's origin is index n // 2 of each axis. A projector is built in frequency space on the PSF's own grid, so
that it depends on the PSF alone, and handed back with an odd shape and its origin in the middle.
Source: Guo et al., Nature Biotechnology 38, 1337 (2020), https://doi.org/10.1038/s41587-020-0560-x
"""

import numpy as np
from otf_support import distance


def place(kernel, grid_shape):
    """Put a kernel with origin n // 2 onto a periodic grid with origin 0; what aliases is added."""
    grid = np.zeros(grid_shape)
    offsets = [(np.arange(n) - n // 2) % size for n, size in zip(kernel.shape, grid_shape)]
    np.add.at(grid, np.ix_(*offsets), kernel)
    return grid


def padded_to_odd(psf):
    """The PSF with a plane of zeros behind each even axis: offsets -r..r, so that a flip is exact."""
    return np.pad(psf, [(0, 1 - n % 2) for n in psf.shape])


def shared_to_odd(kernel):
    """A periodic kernel on offsets -r..r: an even axis' plane n/2 is both -r and +r, and each takes half."""
    for axis, n in enumerate(kernel.shape):
        if n % 2 == 0:
            edge = np.take(kernel, [0], axis) / 2
            kernel = np.concatenate([edge, np.take(kernel, range(1, n), axis), edge], axis)
    return kernel


def fwhm_px(psf):
    """Full widths at half maximum (pixels) along the axes through the peak; outside its array a PSF is 0."""
    peak = np.unravel_index(np.argmax(psf), psf.shape)
    widths = []
    for axis in range(psf.ndim):
        line = psf[tuple(slice(None) if a == axis else p for a, p in enumerate(peak))]
        line = np.pad(line, 1) / line[peak[axis]]
        top = peak[axis] + 1
        right = top + np.argmax(line[top:] < 0.5)
        left = top - np.argmax(line[top::-1] < 0.5)
        upper = right - (0.5 - line[right]) / (line[right - 1] - line[right])
        lower = left + (0.5 - line[left]) / (line[left + 1] - line[left])
        widths.append(upper - lower)
    return np.array(widths)


def squared_radius(shape, cutoff):
    """w = sum over the axes of (f_d / cutoff_d)^2 on the FFT's frequencies (cycles per pixel)."""
    axes = [(np.fft.fftfreq(n) / c) ** 2 for n, c in zip(shape, cutoff)]
    return sum(np.meshgrid(*axes, indexing="ij"))


def butterworth_gain(shape, cutoff, strength, order):
    """1 / sqrt(1 + strength w^order); the power is capped where the gain is zero anyway."""
    power = np.minimum(squared_radius(shape, cutoff), 1e15) ** order
    return 1 / np.sqrt(1 + strength * power)


def gain_at_x_cutoff(gain, cutoff_x):
    """Greatest |gain| over ky at kz = 0 and the frequency nearest to the x cutoff, at most the last one."""
    n = gain.shape[2]
    index = min(int(np.floor(cutoff_x * n + 0.5)), n // 2)
    return np.abs(gain[0, :, index]).max()


def window(method, otf, wiener, psf, beta, order):
    """What a Wiener filter is multiplied by."""
    if method == "wiener":
        return 1
    if method == "omw":
        beyond = np.clip((distance(np.abs(otf)) - 0.8) / (1 - 0.8), 0, 1)
        return np.cos(np.pi / 2 * beyond) ** 2
    if method != "wiener-butterworth":
        raise ValueError(f"no back projector is called {method!r}")
    width = fwhm_px(psf)
    # A Wiener gain already under beta at the cutoff needs no further damping.
    strength = max((gain_at_x_cutoff(wiener, 1 / width[2]) / beta) ** 2 - 1, 0)
    return butterworth_gain(psf.shape, 1 / width, strength, order)


def back_projector(psf, method, *, alpha=0.01, beta=0.1, order=8):
    """Kernel of the back projector, float64, sum 1, shape odd on every axis. Methods: see the branches."""
    psf = np.asarray(psf, dtype=np.float64)
    psf = psf / psf.sum()
    if method == "matched":
        return padded_to_odd(psf)[::-1, ::-1, ::-1]
    if method == "gaussian":
        sigma = fwhm_px(psf) / np.sqrt(8 * np.log(2))
        spectrum = np.exp(-2 * np.pi**2 * squared_radius(psf.shape, 1 / sigma))
    elif method == "butterworth":
        spectrum = butterworth_gain(psf.shape, 1 / fwhm_px(psf), 1 / beta**2 - 1, order)
    else:
        otf = np.fft.fftn(place(psf, psf.shape))
        otf = otf / np.abs(otf).max()
        wiener = otf.conj() / (np.abs(otf) ** 2 + alpha)
        spectrum = wiener * window(method, otf, wiener, psf, beta, order)
    kernel = shared_to_odd(np.fft.fftshift(np.fft.ifftn(spectrum).real))
    return kernel / kernel.sum()
