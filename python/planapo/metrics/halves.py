"""Resolution of a restoration from two halves of the photons, restored separately."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from planapo._arrays import finite_array
from planapo._core import InvalidArgument
from planapo._random import plane_generator
from planapo.metrics._check import at_least, positive
from planapo.metrics._shells import Sector, raised_cosine
from planapo.metrics.correlation import FourierCorrelation, fourier_shell_correlation

NOISE_CORRELATION_ALLOWED = 0.05  # well below the 1/7 threshold
SPLIT = 1  # the purpose of the draws, see plane_generator


def two_halves_resolution(
    image: ArrayLike,
    restore: Callable[[np.ndarray], ArrayLike],
    *,
    background: float = 0.0,
    gain: float = 1.0,
    read_noise: float = 0.0,
    voxel_um: float | Sequence[float] | None = None,
    margin_px: int | Sequence[int] = 0,
    taper: float = 0.5,
    sector: Sector = "all",
    seed: int = 0,
) -> FourierCorrelation:
    """Split the photons of one image into two independent halves, restore each, and correlate the results.

    What a restoration makes of noise differs between the halves and does not correlate, however sharp it
    looks; only detail that both halves support does. The image must be split **before** anything is restored:
    halves of a restored image share its artefacts.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image as the camera recorded it. Deskewing, interpolation and filters correlate the noise of
        neighbours, so that halves are no longer independent: do them inside `restore`.
    restore : callable
        Takes one half, a float32 array of the image's shape, and returns the restored half (any shape, the
        same for both). A half looks like an image recorded by the same camera in half the exposure time, with
        the same `background`: pass the very function that restores the whole image. It is called twice.
    background, gain, read_noise, seed
        See `split_photons`. If `gain` is not known, `photon_gain` estimates it.
    voxel_um : float or sequence of float, optional
        Voxel size of what `restore` returns, in micrometres.
    margin_px, taper, sector
        See `fourier_shell_correlation`.

    Returns
    -------
    FourierCorrelation
        Of the two restored halves. The whole image holds twice their photons, so the resolution is a cautious
        one.

    Raises
    ------
    InvalidArgument
        If a value is not finite, a parameter is out of range, or the restored halves cannot be compared.

    Warns
    -----
    RuntimeWarning
        If the noise of the two halves correlates by more than 0.05 before anything is restored, in the
        corners of the lateral spectrum that no optics reaches when the pixels are small enough.

    Notes
    -----
    Correlation shows what repeats, which is not always what is true: a method that is not linear can make the
    same false detail of the same coarse structure in both halves, and a wrong PSF blurs both alike. More
    iterations can therefore raise the figure of a real object beyond what the optics passed; of pure noise
    they cannot.

    References
    ----------
    .. [1] S. Koho et al., "Fourier ring correlation simplifies image restoration in fluorescence microscopy",
       Nat. Commun. 10, 3103 (2019). doi:10.1038/s41467-019-11024-z

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> photons = np.random.default_rng(0).poisson(50.0, (64, 64))  # no object: nothing to resolve
    >>> pa.metrics.two_halves_resolution(photons, lambda half: half**2).resolution()
    inf
    """
    first, second = split_photons(image, background=background, gain=gain, read_noise=read_noise, seed=seed)
    _warn_if_noise_correlates(first, second)
    return fourier_shell_correlation(
        restore(first), restore(second), voxel_um=voxel_um, margin_px=margin_px, taper=taper, sector=sector
    )


def split_photons(
    image: ArrayLike,
    *,
    background: float = 0.0,
    gain: float = 1.0,
    read_noise: float = 0.0,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Split each photon of an image at random into one of two halves, which then have independent noise.

    The photons of a voxel, n = (image - background) / gain, are drawn binomially (p = 1/2): of Poisson counts
    both parts are Poisson and independent. Values between integers are rounded up or down at random, in
    proportion, and the rest is divided equally. Read noise is not made of photons: alone, the split would
    leave its variance σ² common to both halves, as a correlation; a normal variate of variance σ²/4, added to
    one half and taken from the other, cancels that exactly.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image as recorded, of variance ``gain * (mean - background) + (gain * read_noise)**2`` per voxel.
    background : float, default 0
        Camera offset in the units of `image`: what is there without a photon. Not the stray light, which has
        photons.
    gain : float, default 1
        Units of `image` per photo-electron, above 0. It matters: with a wrong one the noise of the halves
        correlates (too small a gain, positively).
    read_noise : float, default 0
        Standard deviation, in photo-electrons.
    seed : int, default 0
        The draws depend on it and on the plane only.

    Returns
    -------
    first, second : ndarray of float32
        Of the shape and in the units of `image`, each with the whole `background` and half of the photons:
        ``first + second - background`` is `image` again.

    Raises
    ------
    InvalidArgument
        If a value is not finite or a parameter is out of range.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> image = np.random.default_rng(0).poisson(20.0, (64, 64)) + 100.0
    >>> first, second = pa.metrics.split_photons(image, background=100)
    >>> bool((first + second - 100 == image).all())
    True
    >>> bool(abs(np.corrcoef(first.flat, second.flat)[0, 1]) < 0.05)
    True
    """
    recorded = finite_array("image", image, (2, 3))
    offset = at_least("background", background, -np.inf)
    scale, noise = positive("gain", gain), at_least("read_noise", read_noise, 0.0)
    first = np.empty(recorded.shape, dtype=np.float32)
    second = np.empty_like(first)
    planes = recorded.reshape(-1, *recorded.shape[-2:])
    parts = zip(first.reshape(planes.shape), second.reshape(planes.shape), planes)
    for index, (into_first, into_second, plane) in enumerate(parts):
        photons = (plane - offset) / scale
        difference = _half_difference(photons, noise, plane_generator(seed, index, purpose=SPLIT))
        into_first[...] = offset + scale * (0.5 * photons + difference)
        into_second[...] = offset + scale * (0.5 * photons - difference)
    return first, second


def photon_gain(image: ArrayLike, *, background: float, read_noise: float = 0.0) -> float:
    """Estimate the camera's gain from one image, by the noise where no optics passes a signal.

    The lateral frequencies beyond 1/2 cycle per pixel (the corners of the spectrum) hold noise only if the
    pixels are no larger than λ / (4 NA). There, the variance is ``gain * (mean - background) + (gain *
    read_noise)**2``.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array_like of real
        Image as recorded: not interpolated, deskewed or filtered, not binned below the sampling limit.
    background : float
        Camera offset in the units of `image`.
    read_noise : float, default 0
        Standard deviation, in photo-electrons.

    Returns
    -------
    float
        Units of `image` per photo-electron.

    Raises
    ------
    InvalidArgument
        If the image holds no more than `background` on average, has no noise, or a value is not finite.

    References
    ----------
    .. [1] R. Heintzmann, P. K. Relich, R. P. J. Nieuwenhuizen, K. A. Lidke, B. Rieger, "Calibrating photon
    counts
       from a single image" (2016). arXiv:1611.05654

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> image = 2.2 * np.random.default_rng(0).poisson(40.0, (8, 64, 64)) + 98
    >>> round(pa.metrics.photon_gain(image, background=98), 1)
    2.2
    """
    recorded = finite_array("image", image, (2, 3))
    noise = at_least("read_noise", read_noise, 0.0)
    window = _hann(recorded.shape)
    weight = window**2 / (window**2).sum()
    planes = recorded.reshape(-1, *recorded.shape[-2:])
    signal = float(np.mean([((plane - background) * weight).sum() for plane in planes]))
    variance = float(np.mean([(np.abs(c) ** 2).mean() for c in map(_corners, planes)]))
    if signal <= 0 or variance <= 0:
        raise InvalidArgument(
            f"The gain cannot be estimated: the image lies {signal:.4g} above background and its noise has "
            f"the variance {variance:.4g}, but both must be above 0."
        )
    # The positive root of gain² read_noise² + gain signal = variance, in a form that suits read_noise = 0.
    return 2 * variance / (signal + float(np.sqrt(signal**2 + 4 * variance * noise**2)))


def _half_difference(photons: np.ndarray, read_noise: float, draw: np.random.Generator) -> np.ndarray:
    """Half of what the first half has more than the second, in photons; variance (n + read_noise²) / 4."""
    positive_part = np.maximum(photons, 0.0)
    whole = np.floor(positive_part + draw.random(photons.shape)).astype(np.int64)
    difference = draw.binomial(whole, 0.5) - 0.5 * whole
    if read_noise > 0.0:
        difference += draw.normal(0.0, 0.5 * read_noise, photons.shape)
    return difference


def _warn_if_noise_correlates(first: np.ndarray, second: np.ndarray) -> None:
    if min(first.shape[-2:]) < 8:
        return  # too few coefficients in the corners to tell
    cross = power_first = power_second = 0.0
    count = 0
    pairs = zip(first.reshape(-1, *first.shape[-2:]), second.reshape(-1, *second.shape[-2:]))
    for a, b in ((_corners(plane_a), _corners(plane_b)) for plane_a, plane_b in pairs):
        cross += float((a * b.conj()).real.sum())
        power_first += float((np.abs(a) ** 2).sum())
        power_second += float((np.abs(b) ** 2).sum())
        count += a.size
    if power_first * power_second == 0.0:
        return
    correlation = cross / np.sqrt(power_first * power_second)
    # A Hann window leaves about a quarter of the coefficients of a plane independent.
    if abs(correlation) > max(NOISE_CORRELATION_ALLOWED, 4 / np.sqrt(count / 4)):
        reason = "gain is too small or read_noise is missing" if correlation > 0 else "gain is too large"
        warnings.warn(
            f"The noise of the two halves correlates by {correlation:.2f} before anything is restored, so "
            f"their resolution cannot be trusted: {reason}, or the image was interpolated or filtered after "
            "it was recorded, or its pixels are too large for its optics.",
            RuntimeWarning,
            stacklevel=3,
        )


def _corners(plane: np.ndarray) -> np.ndarray:
    """Coefficients beyond 1/2 cycle per pixel, scaled so that white noise has its variance as mean square."""
    window = _hann(plane.shape)
    spectrum = np.fft.fft2((plane - plane.mean()) * window) / np.sqrt((window**2).sum())
    y, x = (np.fft.fftfreq(n) for n in plane.shape)
    return spectrum[y[:, None] ** 2 + x[None, :] ** 2 > 0.25]


def _hann(shape: tuple[int, ...]) -> np.ndarray:
    return np.outer(raised_cosine(shape[-2], 0.5), raised_cosine(shape[-1], 0.5))
