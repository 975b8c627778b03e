"""What optics and camera make of an object: blur by a PSF, photon noise, read noise, gain and offset."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from planapo._arrays import finite_array
from planapo._core import InvalidArgument
from planapo._random import plane_generator
from planapo.metrics._check import at_least, positive

NOISE = 4  # the purpose of the draws, see plane_generator


def blur(image: ArrayLike, psf: ArrayLike) -> np.ndarray:
    """Convolve an object with a point-spread function, in float64, without wrapping.

    Parameters
    ----------
    image : (Z, Y, X) array_like of real
        The object. Outside of it there is nothing.
    psf : (z, y, x) array_like of real
        Point-spread function on the voxels of `image`, of any size. Its origin is index n//2 on each axis. It
        is divided by its sum, so that blurring keeps the photons (apart from those that leave the image).

    Returns
    -------
    (Z, Y, X) ndarray of float32
        Of the shape of `image`.

    Raises
    ------
    InvalidArgument
        If the ranks differ, a value is not finite, or the PSF does not have a sum above 0.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> point = np.zeros((1, 1, 7))
    >>> point[0, 0, 1] = 8
    >>> pa.phantoms.blur(point, np.array([[[1, 2, 1]]])).round(6).ravel()
    array([2., 4., 2., 0., 0., 0., 0.], dtype=float32)
    """
    signal, kernel = finite_array("image", image), finite_array("psf", psf)
    if signal.ndim != kernel.ndim:
        raise InvalidArgument(
            f"image and psf must have as many axes, but have the shapes {signal.shape} and {kernel.shape}."
        )
    kernel = kernel / positive("The sum of psf", float(kernel.sum()))
    axes = tuple(range(signal.ndim))
    padded = tuple(_smooth_size(n + m - 1) for n, m in zip(signal.shape, kernel.shape))
    spectrum = np.fft.rfftn(signal, padded, axes=axes) * np.fft.rfftn(kernel, padded, axes=axes)
    full = np.fft.irfftn(spectrum, padded, axes=axes)
    same = full[tuple(slice(m // 2, m // 2 + n) for n, m in zip(signal.shape, kernel.shape))]
    if signal.min() >= 0 and kernel.min() >= 0:
        same = np.maximum(same, 0)  # rounding leaves values near -1e-17, which no Poisson process takes
    return same.astype(np.float32)


def noise(
    image: ArrayLike,
    *,
    photons: float | None = None,
    background: float = 0.0,
    read_noise: float = 0.0,
    gain: float = 1.0,
    offset: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Record with a camera: ``gain * (Poisson(signal + background) + Normal(0, read_noise)) + offset``.

    Parameters
    ----------
    image : (Z, Y, X) array_like of real
        Expected light, >= 0.
    photons : float, optional
        Expected photo-electrons in the brightest voxel, to which the image is scaled. Default: the image is
        in photo-electrons.
    background : float, default 0
        Photo-electrons of stray light per voxel, >= 0; they have photon noise as well.
    read_noise : float, default 0
        Standard deviation, in photo-electrons.
    gain : float, default 1
        Units of the result per photo-electron.
    offset : float, default 0
        What the camera gives without light, in units of the result.
    seed : int, default 0
        The draws depend on it and on the plane only.

    Returns
    -------
    (Z, Y, X) ndarray of float32
        Neither rounded nor clipped: read noise may take it below `offset`.

    Raises
    ------
    InvalidArgument
        If a value is negative or not finite, or `photons` is given for an image of zeros.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> recorded = pa.phantoms.noise(np.ones((4, 64, 64)), photons=100, gain=2, offset=98)
    >>> round(float(recorded.mean())), round(float(recorded.std()))  # 2·100 + 98, 2·√100
    (298, 20)
    """
    light = finite_array("image", image)
    if light.min() < 0:
        raise InvalidArgument(f"image must not be negative, but its smallest value is {light.min():g}.")
    scale = 1.0
    if photons is not None:
        scale = positive("photons", photons) / positive("The brightest voxel of image", float(light.max()))
    stray = at_least("background", background, 0.0)
    spread = at_least("read_noise", read_noise, 0.0)
    positive("gain", gain)
    recorded = np.empty(light.shape, dtype=np.float32)
    planes = light.reshape(-1, *light.shape[-2:])
    for index, (plane, result) in enumerate(zip(planes, recorded.reshape(planes.shape))):
        draw = plane_generator(seed, index, purpose=NOISE)
        electrons = draw.poisson(scale * plane + stray).astype(np.float64)
        if spread > 0.0:
            electrons += draw.normal(0.0, spread, plane.shape)
        result[...] = gain * electrons + offset
    return recorded


def _smooth_size(length: int) -> int:
    """The smallest size of at least `length` without a prime factor above 7, which FFTs do fast."""
    size = length
    while True:
        rest = size
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1
